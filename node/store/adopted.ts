import { ascii, type Id } from '#core/bytes/bytes.ts';
import { id32, layout } from '#core/bytes/layout.ts';
import { whole } from '#core/journal/kinds.ts';
import type { Database } from './environment.ts';
import { sound } from './store-error.ts';

/** The window of the snapshot that was adopted last, and its state: no entry of the archive says what it is. */
const ADOPTED = layout('StoreAdopted', { window: whole, stateRoot: id32 });

const KEY = ascii('adopted');

type Adopted = ReturnType<typeof ADOPTED.read>;

/** Undefined: this store never adopted any. */
export const adoptedIn = (meta: Database): Adopted | undefined => {
  const bytes = meta.get(KEY);
  return bytes && sound(ADOPTED.decode(bytes));
};

/** Inside a transaction. */
export const putAdopted = (meta: Database, window: number, stateRoot: Id): void =>
  meta.put(KEY, ADOPTED.encode({ window, stateRoot }));
