import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../bytes/bytes.ts';
import { nodeId } from '../crypto/ids.ts';
import { decodeGenesis, type GenesisError } from './decode.ts';
import { buildGenesis, type Founder, foundersLayout } from './genesis.ts';
import { paramsLayout } from './params.ts';
import { DEVNET, MAINNET } from './profiles.ts';
import { MONTANA, PUBLISHED, type Rules, rulesSuffix } from './rules.ts';

const founder = (n: number): Founder => ({
  accountPubkey: new Uint8Array(1952).fill(n),
  nodePubkey: new Uint8Array(1952).fill(n + 100),
});

const SUFFIX_AT = paramsLayout.minimum;
const COUNT_AT = SUFFIX_AT + rulesSuffix(MONTANA).length;

const errorOf = (bytes: Uint8Array): GenesisError | undefined => {
  const decoded = decodeGenesis(bytes);
  return decoded.ok ? undefined : decoded.error;
};

const changed = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
};

const alone = buildGenesis({ params: DEVNET, rules: MONTANA, founders: [founder(1)] });
const four = buildGenesis({ params: DEVNET, rules: MONTANA, founders: [1, 2, 3, 4].map(founder) });

describe('a network is what its hash-bound bytes say', () => {
  test('any rules, any founders', () => {
    const rules = fc.record({
      activation: fc.constant(PUBLISHED.activation),
      birthFrontier: fc.constantFrom<Rules['birthFrontier'][]>('zero', 'salted'),
      creationCooldown: fc.constantFrom<Rules['creationCooldown'][]>('from-last', 'from-birth'),
      lottery: fc.constantFrom<Rules['lottery'][]>('binding', 'hybrid'),
      admission: fc.constantFrom<Rules['admission'][]>('protocol', 'mesh'),
      entryProof: fc.constantFrom<Rules['entryProof'][]>('full', 'sampled'),
      finality: fc.constantFrom<Rules['finality'][]>('first-valid', 'votes'),
      collection: fc.constantFrom<Rules['collection'][]>('proposer-view', 'disciplined'),
      timechainSeed: fc.constantFrom<Rules['timechainSeed'][]>('zero', 'genesis'),
      controlLeaf: fc.constantFrom<Rules['controlLeaf'][]>('whole', 'scope'),
    });
    fc.assert(
      fc.property(rules, fc.integer({ min: 1, max: 4 }), fc.constantFrom(MAINNET, DEVNET), (rules, count, params) => {
        const founders = Array.from({ length: count }, (_, i) => founder(i + 1));
        const genesis = buildGenesis({ params, rules, founders });
        expect(decodeGenesis(genesis.paramsBytes)).toEqual({ ok: true, value: genesis });
      }),
      { seed: 20261121, numRuns: 40 },
    );
  });

  test('bytes before and behind them do not matter', () => {
    const padded = concat(new Uint8Array(3), four.paramsBytes, new Uint8Array(5));
    const decoded = decodeGenesis(padded.subarray(3, 3 + four.paramsBytes.length));
    expect(decoded.ok && decoded.value.network.genesisHash).toBe(four.network.genesisHash);
  });
});

describe('refused', () => {
  test('every cut of the bytes, but where a network ends', () => {
    const { paramsBytes } = four;
    for (const at of [0, 1, SUFFIX_AT - 1]) expect(errorOf(paramsBytes.subarray(0, at))).toBe('WrongLength');
    for (const at of [SUFFIX_AT + 1, COUNT_AT - 1, COUNT_AT + 1, COUNT_AT + 2, paramsBytes.length - 1])
      expect(errorOf(paramsBytes.subarray(0, at))).toBe('BadFounders');
    expect(errorOf(paramsBytes.subarray(0, SUFFIX_AT))).toBeUndefined();
    expect(errorOf(paramsBytes.subarray(0, COUNT_AT))).toBeUndefined();
    expect(errorOf(concat(paramsBytes, Uint8Array.of(0)))).toBe('BadFounders');
  });

  test('params that no network may have', () => {
    expect(errorOf(changed(alone.paramsBytes, 8, 1))).toBe('ReservedNotZero');
    const withoutD0 = alone.paramsBytes.slice();
    withoutD0.fill(0, 0, 8);
    expect(errorOf(withoutD0)).toBe('ZeroParameter');
  });

  test('another form of the same network', () => {
    // Version 3; a choice that is neither 0 nor 1; a suffix that says nothing; an empty list of founders.
    expect(errorOf(changed(alone.paramsBytes, SUFFIX_AT + 8, 3))).toBe('NotCanonical');
    expect(errorOf(changed(alone.paramsBytes, COUNT_AT - 1, 2))).toBe('NotCanonical');
    const nothing = alone.paramsBytes.slice();
    nothing.fill(0, SUFFIX_AT + 9);
    expect(errorOf(nothing)).toBe('NotCanonical');
    expect(errorOf(concat(alone.paramsBytes, Uint8Array.of(0, 0)))).toBe('NotCanonical');
    const descending = [2, 3].map(founder).sort((a, b) => (nodeId(a.nodePubkey) < nodeId(b.nodePubkey) ? 1 : -1));
    expect(errorOf(concat(alone.paramsBytes, foundersLayout.encode({ founders: descending })))).toBe('NotCanonical');
  });

  test('two founders of one key', () => {
    const again = foundersLayout.encode({ founders: [founder(1)] });
    expect(errorOf(concat(alone.paramsBytes, again))).toBe('TwoFoundersOfOneKey');
  });
});
