import { id32, layout, list, u32 } from '#core/bytes/layout.ts';
import { flatOpen, openOf } from '#core/journal/flatten.ts';
import { OPEN } from '#core/journal/layouts.ts';
import { decodeStored, encodeStored, JOURNAL_OBJECT, ObjectTable } from '#core/journal/objects.ts';
import type { OpenRecord } from '#core/participant/types.ts';
import { damaged, sound } from './store-error.ts';

/** More objects and checkpoints than a record can name. */
const MOST = 0xff_ffff;

/** What was signed in the open window: its objects, each once; the record, which names them by number; its candidate chain. */
export const STORED_OPEN = layout('StoredOpen', {
  objects: list(JOURNAL_OBJECT, u32, MOST),
  record: OPEN,
  checkpoints: list(id32, u32, MOST),
});

export const encodeOpen = (open: OpenRecord): Uint8Array => {
  const table = new ObjectTable();
  const objects: ReturnType<typeof encodeStored>[] = [];
  const record = flatOpen(open, (object) => {
    const known = table.numberOf(object);
    if (known !== undefined) return known;
    const added = table.add(object);
    objects.push(encodeStored(added));
    return added.number;
  });
  return STORED_OPEN.encode({ objects, record, checkpoints: open.chain?.checkpoints ?? [] });
};

export const decodeOpen = (bytes: Uint8Array): OpenRecord => {
  const { objects, record, checkpoints } = sound(STORED_OPEN.decode(bytes));
  const decoded = objects.map((object) => sound(decodeStored(object)));
  const open = openOf(record, checkpoints, (number) => decoded[number]);
  if (open === undefined) throw damaged('what was signed names an object that is not there');
  return open;
};
