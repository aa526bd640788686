import { describe, expect, test } from 'vitest';
import type { Network } from '#core/genesis/network.ts';
import type { Applied } from '#core/participant/evaluation.ts';
import { decodeAccountRecord, encodeAccountRecord } from '#core/state/records.ts';
import type { State } from '#core/state/view.ts';
import type { PropertyResult, RunResult } from './result.ts';
import { type Planted, Run, runScenario } from './run.ts';
import { small } from './small.suite.ts';

const run = (planted: Planted): RunResult => runScenario(small({ faults: [] }), { planted });

const found = (result: RunResult, name: PropertyResult['name']): PropertyResult =>
  result.properties.find((property) => property.name === name) as PropertyResult;

/** The same state, but the first account has a moneta more. */
const enriched = (state: State): State => {
  for (const [id, bytes] of state.range('account')) {
    const record = decodeAccountRecord(bytes);
    if (!record.ok) break;
    const richer = encodeAccountRecord({ ...record.value, balance: record.value.balance + 1n });
    return state.with(state.apply({ account: [[id, richer]] }).delta);
  }
  throw new Error('no account to change');
};

const PLANTED_IN = 4;

/** Two windows more than it takes to find what is planted: nothing closes then, and a run is given up after half an hour. */
const LONG_ENOUGH = (PLANTED_IN + 3) * 60_000_000;

describe('a wrong entry in the memo', () => {
  test('with another state is found by the host that works without it, and by the naive model', () => {
    const running = new Run(small({ faults: [] }), {
      planted: {
        remembered: (window, applied: Applied) =>
          window === PLANTED_IN && applied.valid
            ? { ...applied, settled: { ...applied.settled, state: enriched(applied.settled.state) } }
            : applied,
      },
    });
    while (running.world.now < LONG_ENOUGH && running.advance());
    const result = running.result(0);
    const { observed, detail } = found(result, 'validity');
    expect(observed).toBe('violated');
    expect(detail).toMatch(
      /window 4: the memo differs: proposal [0-9a-f]{16} is valid with state root .* finds it valid/,
    );
    expect(detail).toMatch(/window [45] at n00\d: .*, the naive model has /);
    expect(found(result, 'equal-roots').observed).toBe('violated');
    expect(found(result, 'supply').observed).toBe('violated');
  });

  test('with another verdict is found by the host that works without it; the run is given up', () => {
    const result = run({
      remembered: (window, applied) =>
        window === PLANTED_IN ? { valid: false, reason: 'Planted', outcome: applied.outcome } : applied,
    });
    expect(found(result, 'validity')).toMatchObject({
      observed: 'violated',
      detail: expect.stringMatching(
        /^window 4: the memo differs: .* is invalid \(Planted\) there, n00\d finds it valid/,
      ),
    });
    // Nobody believes the proposal, so there is nothing final that the naive model could judge.
    expect(result.finalWindow).toBe(PLANTED_IN - 1);
    expect(found(result, 'progress').observed).toBe('violated');
  });
});

describe('a rule that the core has otherwise', () => {
  const cases: readonly (readonly [string, (network: Network) => Network, RegExp])[] = [
    [
      'emission',
      ({ params, ...network }) => ({ ...network, params: { ...params, emissionMoneta: params.emissionMoneta + 1n } }),
      /^window 1 at n00\d: account_root is .*, the naive model has /,
    ],
    [
      'birthFrontier',
      ({ rules, ...network }) => ({ ...network, rules: { ...rules, birthFrontier: 'zero' } }),
      /^window \d at n00\d: account_root is .*, the naive model has /,
    ],
    [
      'timechainSeed',
      ({ rules, ...network }) => ({ ...network, rules: { ...rules, timechainSeed: 'zero' } }),
      /^window 0 at n00\d: timechain_value is .*, the naive model has /,
    ],
  ];

  test.each(cases)('is found by the naive model: %s', (_, model, told) => {
    const { observed, detail } = found(run({ model }), 'validity');
    expect(observed).toBe('violated');
    expect(detail).toMatch(told);
  });
});
