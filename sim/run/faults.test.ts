import { describe, expect, test } from 'vitest';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { HAPPENINGS } from '#sim/world/types.ts';
import { chosenHosts } from './chosen.ts';
import { makeFounders } from './founders.ts';
import { Run, type RunOptions } from './run.ts';
import type { ScenarioInput } from './scenario.ts';
import { hostNames } from './settings.ts';
import { suiteOf } from './setup.ts';
import { small } from './small.suite.ts';

type Faults = NonNullable<ScenarioInput['faults']>;

/** Leaders die 5 s after window 2 is entered; all that is down returns in window 4, those of the share die in window 5. */
const faults: Faults = [
  { type: 'crash', window: 2, after: 5, hosts: { leaders: 2 } },
  { type: 'restart', window: 4, after: 10 },
  { type: 'crash', window: 5, hosts: { share: 25 } },
  { type: 'restart', window: 6, after: 1 },
];

const scenario = (changes: Partial<ScenarioInput> = {}) =>
  small({ faults, measure: ['closing'], workload: { transfers: 3, anchors: 3 }, ...changes });

interface Happened {
  /** Hosts down at the end of each second in which their number changed, with that second. */
  readonly downs: readonly { readonly second: number; readonly down: readonly number[] }[];
  readonly settled: readonly Settled[];
  readonly enteredAt: readonly number[];
}

/** Runs to the end and notes who was down when. */
const happened = (changes: Partial<ScenarioInput> = {}): Happened & { readonly run: Run } => {
  const settled: Settled[] = [];
  const enteredAt: number[] = [];
  const run = new Run(scenario(changes), {
    watch: (_, notice, at) => {
      if (notice.type === 'final') settled[notice.record.settled.window] ??= notice.record.settled;
      else if (notice.type === 'entered') enteredAt[notice.window] ??= at / 1e6;
    },
  });
  const downs: { second: number; down: readonly number[] }[] = [];
  for (let second = 1; run.advance(); second++) {
    const down = run.world.hosts.filter(({ up }) => !up).map(({ index }) => index);
    if (String(downs.at(-1)?.down ?? []) !== String(down)) downs.push({ second, down });
  }
  return { run, downs, settled, enteredAt };
};

const { run, downs, settled, enteredAt } = happened();

describe('faults that depend on what has happened', () => {
  test('the first leaders of a window die, so long after it was entered', () => {
    const hosts = makeFounders(8, suiteOf(scenario(), '1')).map(({ nodeId }) => nodeId);
    const leaders = openWindow(settled[1] as Settled)
      .cascade.slice(0, 2)
      .map((nodeId) => hosts.indexOf(nodeId));
    const second = Math.ceil((enteredAt[2] as number) + 5);
    expect(downs[0]).toEqual({ second, down: leaders.sort((a, b) => a - b) });
    // They would have led rounds 1 and 2.
    expect(run.result(0).metrics.maxRound).toBe(3);
  });

  test('a restart without names is one of all hosts that are down', () => {
    expect(downs[1]).toEqual({ second: Math.ceil((enteredAt[4] as number) + 10), down: [] });
    expect(downs[2]?.down).toEqual(chosenHosts({ share: 25 }, hostNames(8)));
    expect(downs[3]?.down).toEqual([]);
    expect(downs).toHaveLength(4);
  });

  test('the run goes on to its end and everything holds', () => {
    const { properties, finalWindow, metrics } = run.result(0);
    expect(properties.filter(({ met }) => !met)).toEqual([]);
    expect(finalWindow).toBeGreaterThanOrEqual(8);
    expect(metrics).toMatchObject({ closing: 1, closedWhileDown: 3 });
  });

  test('leaders of window 0 are the first founders', () => {
    const { downs: first } = happened({ windows: 1, faults: [{ type: 'crash', window: 0, hosts: { leaders: 1 } }] });
    expect(first).toEqual([{ second: 1, down: [0] }]);
  });
});

describe('they leave a run deterministic', () => {
  const history = (changes: Partial<ScenarioInput>, options: RunOptions = {}) => {
    const again = new Run(scenario(changes), options);
    const { traceDigest, metrics } = again.finish();
    return { traceDigest, metrics, roots: again.roots };
  };
  const { traceDigest, metrics } = run.result(0);

  test('again, hosts made in the opposite order', () => {
    expect(history({}, { reverseHosts: true })).toEqual({ traceDigest, metrics, roots: run.roots });
  });

  test('again, without the memo, every message encoded and decoded, nothing measured', () => {
    const bare = history({ memo: false, wire: true, measure: [] });
    expect(bare).toMatchObject({ traceDigest, roots: run.roots });
    expect(bare.metrics).not.toHaveProperty('closing');
  });
});

test('one dead leader costs one round', () => {
  const run = new Run(scenario({ windows: 4, faults: [{ type: 'crash', window: 2, hosts: { leaders: 1 } }] }), {});
  expect(run.finish().metrics.maxRound).toBe(2);
});

test('a window is entered when the first honest host enters it: an adversary that is ahead brings no fault forward', () => {
  const crashes: number[] = [];
  const first = { honest: Number.POSITIVE_INFINITY, other: Number.POSITIVE_INFINITY };
  const run = new Run(
    scenario({
      windows: 4,
      rules: { timechainSeed: 'zero' },
      // A quorum that closes windows among itself.
      adversary: [{ type: 'precomputed-chain', hosts: { share: 75 }, windows: 6 }],
      faults: [{ type: 'crash', window: 3, hosts: ['n000'] }],
    }),
    {
      watch: (host, notice, at) => {
        if (notice.type !== 'entered' || notice.window !== 3) return;
        const who = run.scene.isHonest(host) ? 'honest' : 'other';
        first[who] = Math.min(first[who], at);
      },
      happenings: (at, what) => {
        if (what === HAPPENINGS.crash) crashes.push(at);
      },
    },
  );
  run.finish();
  expect(first.other).toBeLessThan(first.honest);
  expect(crashes).toEqual([first.honest]);
});
