import { equalBytes } from '../bytes/bytes.ts';
import { Reader } from '../bytes/layout.ts';
import type { Get } from './flatten.ts';
import { EFFECT } from './layouts.ts';
import { effectInWords } from './words.ts';

/** Where a replay goes another way than the journal. */
export interface Difference {
  readonly type: 'differs';
  readonly block: number;
  /** Inputs count from 1 over the whole journal. */
  readonly input: number;
  /** The input, for a person. */
  readonly what: string;
  /** Place of the effect among those of the input, from 1; undefined: the difference is in no effect. */
  readonly effect: number | undefined;
  readonly expected: string;
  readonly seen: string;
}

/** Chained as it should be, but not what a host's journal holds: another program wrote it. */
export interface Nonsense {
  readonly type: 'nonsense';
  readonly block: number;
  readonly offset: number;
  readonly reason: string;
}

export type Trouble = Difference | Nonsense;

/** What differs at an input. */
export type Found = Pick<Difference, 'effect' | 'expected' | 'seen'>;

/** A trouble as one line, without the name of the journal. */
export const troubleInWords = (trouble: Trouble): string => {
  if (trouble.type === 'nonsense') {
    return `block ${trouble.block} at byte ${trouble.offset}: not what a host's journal holds: ${trouble.reason}`;
  }
  const { input, block, what, effect, expected, seen } = trouble;
  const place = effect === undefined ? '' : `, effect ${effect}`;
  return `input ${input} (${what}) in block ${block}${place}: expected ${expected}; seen ${seen}`;
};

const NONE = 'no more effects';

/** The first of the effects `seen` that is not the recorded one; undefined: all are equal, byte for byte. */
export const firstDifference = (
  { count, effects }: { readonly count: number; readonly effects: Uint8Array },
  seen: readonly Uint8Array[],
  get: Get,
): Found | undefined => {
  let at = 0;
  let equal = 0;
  // An effect says where it ends, so one that begins with the bytes of another is that other one.
  for (const bytes of seen.slice(0, count)) {
    if (!equalBytes(bytes, effects.subarray(at, at + bytes.length))) break;
    at += bytes.length;
    equal++;
  }
  if (equal === count && equal === seen.length && at === effects.length) return undefined;
  const expected = inWords(effects.subarray(at), get);
  const other = inWords(seen[equal] ?? EMPTY, get);
  return { effect: equal + 1, expected, seen: other === expected ? `${other}, in other bytes` : other };
};

const EMPTY = new Uint8Array(0);

/** The effect that `bytes` begin with. */
const inWords = (bytes: Uint8Array, get: Get): string => {
  if (bytes.length === 0) return NONE;
  const reader = new Reader(bytes);
  const effect = EFFECT.read(reader);
  return reader.error === undefined ? effectInWords(effect, get) : 'bytes that are no effect';
};

const stopInWords = (reason: string | undefined): string =>
  reason === undefined ? 'no stop' : `the core stops: ${reason}`;

/** What differs, with the error that ended the handling where that differs too. */
export const withStop = (found: Found | undefined, recorded: string | undefined, seen: string | undefined): Found => {
  const [expected, other] = [stopInWords(recorded), stopInWords(seen)];
  if (found === undefined) return { effect: undefined, expected, seen: other };
  return recorded === seen ? found : { ...found, seen: `${found.seen}; ${other}` };
};
