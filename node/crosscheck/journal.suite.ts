import { concat } from '#core/bytes/bytes.ts';
import { Writer } from '#core/bytes/layout.ts';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import type { Block } from '#core/journal/container.ts';
import { EFFECT, ENTRY, type Entry, type FlatEffect, type FlatInput } from '#core/journal/layouts.ts';
import { encodeStored, ObjectTable } from '#core/journal/objects.ts';

export interface Written {
  readonly input: FlatInput;
  readonly effects?: readonly FlatEffect[];
}

const encoded = <T>(layout: { sizeOf(value: T): number; write(writer: Writer, value: T): void }, value: T) => {
  const writer = new Writer(layout.sizeOf(value));
  layout.write(writer, value);
  return writer.bytes;
};

/** A journal that nobody wrote, of one block: objects, numbered as they come, then inputs with their effects. */
export const journalOf = (objects: readonly ProtocolObject[], ...written: readonly Written[]): readonly Block[] => {
  const table = new ObjectTable();
  const entries: readonly Entry[] = [
    ...objects.map((object) => ({ type: 'object' as const, ...encodeStored(table.add(object)) })),
    ...written.map(({ input, effects = [] }) => ({
      ...{ type: 'record' as const, now: 0, iterations: 0, input, signatures: [], fatal: undefined },
      count: effects.length,
      effects: concat(...effects.map((effect) => encoded(EFFECT, effect))),
    })),
  ];
  return [{ number: 1, offset: 0, payload: concat(...entries.map((entry) => encoded(ENTRY, entry))), chain: '' }];
};
