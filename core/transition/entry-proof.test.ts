import { describe, expect, it } from 'vitest';
import type { Registration } from '../consensus/objects.ts';
import { accountId } from '../crypto/ids.ts';
import { candidateChain, candidateInit } from '../entry/candidate-chain.ts';
import { makeRegistration } from '../entry/registration.ts';
import { timechainStep } from '../timechain/chain.ts';
import { entryProofOf } from './entry-proof.ts';
import { accountKey, nodeKey, step, steps, type TestNetwork, testSettled } from './network.suite.ts';
import { openWindow } from './open-window.ts';
import { aggregateOf, pastWindow } from './past.ts';
import type { Settled } from './settled.ts';

/** A registration whose chain began in `wStart` and is three windows long. */
const candidateOf = ({ side }: Settled, wStart: number, nodeId: string): Registration => {
  const { timechainValue } = pastWindow(side.past, wStart) ?? { timechainValue: '' };
  const init = candidateInit(timechainValue, aggregateOf(side.past, wStart - 2), nodeId);
  const d = [0, 1, 2].map((i) => pastWindow(side.past, wStart + i)?.d ?? 0);
  const operatorPubkey = accountKey(9).publicKey;
  const fields = {
    suiteId: 1,
    operatorAccountId: accountId(1, operatorPubkey),
    proofEndpoint: candidateChain(init, d, timechainStep)[3] as string,
    wStart: BigInt(wStart),
    vdfChainLength: 3n,
  };
  return makeRegistration(fields, nodeKey(9), accountKey(9));
};

const holds = (settled: Settled, registration: Registration): boolean => {
  const { window, d } = openWindow(settled);
  const present = { window, timechainValue: step(settled).input.timechainValue, aggregate: '', d };
  return entryProofOf(openWindow(settled), present, timechainStep)(registration);
};

const grown = (windows: number, network: TestNetwork = {}): Settled => steps(testSettled(network), windows);

describe('an entry proof', () => {
  it('is the chain hashed again, with the T, aggregates and D of its windows', () => {
    const settled = grown(9);
    const nodeId = candidateOf(settled, 4, '').nodeId;
    const honest = candidateOf(settled, 4, nodeId);
    expect(holds(settled, honest)).toBe(true);
    expect(holds(settled, candidateOf(settled, 4, 'ab'.repeat(32)))).toBe(false);
    expect(holds(settled, { ...honest, wStart: 3n })).toBe(false);
    expect(holds(settled, { ...honest, vdfChainLength: 2n })).toBe(false);
  });

  it('reaches back 4τ₂ windows, its first lookback included', () => {
    const settled = grown(9);
    const nodeId = candidateOf(settled, 4, '').nodeId;
    const honest = candidateOf(settled, 4, nodeId);
    expect(holds(steps(settled, 9), honest)).toBe(true);
    expect(holds(steps(settled, 10), honest)).toBe(false);
  });

  it('is only drawn where chains are too long to be hashed again: nothing is hashed', () => {
    const settled = grown(9);
    const honest = candidateOf(settled, 4, candidateOf(settled, 4, '').nodeId);
    const long = (windows: Settled): Settled => {
      const { network } = windows;
      return { ...windows, network: { ...network, params: { ...network.params, vdfEntryWindows: 1n << 26n } } };
    };
    const never = (): string => {
      throw new Error('hashed');
    };
    const isDrawn = (windows: Settled, registration: Registration): boolean => {
      const { window, d } = openWindow(windows);
      const present = { window, timechainValue: windows.side.timechainValue, aggregate: '', d };
      return entryProofOf(openWindow(long(windows)), present, never)(registration);
    };
    expect(isDrawn(settled, honest)).toBe(true);
    expect(isDrawn(settled, { ...honest, proofEndpoint: 'ab'.repeat(32) })).toBe(true);
    // Chains without a segment, and with one more than there are windows.
    expect(isDrawn(settled, { ...honest, vdfChainLength: 0n })).toBe(false);
    expect(isDrawn(settled, { ...honest, vdfChainLength: 6n })).toBe(true);
    expect(isDrawn(settled, { ...honest, vdfChainLength: 7n })).toBe(false);
    expect(isDrawn(steps(settled, 9), honest)).toBe(true);
    expect(isDrawn(steps(settled, 10), honest)).toBe(false);
  });
});
