import { concat } from '#core/bytes/bytes.ts';
import { Reader } from '#core/bytes/layout.ts';
import type { Block } from '#core/journal/container.ts';
import { ENTRY, type Entry, type FlatRecord } from '#core/journal/layouts.ts';
import { decodeStored, ObjectTable } from '#core/journal/objects.ts';
import { inputInWords } from '#core/journal/words.ts';
import { JournalError } from './blocks.ts';
import { exactClockText } from './words.ts';

/** Inputs told before the first that differs. */
const CONTEXT = 3;

/** A step of a host: its setting, or one input with its effects. */
export interface Step {
  readonly entry: Extract<Entry, { readonly type: 'record' | 'setting' }>;
  /** The bytes of the entry and of the objects it is the first to name: equal bytes, equal steps. */
  readonly bytes: Uint8Array;
}

/** A host's journal, read step by step: one block and the objects that can be referred to. */
export class HostSteps {
  readonly #objects = new ObjectTable();
  readonly #blocks: Iterable<Block>;
  readonly #name: string;
  #last: FlatRecord[] = [];

  constructor(name: string, blocks: Iterable<Block>) {
    this.#name = name;
    this.#blocks = blocks;
  }

  /** The last inputs before the step at hand. */
  get context(): readonly string[] {
    return this.#last.map((record) => `     ${this.inWords(record)}`);
  }

  *steps(): Generator<Step, undefined> {
    let pieces: Uint8Array[] = [];
    for (const { number, offset, payload } of this.#blocks) {
      const wrong = (what: string): JournalError =>
        new JournalError(`${this.#name}: block ${number} at byte ${offset}: not what a host's journal holds: ${what}`);
      const reader = new Reader(payload);
      while (reader.offset < payload.length) {
        const from = reader.offset;
        const entry = ENTRY.read(reader);
        if (reader.error !== undefined) throw wrong(reader.error);
        if (entry.type === 'mark') continue;
        pieces.push(payload.subarray(from, reader.offset));
        if (entry.type === 'object') {
          const object = decodeStored(entry);
          if (!object.ok) throw wrong(object.error);
          this.#objects.add(object.value);
          continue;
        }
        yield { entry, bytes: concat(...pieces) };
        pieces = [];
        if (entry.type === 'record') this.#passed(entry);
      }
    }
    return undefined;
  }

  readonly get = (number: number) => this.#objects.get(number);

  inWords({ now, input }: FlatRecord): string {
    return `${exactClockText(now)}  ${inputInWords(input, this.get)}`;
  }

  #passed(record: FlatRecord): void {
    this.#last.push(record);
    if (this.#last.length > CONTEXT) this.#last.shift();
    this.#objects.forget();
  }
}
