import { describe, expect, test } from 'vitest';
import type { Message } from '#core/wire/messages.ts';
import { type Planted, Run, type RunOptions } from '#sim/run/run.ts';
import type { PropertyName, ScenarioInput } from '#sim/run/scenario.ts';
import { small } from '#sim/run/small.suite.ts';
import { linkEnds } from '#sim/world/connection.ts';
import { HAPPENINGS } from '#sim/world/types.ts';
import { findCauses, shortened } from './causes.ts';
import { exactClockText, listed } from './words.ts';

interface Searched {
  readonly causes: ReadonlyMap<PropertyName, readonly string[]>;
  /** "n005 has 1a2b3c4d from n000", with the time, for the first delivery of each proposal to each host. */
  readonly first: ReadonlySet<string>;
}

/** Runs a scenario, to its end or for so many virtual seconds, and looks for the causes of what it violates. */
const searched = (
  changes: Partial<ScenarioInput>,
  { planted = {}, seconds = Number.POSITIVE_INFINITY }: { planted?: Planted; seconds?: number } = {},
): Searched => {
  const scenario = small({ windows: 4, faults: [], ...changes });
  const first = new Map<string, string>();
  const happenings: RunOptions['happenings'] = (at, what, who, _content, subject) => {
    if (what !== HAPPENINGS.deliver) return;
    const message = subject as Message;
    if (message.type !== 'object' || message.object.kind !== 'proposal') return;
    const { from, to } = linkEnds(who);
    const name = message.object.id.slice(0, 8);
    const key = `${name} ${to}`;
    if (!first.has(key)) first.set(key, `${exactClockText(at)}  n00${to} has ${name} from n00${from}`);
  };
  const run = new Run(scenario, { planted, happenings });
  while (run.world.now < seconds * 1e6 && run.advance());
  return { causes: findCauses(scenario, run.witnesses(), { planted }), first: new Set(first.values()) };
};

const timesOf = (lines: readonly string[]): readonly string[] => lines.map((line) => line.slice(0, 14));

describe('the causes of a violation', () => {
  const { causes, first } = searched(
    {
      rules: { finality: 'first-valid' },
      adversary: [{ type: 'equivocating-leader', hosts: ['n000'] }],
    },
    { seconds: 60 },
  );
  const lines = causes.get('agreement') ?? [];

  test('a leader that signs two proposals: two branches from one node, in the order of time', () => {
    expect(lines.length).toBeGreaterThanOrEqual(6);
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(timesOf(lines)).toEqual([...timesOf(lines)].sort());
    const signed = lines.flatMap((line) => line.match(/n000 signs proposal (\w{8}) of n000 for window 0$/)?.[1] ?? []);
    const final = lines.flatMap(
      (line) => line.match(/(n00\d) makes proposal (\w{8}) of window 0 final$/)?.slice(1, 3) ?? [],
    );
    expect(signed).toHaveLength(2);
    expect(new Set(signed).size).toBe(2);
    expect(new Set([final[1], final[3]])).toEqual(new Set(signed));
    expect(final[0]).not.toBe(final[2]);
  });

  test('each step is the first delivery of the proposal, and leads to the host that makes it final', () => {
    const steps = lines.filter((line) => line.includes(' has '));
    expect(steps.length).toBeGreaterThanOrEqual(2);
    for (const step of steps) expect(first).toContain(step);
    for (const [, host, proposal] of lines.join('\n').matchAll(/(n00\d) makes proposal (\w{8})/g)) {
      let at = host;
      for (let hops = 0; at !== 'n000' && hops < 8; hops++) {
        at = steps.join('\n').match(new RegExp(`${at} has ${proposal} from (n00\\d)`))?.[1];
      }
      expect(at).toBe('n000');
    }
  });

  test('a fork breaks promises, too', () => {
    expect(causes.get('promise-kept')).toEqual(lines);
  });

  test('voters that vote on both sides are named', () => {
    const hosts = ['n000', 'n001'];
    const voters: Partial<ScenarioInput> = {
      hosts: [
        { count: 2, spread: 10, chainLength: 20_000 },
        { count: 3, spread: 10, chainLength: 10_000 },
      ],
      nodes: 5,
      adversary: [{ type: 'equivocating-voters', hosts }],
    };
    const found = searched(voters, { seconds: 60 }).causes.get('agreement');
    expect(found).toContainEqual(
      expect.stringMatching(/by now n000, n001 have precommitted \w{8} in round 1 and \w{8} in round 1$/),
    );
    expect(found?.at(-1)).toMatch(/n00\d makes proposal \w{8} of window \d final, by precommits of \d nodes$/);
  });

  test('a silence: what was heard last, and what was done to the network', () => {
    const found = searched({
      windows: 3,
      faults: [
        { type: 'cut', window: 2, groups: [['n000', 'n001']] },
        { type: 'crash', window: 1, hosts: ['n006', 'n007'] },
        { type: 'restart', window: 2, hosts: ['n007'] },
      ],
    }).causes.get('progress');
    expect(found?.filter((line) => / signs | has /.test(line)).length).toBeGreaterThanOrEqual(2);
    expect(found).toContainEqual(
      expect.stringMatching(/n00\d accepts no bundle, reveal, proposal or vote after that; window \d is/),
    );
    expect(found).toContainEqual(expect.stringMatching(/n006 crashes and stays down$/));
    expect(found).toContainEqual(expect.stringMatching(/the network is cut: n000, n001 \| the rest$/));
  });

  test('a rule that the core has otherwise: the proposal that the naive model refuses', () => {
    const planted: Planted = {
      model: ({ params, ...network }) => ({
        ...network,
        params: { ...params, emissionMoneta: params.emissionMoneta + 1n },
      }),
    };
    const found = searched({ windows: 1 }, { planted }).causes.get('validity');
    expect(found?.[0]).toMatch(/n00\d signs proposal \w{8} of n00\d for window 1$/);
    expect(found?.at(-1)).toMatch(/n00\d makes proposal \w{8} of window 1 final, by precommits of \d nodes$/);
  });

  test('nothing is said of what holds', () => {
    expect(searched({ windows: 1 }).causes.size).toBe(0);
  });
});

test('a long chain is cut in the middle', () => {
  const lines = Array.from({ length: 21 }, (_, i) => `${i}`);
  expect(shortened(lines.slice(1))).toEqual(lines.slice(1));
  expect(shortened(lines)).toEqual([...lines.slice(0, 10), '… 2 more', ...lines.slice(12)]);
  expect(shortened(lines)).toHaveLength(20);
});

test('of many names the first eight are told', () => {
  const names = Array.from({ length: 9 }, (_, i) => `n${i}`);
  expect(listed(names.slice(1))).toBe('n1, n2, n3, n4, n5, n6, n7, n8');
  expect(listed(names)).toBe('n0, n1, n2, n3, n4, n5, n6, n7 and 1 more');
});
