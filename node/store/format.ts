import { ascii, type Id } from '#core/bytes/bytes.ts';
import { id32, layout, u8 } from '#core/bytes/layout.ts';
import type { Database } from './environment.ts';
import { ANEW, StoreError, sound } from './store-error.ts';

/** Of the layout of the whole store: a program opens no other. */
const VERSION = 3;

/** What a store is one of. */
const FORMAT = layout('StoreFormat', { version: u8, genesisHash: id32 });

const KEY = ascii('format');

/** Whether the store in `file` is of this network and format; false: it is empty. Throws `StoreError` where it is another. */
export const isFormatted = (meta: Database, genesisHash: Id, file: string): boolean => {
  const bytes = meta.get(KEY);
  if (bytes === undefined) return false;
  // The version is the first byte of every layout there will be.
  if (bytes[0] !== VERSION)
    throw new StoreError(
      `${file} has format ${bytes[0]}, this program reads format ${VERSION}; use the program that wrote it, or ${ANEW}`,
    );
  const found = sound(FORMAT.decode(bytes)).genesisHash;
  if (found === genesisHash) return true;
  throw new StoreError(
    `${file} is the store of another network, ${found}, not of ${genesisHash}; see whether the genesis file is the right one, and if it is, ${ANEW}`,
  );
};

/** Inside a transaction. */
export const format = (meta: Database, genesisHash: Id): void =>
  meta.put(KEY, FORMAT.encode({ version: VERSION, genesisHash }));
