import { type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Listed, Operation } from '#core/consensus/objects.ts';
import { hashId } from '#core/crypto/hash.ts';
import type { SigningKey } from '#core/crypto/suite.ts';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { simulation } from '#core/genesis/profiles.ts';
import { MONTANA } from '#core/genesis/rules.ts';
import { leaderOf } from '#core/lottery/cascade.ts';
import { makeOperation } from '#core/operations/codec.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { State } from '#core/state/view.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { applyWindow, headerFields, type WindowInput } from '#core/transition/apply.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { makeFounders } from '#sim/run/founders.ts';
import { modelledSuite } from '#sim/suite/modelled.ts';
import { CountingBase, PER_WINDOW, recordOf, type Touched } from './accounts.ts';

/** Signatures are measured on their own. */
export const anySignature = (): boolean => true;

const NODES = 4;
const TAU2 = 8;

/** Of every so many accounts one had an operation since the last boundary. */
export const OPERATED = 10;

/** Two windows before a τ₂ boundary, with many accounts. */
export interface World {
  readonly accounts: number;
  readonly settled: Settled;
  readonly touched: Touched;
  /** Signs the operations; nobody verifies. */
  readonly key: SigningKey;
}

/** Settled windows of a network of a few nodes, up to the last but one before the first boundary. */
const small = (): { readonly settled: Settled; readonly key: SigningKey } => {
  const founders = makeFounders(NODES, modelledSuite(new Uint8Array(32).fill(9)));
  const keys = founders.map(({ account, node }) => ({ accountPubkey: account.publicKey, nodePubkey: node.publicKey }));
  const params = simulation({ founders: NODES, tau2Windows: TAU2, d0: 1 });
  let settled = genesisSettled(buildGenesis({ params, rules: MONTANA, founders: keys }), new MemoryBase());
  while (settled.window < TAU2 - 2) {
    const outcome = applyWindow(settled, inputAfter(settled, []), anySignature);
    settled = outcome.settle(hashId('mt-app', outcome.stateRoot), 1);
  }
  return { settled, key: (founders[0] as (typeof founders)[number]).node };
};

/** Added to the table at a time. */
const BATCH = 25_000;

export const worldOf = (accounts: number, tell: (line: string) => void): World => {
  const { settled, key } = small();
  let base = new MemoryBase();
  const { state } = settled;
  const tables = { account: state.range('account'), node: state.range('node'), candidate: state.range('candidate') };
  base.commit(new State(base).apply(tables).delta);
  for (let first = 0; first < accounts; first += BATCH) {
    const account = Array.from({ length: Math.min(BATCH, accounts - first) }, (_, i) =>
      recordOf(first + i, 0n, (first + i) % OPERATED === 0 ? 1 : 0),
    );
    base = base.with(new State(base).apply({ account }).delta);
    if (Math.floor((10 * (first + BATCH)) / accounts) > Math.floor((10 * first) / accounts))
      tell(`${Math.min(first + BATCH, accounts)} of ${accounts} accounts`);
  }
  const counting = new CountingBase(base);
  return { accounts, settled: { ...settled, state: new State(counting) }, touched: counting.touched, key };
};

/** A thousand accounts all over the table anchor something, others in every round. */
export const operationsOf = ({ accounts, key }: World, { state }: Settled, round: number): readonly Operation[] =>
  Array.from({ length: PER_WINDOW }, (_, i) => {
    const [sender] = recordOf((i * 997 + round * 31) % accounts, 0n);
    const prevHash = state.account(sender)?.frontierHash as Id;
    return makeOperation({ type: 'Anchor', prevHash, sender, appId: sender, dataHash: ZERO_ID }, key);
  });

const listOf = (nodeIds: readonly Id[]): readonly Listed[] =>
  [...nodeIds].sort().map((nodeId) => ({ nodeId, hash: hashId('mt-app', nodeId) }));

/** The next window with these operations, everybody there. */
export const inputAfter = (settled: Settled, operations: readonly Operation[]): WindowInput => {
  const open = openWindow(settled);
  return {
    timechainValue: open.timechainValue ?? timechainStep(open.previousT, open.d),
    bundles: listOf(open.roster.members.map(({ nodeId }) => nodeId)),
    reveals: listOf(open.lotteryBefore?.tickets().map(({ nodeId }) => nodeId) ?? []),
    operations,
    registrations: [],
    proposer: leaderOf(open.cascade, 1) as Id,
    fallbackDepth: 1,
  };
};

/** Everything a header of the window would say. */
export const saidBy = (settled: Settled, input: WindowInput, outcome: ReturnType<typeof applyWindow>): string =>
  JSON.stringify(headerFields(outcome, openWindow(settled), input.proposer, input.fallbackDepth), (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
