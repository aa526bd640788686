import { beforeAll, describe, expect, test } from 'vitest';
import type { Network } from '#core/genesis/network.ts';
import type { Message } from '#core/wire/messages.ts';
import type { RunOptions } from '#sim/run/options.ts';
import { isAsExpected, type RunResult } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';
import { small } from '#sim/run/small.suite.ts';
import { linkEnds } from '#sim/world/connection.ts';
import { HAPPENINGS } from '#sim/world/types.ts';

const CANDIDATE = 4;

interface History {
  readonly result: RunResult;
  readonly violated: readonly string[];
  /** Different signatures of its registrations that the candidate sent to each of the others; and identifiers, in all. */
  readonly shown: readonly number[];
  readonly names: number;
  /** Hosts that were sent the same bytes as n000, n000 among them. */
  readonly alike: readonly number[];
}

/** Four founders, and a fifth that joins and signs twice. It registers in window 8: τ₂ = 8. */
const history = (
  second: readonly string[],
  changes: Partial<ScenarioInput> = {},
  options: RunOptions = {},
): History => {
  const sent = new Map<number, Set<string>>();
  const names = new Set<string>();
  const run = new Run(
    small({
      nodes: 5,
      windows: 10,
      profile: { tau2: 8, d0: 256 },
      hosts: [
        { count: 4, spread: 5 },
        { count: 1, joins: 0 },
      ],
      workload: {},
      faults: [],
      adversary: [{ type: 'split-registration', host: 'n004', second: [...second] }],
      expect: EVERYTHING_HOLDS,
      ...changes,
    }),
    {
      ...options,
      happenings: (_at, what, who, _content, subject) => {
        if (what !== HAPPENINGS.send) return;
        const { from, to } = linkEnds(who);
        const message = subject as Message;
        if (from !== CANDIDATE || message.type !== 'object' || message.object.kind !== 'registration') return;
        names.add(message.object.id);
        sent.set(to, (sent.get(to) ?? new Set()).add(message.object.signature.join()));
      },
    },
  );
  const result = run.finish();
  const signatures = [0, 1, 2, 3].map((host) => [...(sent.get(host) ?? [])].join(' '));
  return {
    result,
    violated: result.properties.filter(({ observed }) => observed === 'violated').map(({ name }) => name),
    shown: [0, 1, 2, 3].map((host) => sent.get(host)?.size ?? 0),
    names: names.size,
    alike: [0, 1, 2, 3].filter((host) => signatures[host] === signatures[0]),
  };
};

const HALF = ['n001', 'n003'];
const SCOPE = { rules: { controlLeaf: 'scope' } } as const;

describe('a candidate that signs its registration twice', () => {
  let halted: History;

  beforeAll(() => {
    halted = history(HALF);
  });

  test('shows each half one of the two, under one name, and halts the network', () => {
    const { result, violated, shown, names, alike } = halted;
    expect([names, shown, alike]).toEqual([1, [1, 1, 1, 1], [0, 2]]);
    expect(violated).toEqual(['progress']);
    expect(result.finalWindow).toBe(8);
    expect(result.metrics.stops).toBe(0);
  });

  test('takes one node away where the others are a quorum', () => {
    const { result, violated } = history(['n003']);
    expect(violated).toEqual(['progress']);
    expect(result.metrics.stops).toBe(1);
  });

  test.each([[HALF], [['n003']]])('achieves nothing where control_root covers what is signed: %j', (second) => {
    const { result, violated } = history(second, SCOPE);
    expect(violated).toEqual([]);
    expect(isAsExpected(result)).toBe(true);
    expect([result.metrics.maxRound, result.metrics.stops]).toEqual([1, 0]);
  });

  test('the naive model knows both roots: told of the other, it objects to the window that takes the registration', () => {
    const model = ({ rules, ...network }: Network): Network => ({
      ...network,
      rules: { ...rules, controlLeaf: 'whole' },
    });
    const { result } = history(HALF, SCOPE, { planted: { model } });
    const detail = result.properties.find(({ name }) => name === 'validity')?.detail;
    expect(detail).toMatch(/^window 9 at n00\d: control_root is .*, the naive model has /);
  });

  test('with one signature for all is a candidate like any other', () => {
    const { result, shown } = history(['n004']);
    expect(isAsExpected(result)).toBe(true);
    expect(shown).toEqual([1, 1, 1, 1]);
  });

  test('has one history for one seed, through bytes and without the memo, halted or not', () => {
    const again = { wire: true, memo: false } as const;
    expect(history(HALF, again).result.traceDigest).toBe(halted.result.traceDigest);
    const { traceDigest } = history(HALF, SCOPE).result;
    expect(history(HALF, { ...SCOPE, ...again }).result.traceDigest).toBe(traceDigest);
  });
});
