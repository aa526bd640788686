import { equalBytes } from '#core/bytes/bytes.ts';
import { Reader, Writer } from '#core/bytes/layout.ts';
import type { Block } from '#core/journal/container.ts';
import { firstDifference } from '#core/journal/difference.ts';
import { EFFECT, type FlatInput, type FlatRecord, type FlatSetting, INPUT } from '#core/journal/layouts.ts';
import type { Comparison } from './compare.ts';
import { HostSteps, type Step } from './host-steps.ts';

/**
 * Compares the journals of two hosts input by input; nothing is run again. Of each it holds one block and the objects that can be
 * referred to. Throws `JournalError` where a block holds something else.
 */
export const compareHosts = (a: Iterable<Block>, b: Iterable<Block>): Comparison => {
  const [left, right] = [new HostSteps('a', a), new HostSteps('b', b)];
  const [first, second] = [left.steps(), right.steps()];
  try {
    for (let input = 0; ; input++) {
      const one = first.next().value;
      const other = second.next().value;
      if (one === undefined && other === undefined) {
        return { equal: true, lines: [`The journals are equal: ${Math.max(0, input - 1)} inputs and their effects`] };
      }
      if (one !== undefined && other !== undefined && equalBytes(one.bytes, other.bytes)) continue;
      return { equal: false, lines: differenceInWords(input, one?.entry, other?.entry, left, right) };
    }
  } finally {
    first.return(undefined);
    second.return(undefined);
  }
};

const differenceInWords = (
  input: number,
  a: Step['entry'] | undefined,
  b: Step['entry'] | undefined,
  left: HostSteps,
  right: HostSteps,
): readonly string[] => {
  if (a?.type === 'setting' && b?.type === 'setting') return settingsInWords(a, b);
  const lines =
    a?.type === 'record' && b?.type === 'record'
      ? bothInWords(a, b, left, right)
      : [
          `  a: ${a?.type === 'record' ? left.inWords(a) : 'the journal ends'}`,
          `  b: ${b?.type === 'record' ? right.inWords(b) : 'the journal ends'}`,
        ];
  const { context } = left;
  const before = context.length === 0 ? [] : ['Before that, the same in both:', ...context];
  return [`First difference: input ${input}:`, ...lines, ...before];
};

const bothInWords = (a: FlatRecord, b: FlatRecord, left: HostSteps, right: HostSteps): readonly string[] => {
  const [inA, inB] = [left.inWords(a), right.inWords(b)];
  const isSameInput =
    a.now === b.now && a.iterations === b.iterations && equalBytes(encoded(a.input), encoded(b.input));
  const effect = isSameInput && inA === inB ? firstDifference(a, effectsOf(b), left.get) : undefined;
  if (effect === undefined) return [`  a: ${inA}`, `  b: ${inB}${inA === inB ? ', in other bytes' : ''}`];
  return [`  both: ${inA}`, `  a, effect ${effect.effect}: ${effect.expected}`, `  b: ${effect.seen}`];
};

const encoded = (input: FlatInput): Uint8Array => {
  const writer = new Writer(INPUT.sizeOf(input));
  INPUT.write(writer, input);
  return writer.bytes;
};

/** The effects of an input, one by one. */
const effectsOf = ({ effects }: FlatRecord): readonly Uint8Array[] => {
  const reader = new Reader(effects);
  const parts: Uint8Array[] = [];
  while (reader.offset < effects.length && reader.error === undefined) {
    const from = reader.offset;
    EFFECT.read(reader);
    parts.push(effects.subarray(from, reader.offset));
  }
  return parts;
};

const settingsInWords = (a: FlatSetting, b: FlatSetting): readonly string[] => {
  const texts = (['name', 'timers', 'adoption', 'suite'] as const).flatMap((field) =>
    a[field] === b[field] ? [] : [`  ${field}: a ${a[field]}, b ${b[field]}`],
  );
  if (!equalBytes(a.genesis, b.genesis)) texts.push('  they are hosts of different networks');
  else if (texts.length === 0) texts.push('  their keys, their suites or the state before window 0 are not the same');
  return ['The hosts are not the same:', ...texts];
};
