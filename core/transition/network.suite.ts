import { type Id, littleEndian } from '../bytes/bytes.ts';
import { makeHeader } from '../consensus/header.ts';
import type { Header, Listed } from '../consensus/objects.ts';
import { hashId } from '../crypto/hash.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import { buildGenesis, type Genesis } from '../genesis/genesis.ts';
import type { Constants } from '../genesis/params.ts';
import { simulation } from '../genesis/profiles.ts';
import { MONTANA, type Rules } from '../genesis/rules.ts';
import { leaderOf } from '../lottery/cascade.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { timechainStep } from '../timechain/chain.ts';
import { applyWindow, headerFields, type Outcome, type WindowInput } from './apply.ts';
import { genesisSettled } from './genesis-settled.ts';
import { openWindow } from './open-window.ts';
import type { Settled } from './settled.ts';

/** Transitions ask whether a signature holds; here they all do. */
export const anySignature = (): boolean => true;

/** A key that no other number gives, and whose signatures are zeros. */
export const testKey = (n: number): SigningKey => {
  const publicKey = new Uint8Array(PUBLIC_KEY_SIZE);
  publicKey.set(littleEndian(n, 4));
  return { publicKey, sign: () => new Uint8Array(SIGNATURE_SIZE) };
};

export const accountKey = (founder: number): SigningKey => testKey(2 * founder);
export const nodeKey = (founder: number): SigningKey => testKey(2 * founder + 1);

export interface TestNetwork {
  readonly founders?: number;
  readonly rules?: Partial<Rules>;
  readonly params?: Partial<Constants>;
}

/** A small network: four founders, τ₂ of 4 windows, 5 iterations a window, unless said otherwise. */
export const testGenesis = ({ founders = 4, rules = {}, params = {} }: TestNetwork = {}): Genesis =>
  buildGenesis({
    params: { ...simulation({ founders, tau2Windows: 4, d0: 5 }), ...params },
    rules: { ...MONTANA, ...rules },
    founders: Array.from({ length: founders }, (_, i) => ({
      accountPubkey: accountKey(i).publicKey,
      nodePubkey: nodeKey(i).publicKey,
    })),
  });

export const testSettled = (network: TestNetwork = {}): Settled =>
  genesisSettled(testGenesis(network), new MemoryBase());

/** What a test chooses about a window; the rest is as if everybody were there. */
export interface TestWindow extends Partial<Omit<WindowInput, 'bundles' | 'reveals'>> {
  readonly signers?: readonly Id[];
  /** Of the window before. */
  readonly revealers?: readonly Id[];
}

/** List entries; nothing in a transition depends on what their hashes name. */
export const listOf = (nodeIds: readonly Id[], name: string): readonly Listed[] =>
  [...nodeIds].sort().map((nodeId) => ({ nodeId, hash: hashId('mt-app', littleEndian(name.length, 1), nodeId) }));

export const inputFor = (settled: Settled, { signers, revealers, ...chosen }: TestWindow = {}): WindowInput => {
  const open = openWindow(settled);
  const fallbackDepth = chosen.fallbackDepth ?? 1;
  return {
    timechainValue: chosen.timechainValue ?? open.timechainValue ?? timechainStep(open.previousT, open.d),
    operations: [],
    registrations: [],
    proposer: leaderOf(open.cascade, fallbackDepth) as Id,
    fallbackDepth,
    ...chosen,
    bundles: listOf(signers ?? open.roster.members.map(({ nodeId }) => nodeId), 'bundles'),
    reveals: listOf(revealers ?? open.lotteryBefore?.tickets().map(({ nodeId }) => nodeId) ?? [], 'reveals'),
  };
};

export interface TestStep {
  readonly input: WindowInput;
  readonly outcome: Outcome;
  readonly header: Header;
  readonly settled: Settled;
}

/** One window further. */
export const step = (settled: Settled, chosen: TestWindow = {}): TestStep => {
  const input = inputFor(settled, chosen);
  const outcome = applyWindow(settled, input, anySignature);
  const fields = headerFields(outcome, openWindow(settled), input.proposer, input.fallbackDepth);
  const header = makeHeader(fields, testKey(0));
  return { input, outcome, header, settled: outcome.settle(header.id, header.protocolVersion) };
};

/** As many windows further, all alike. */
export const steps = (settled: Settled, windows: number, chosen: TestWindow = {}): Settled => {
  let current = settled;
  for (let i = 0; i < windows; i++) current = step(current, chosen).settled;
  return current;
};
