import { describe, expect, test } from 'vitest';
import { type Probe, probe } from './probe.ts';
import type { Intervention } from './types.ts';

/** A thousand iterations a second; the reference of the tests. */
const rate = { iterations: 1, micros: 1000 };

const pace = (at: number, iterations: number): Intervention<Probe> => ({
  ...{ at, type: 'pace', hosts: ['a'] },
  rate: { iterations, micros: 1000 },
});

/** Host a hashes 10 iterations on both of its cores and has an alarm at 20: when each is over, and the count then. */
const run = (...interventions: Intervention<Probe>[]) => {
  const { world, told } = probe(
    1,
    (_, input, out, clock) => {
      if (input.type === 'start') {
        out.work('main', 10);
        out.work('aside', 10);
        out.alarm(20);
      }
      if (input.type === 'alarm') expect(clock.iterations).toBe(20);
      return 0;
    },
    { host: { rate }, interventions },
  );
  world.run(100_000);
  return told.flatMap(({ at, input }) =>
    input.type === 'done' ? [[input.job, at]] : input.type === 'alarm' ? [['alarm', at]] : [],
  );
};

describe('another pace', () => {
  test('none: a millisecond an iteration', () => {
    expect(run()).toEqual([
      ['main', 10_000],
      ['aside', 10_000],
      ['alarm', 20_000],
    ]);
  });

  test('moves the ends of jobs on both cores, and the alarm; what was hashed counts', () => {
    expect(run(pace(4_000, 2))).toEqual([
      ['main', 7_000],
      ['aside', 7_000],
      ['alarm', 12_000],
    ]);
  });

  test('more than once, and back', () => {
    expect(run(pace(4_000, 2), pace(5_000, 4), pace(6_000, 1))).toEqual([
      ['main', 6_000],
      ['aside', 6_000],
      ['alarm', 16_000],
    ]);
  });

  test('of a host that is down brings nothing that its process left behind', () => {
    const crash = { at: 4_000, type: 'crash', hosts: ['a'] } as const;
    const restart = { at: 40_000, type: 'restart', hosts: ['a'] } as const;
    expect(run(crash, pace(5_000, 2))).toEqual([]);
    expect(run(crash, pace(5_000, 2), restart)).toEqual([
      ['main', 45_000],
      ['aside', 45_000],
      ['alarm', 50_000],
    ]);
  });

  test('outlives a crash, and leaves an alarm that is over alone', () => {
    const [crash, restart] = [
      { at: 30_000, type: 'crash', hosts: ['a'] },
      { at: 40_000, type: 'restart', hosts: ['a'] },
    ] as const;
    expect(run(pace(25_000, 2), crash, restart).slice(3)).toEqual([
      ['main', 45_000],
      ['aside', 45_000],
      ['alarm', 50_000],
    ]);
  });
});
