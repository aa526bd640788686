import type { Id } from '#core/bytes/bytes.ts';

/** As many digits of an identifier as a person compares. */
export const shortId = (id: Id): string => id.slice(0, 8);

/** Virtual time as "at h:mm:ss.µµµµµµ". */
export const timeText = (micros: number): string => `at ${exactClockText(micros)}`;

/** Virtual time as a clock shows it: h:mm:ss. */
export const clockText = (micros: number): string => {
  const seconds = Math.floor(micros / 1e6);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

/** The same to the microsecond. */
export const exactClockText = (micros: number): string =>
  `${clockText(micros)}.${String(micros % 1e6).padStart(6, '0')}`;

/** What a node is called: its host, or the first digits of its identifier. */
export const nodeNames =
  (run: { hostOf(nodeId: Id): number | undefined }, names: readonly string[]) =>
  (nodeId: Id): string => {
    const host = run.hostOf(nodeId);
    return host === undefined ? shortId(nodeId) : (names[host] as string);
  };

/** A line, and when what it says happened. */
export interface Timed {
  readonly at: number;
  readonly text: string;
}

/** Hosts named in one line at most. */
const MOST_NAMES = 8;

/** Names after each other, the first few of many. */
export const listed = (names: readonly string[]): string => {
  if (names.length <= MOST_NAMES) return names.join(', ');
  return `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;
};
