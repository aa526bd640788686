import { equalBytes, type Id } from '../bytes/bytes.ts';
import { blob, id32, layout, u8, u16 } from '../bytes/layout.ts';
import { fail, type Result } from '../bytes/result.ts';
import type { ProtocolObject } from '../consensus/objects.ts';
import { SIGNATURE_SIZE } from '../crypto/suite.ts';
import { codeOfObject, decodeObject, encodeObject } from '../wire/objects.ts';
import { optional } from './kinds.ts';

/**
 * An object in a journal: its message code, the leader of a re-proposal (its bytes do not say it), its canonical bytes without
 * the `zeros` they end with: signatures of a simulation are mostly zeros.
 */
export const JOURNAL_OBJECT = layout('JournalObject', { code: u8, leader: optional(id32), zeros: u16, bytes: blob });

type Encoded = ReturnType<typeof JOURNAL_OBJECT.read>;

/** Objects that can be referred to after a record; older ones are forgotten, and stored again where they come back. */
export const MOST_OBJECTS = 16_384;

/** Objects that can be referred to at all: more than one record names, and few enough for a memory of 500 MB. */
const MOST_HELD = 131_072;

interface Stored {
  readonly number: number;
  readonly object: ProtocolObject;
  readonly bytes: Uint8Array;
}

/**
 * The objects of a journal by number, in the order they were first met. Objects are the same when their bytes are, signatures
 * included. Writer and reader add and forget at the same places, so they agree on every number.
 */
export class ObjectTable {
  readonly #byNumber = new Map<number, Stored>();
  readonly #byId = new Map<Id, Stored[]>();
  #next = 0;
  #oldest = 0;

  get(number: number): ProtocolObject | undefined {
    return this.#byNumber.get(number)?.object;
  }

  numberOf(object: ProtocolObject): number | undefined {
    const known = this.#byId.get(object.id);
    if (known === undefined) return undefined;
    const same = known.find((stored) => stored.object === object);
    if (same !== undefined) return same.number;
    const bytes = encodeObject(object);
    return known.find((stored) => equalBytes(stored.bytes, bytes))?.number;
  }

  add(object: ProtocolObject): Stored {
    const stored = { number: this.#next++, object, bytes: encodeObject(object) };
    this.#byNumber.set(stored.number, stored);
    const known = this.#byId.get(object.id);
    if (known === undefined) this.#byId.set(object.id, [stored]);
    else known.push(stored);
    this.#keep(MOST_HELD);
    return stored;
  }

  /** Between two records. */
  forget(): void {
    this.#keep(MOST_OBJECTS);
  }

  #keep(most: number): void {
    for (; this.#next - this.#oldest > most; this.#oldest++) {
      const { id } = (this.#byNumber.get(this.#oldest) as Stored).object;
      this.#byNumber.delete(this.#oldest);
      // Those of one id are in the order of their numbers.
      const known = this.#byId.get(id) as Stored[];
      if (known.length === 1) this.#byId.delete(id);
      else known.shift();
    }
  }
}

export const encodeStored = ({ object, bytes }: Pick<Stored, 'object' | 'bytes'>): Encoded => {
  const cut = withoutZeros(bytes);
  return {
    code: codeOfObject(object),
    leader: object.kind === 'proposal' ? object.reproposal?.leader : undefined,
    zeros: bytes.length - cut.length,
    bytes: cut,
  };
};

/** Errors: those of the object's codec; NoObject for another code; TooManyZeros for more than a signature has. */
export const decodeStored = ({ code, leader, zeros, bytes }: Encoded): Result<ProtocolObject> => {
  if (zeros > SIGNATURE_SIZE) return fail('TooManyZeros');
  return decodeObject(code, withZeros(bytes, bytes.length + zeros), () => leader) ?? fail('NoObject');
};

/** `bytes` without the zeros they end with, of which there may be as many as a signature has bytes. */
export const withoutZeros = (bytes: Uint8Array): Uint8Array => {
  const least = Math.max(0, bytes.length - SIGNATURE_SIZE);
  let size = bytes.length;
  while (size > least && bytes[size - 1] === 0) size--;
  return bytes.subarray(0, size);
};

/** `bytes` with zeros up to `size`. */
export const withZeros = (bytes: Uint8Array, size: number): Uint8Array => {
  const whole = new Uint8Array(size);
  whole.set(bytes);
  return whole;
};
