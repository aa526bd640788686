import type { PropertyName, Scenario } from './scenario.ts';

/** One property of a run: what was expected, what was seen. */
export interface PropertyResult {
  readonly name: PropertyName;
  readonly expected: 'holds' | 'violated' | 'measured';
  readonly observed: 'holds' | 'violated' | 'measured';
  readonly met: boolean;
  readonly detail: string;
}

/** What `montana run --json` prints; versioned by `schema`. Times are seconds of the machine, everything else is virtual. */
export interface RunResult {
  readonly schema: 1;
  readonly scenario: string;
  readonly seed: string;
  readonly rules: Scenario['rules'];
  readonly nodes: number;
  readonly windows: number;
  /** Events of the simulator's queue. */
  readonly events: number;
  /** Messages that reached a host, duplicates included. */
  readonly deliveries: number;
  readonly firstReceipts: number;
  readonly seconds: number;
  readonly traceDigest: string;
  /** After the last window final everywhere. */
  readonly stateRoot: string;
  /** The highest window final at every honest node that is up. */
  readonly finalWindow: number;
  readonly properties: readonly PropertyResult[];
  readonly metrics: Readonly<Record<string, number>>;
  /** The command that repeats this run. */
  readonly reproduce: string;
}
