import { describe, expect, test } from 'vitest';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
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

describe('faults that depend on what has happened', () => {
  const { run, downs, settled, enteredAt } = happened();

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
  const history = (changes: Partial<ScenarioInput> = {}, options: RunOptions = {}) => {
    const run = new Run(scenario(changes), options);
    const { traceDigest, metrics } = run.finish();
    return { traceDigest, roots: run.roots, metrics };
  };
  const first = history();

  test.each<[string, Partial<ScenarioInput>, RunOptions]>([
    ['again', {}, {}],
    ['hosts made in the opposite order', {}, { reverseHosts: true }],
    ['without the memo', { memo: false }, {}],
    ['every message encoded and decoded', { wire: true }, {}],
  ])('%s', (_, changes, options) => {
    expect(history(changes, options)).toEqual(first);
  });

  test('measures change nothing', () => {
    const without = history({ measure: [] });
    expect({ digest: without.traceDigest, roots: without.roots }).toEqual({
      digest: first.traceDigest,
      roots: first.roots,
    });
  });
});

test.each([1, 2])('%i dead leaders cost so many rounds', (leaders) => {
  const run = new Run(scenario({ windows: 4, faults: [{ type: 'crash', window: 2, hosts: { leaders } }] }), {});
  expect(run.finish().metrics.maxRound).toBe(leaders + 1);
});
