import type { Condition, Verdict } from './types.ts';

export const ACCEPT: Verdict = { type: 'accept' };
export const STALE: Verdict = { type: 'stale' };

export const rejected = (reason: string): Verdict => ({ type: 'reject', reason });

export const holdUntil = (until: Condition['until'], window: number): Verdict => ({
  type: 'hold',
  until: { until, window },
});
