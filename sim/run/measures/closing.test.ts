import { describe, expect, test } from 'vitest';
import { entered, final } from '#sim/properties/notices.suite.ts';
import type { Scenario } from '../scenario.ts';
import { Closing } from './closing.ts';
import type { Metrics } from './measure.ts';

const SECOND = 1_000_000;
const crash = (window: number, after = 0) => ({ type: 'crash' as const, window, after, hosts: ['n000'] });
const restart = (window: number, after = 0) => ({ type: 'restart' as const, window, after });

/** Windows are entered and final at these seconds; window 0 is entered at 0. */
const closing = (faults: Scenario['faults'], finals: readonly number[], end: number): Metrics => {
  const measure = new Closing({ faults });
  measure.notice(0, entered(0), 0);
  finals.forEach((at, window) => {
    measure.notice(0, final(window), at * SECOND);
    measure.notice(0, entered(window + 1), at * SECOND);
    // Another host, later: only the first counts.
    measure.notice(1, final(window), (at + 1) * SECOND);
    measure.notice(1, entered(window + 1), (at + 1) * SECOND);
  });
  return measure.metrics(end * SECOND);
};

describe('closing', () => {
  test('counts the windows that are final while hosts are down, and those after their return', () => {
    const faults = [crash(1, 5), restart(1, 25)];
    // Down from 15 to 35.
    expect(closing(faults, [10, 20, 30, 40, 50], 50)).toEqual({
      ...{ haltSeconds: 10, closedWhileDown: 2, closing: 1, windowsAfterReturn: 2, resumeSeconds: 5 },
    });
  });

  test('a network that stands still closes nothing; the halt lasts from one final window to the next', () => {
    expect(closing([crash(1), restart(1, 90)], [10, 130, 140], 150)).toEqual({
      ...{ haltSeconds: 120, closedWhileDown: 0, closing: 0, windowsAfterReturn: 2, resumeSeconds: 30 },
    });
  });

  test('a window that is final at the moment of the crash closed before it, at the moment of the return during it', () => {
    const metrics = closing([crash(1), restart(1, 10)], [10, 20, 30], 30);
    expect(metrics).toMatchObject({ closedWhileDown: 1, windowsAfterReturn: 1 });
  });

  test('one period without a closed window is enough for closing 0', () => {
    const faults = [crash(1), restart(1, 15), { type: 'cut' as const, window: 3, after: 1, groups: [['n000']] }];
    const healed = [...faults, { type: 'heal' as const, window: 3, after: 5 }];
    expect(closing(healed, [10, 20, 30, 40], 50)).toMatchObject({ closing: 0, closedWhileDown: 1 });
  });

  test('without a return the period lasts to the end; without a fault there is none', () => {
    expect(closing([crash(1), crash(2)], [10, 20, 30], 100)).toEqual({
      haltSeconds: 70,
      closedWhileDown: 2,
      closing: 1,
    });
    expect(closing([], [10], 12)).toEqual({ haltSeconds: 10 });
    expect(closing([crash(9)], [10], 12)).toEqual({ haltSeconds: 10 });
  });

  test('a crash of nobody is one, too: a series over shares begins at 0', () => {
    for (const hosts of [{ share: 0 }, { leaders: 0 }]) {
      const metrics = closing([{ ...crash(1), hosts }], [60, 120, 180], 200);
      expect(metrics).toEqual({ haltSeconds: 60, closedWhileDown: expect.any(Number), closing: 1 });
    }
  });
});
