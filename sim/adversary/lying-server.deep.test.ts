import { expect, test } from 'vitest';
import { Stream } from '#sim/kernel/streams.ts';
import { isAsExpected } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import { small } from '#sim/run/small.suite.ts';
import { changedByte, PARTS } from './changed-byte.ts';
import { CHEAP, four, histories, journey, WINDOWS } from './lies.suite.ts';

test.each(PARTS.filter((part) => part !== 'chunk'))('one byte of the %s, wherever it is, changes no end', (part) => {
  const world = histories();
  const draws = new Stream(`bytes of the ${part}`);
  for (let i = 0; i < 8; i++) {
    const end = journey(
      world,
      four(() => changedByte(part, draws)),
    );
    expect(end).toMatchObject({ window: WINDOWS - 1, root: world.root });
    expect(end.seconds).toBeLessThan(20);
  }
});

test('in a run it lies to whom it is told to, through bytes too, and gossips like anybody', () => {
  const run = (wire: boolean) =>
    new Run(
      small({
        ...CHEAP,
        ...{ nodes: 5, windows: 6, network: { links: 4 }, workload: { transfers: 2 } },
        hosts: [{ count: 4 }, { count: 1, joins: 1_000_000 }],
        faults: [
          { type: 'crash', window: 0, hosts: ['n004'] },
          { type: 'restart', window: 5, hosts: ['n004'] },
        ],
        adversary: (['header', 'lists', 'certificate'] as const).map((lie, i) => ({
          ...{ type: 'lying-server', hosts: [`n00${i}`], to: ['n004'], lie },
        })),
        measure: ['catch-up'],
        wire,
      }),
      {},
    ).finish();
  const result = run(true);
  expect(isAsExpected(result)).toBe(true);
  expect(result.metrics).toMatchObject({ 'behind.n004': 5, 'catchUpWindows.n004': 0 });
  expect(result.traceDigest).toBe(run(false).traceDigest);
});

test('lies in a snapshot, through bytes too: it is that of the honest peer which is adopted', () => {
  const watched: string[] = [];
  const run = new Run(
    small({
      ...{ profile: { tau2: 24, d0: 256 }, nodes: 5, windows: 77, network: { links: 4 }, workload: { transfers: 2 } },
      hosts: [{ count: 4 }, { count: 1, joins: 1_000_000 }],
      faults: [
        { type: 'crash', window: 0, hosts: ['n004'] },
        { type: 'restart', window: 72, hosts: ['n004'] },
      ],
      adversary: (['drip', 'foreign-anchor', 'chunk'] as const).map((lie, i) => ({
        ...{ type: 'lying-server', hosts: [`n00${i}`], to: ['n004'], lie, nodes: 24 },
      })),
      measure: ['catch-up'],
      wire: true,
    }),
    {
      watch: (host, notice) => {
        if (host === 4 && notice.type === 'catch-up') watched.push(notice.phase);
      },
    },
  ).finish();
  expect(isAsExpected(run)).toBe(true);
  expect(new Set(watched)).toEqual(new Set(['chunks', 'side', 'measure']));
  expect(run.metrics).toMatchObject({ 'behind.n004': 72 });
  expect(run.metrics['catchUpWindows.n004']).toBeGreaterThanOrEqual(0);
  expect(run.metrics['refused.a-snapshot-that-is-not-that-of-its-header']).toBeGreaterThan(0);
});
