import { describe, expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import { encodeAccountRecord, encodeCandidateRecord, encodeNodeRecord, type NodeRecord } from '../state/records.ts';
import type { Changes } from '../state/view.ts';
import { isBoundary } from './epoch.ts';
import { accountKey, nodeKey, step, steps, type TestNetwork, testSettled } from './network.suite.ts';
import { openWindow } from './open-window.ts';
import type { Settled } from './settled.ts';

const altered = (settled: Settled, changes: Changes): Settled => {
  const { delta } = settled.state.apply(changes);
  return { ...settled, state: settled.state.with(delta) };
};

/** A founder's records, by its keys. */
const founder = ({ state }: Settled, i: number) => {
  const node = [...state.nodes()].find(({ nodePubkey }) => nodePubkey[0] === nodeKey(i).publicKey[0]) as NodeRecord;
  const account = state.account(node.operatorAccountId);
  if (account === undefined || account.currentPubkey[0] !== accountKey(i).publicKey[0]) throw new Error('no founder');
  return { node, account };
};

describe('isBoundary', () => {
  it('is every τ₂-th window but 0', () => {
    expect([0, 1, 3, 4, 5, 8].filter((window) => isBoundary(window, 4n))).toEqual([4, 8]);
  });
});

describe('an epoch', () => {
  it('rotates checkpoints after the growth of its last window, and the snapshot follows', () => {
    const settled = steps(testSettled(), 4);
    const [id] = settled.network.founders as [Id];
    expect(settled.state.node(id)?.chainLengthSnapshot).toBe(1n);
    const first = step(settled).settled;
    expect(first.state.node(id)?.chainLengthCheckpoints).toEqual([0n, 0n, 0n, 0n, 0n, 6n]);
    expect(first.state.node(id)?.chainLengthSnapshot).toBe(6n);
    const seventh = steps(first, 24).state.node(id);
    expect(seventh?.chainLengthCheckpoints).toEqual([10n, 14n, 18n, 22n, 26n, 30n]);
    expect(seventh?.chainLengthSnapshot).toBe(20n);
  });

  it('moves D two windows later and the target one window later', () => {
    const params = { d0: 100n, targetZero: new Uint8Array(32).fill(255, 0, 9) };
    const settled = steps(testSettled({ params }), 4);
    const { outcome, settled: after } = step(settled);
    const old = settled.side.target;
    expect(outcome.epoch).toEqual({
      medianPermille: 1000,
      dNext: 103,
      includedReveals: 16,
      targetNext: (old * 13n * 4n) / 16n,
      pruned: { accounts: [], nodes: [] },
    });
    expect([outcome.target, openWindow(after).target]).toEqual([old, (old * 13n * 4n) / 16n]);
    expect([openWindow(after).d, openWindow(after).dNext]).toEqual([100, 103]);
    expect(after.side.targetLast).toBe(old);
    expect([after.side.participation, after.side.revealCount]).toEqual([[], 0]);
    expect(openWindow(step(after).settled).d).toBe(103);
  });

  it('lowers D when few take part, judged by the ratios of the whole epoch', () => {
    let settled = testSettled({ params: { d0: 100n } });
    const some = settled.network.founders.slice(0, 2);
    for (let window = 0; window < 4; window++) settled = step(settled, { signers: some }).settled;
    expect(settled.side.participation).toEqual([666, 750, 800]);
    const { epoch } = step(settled, { signers: some }).outcome;
    expect([epoch?.medianPermille, epoch?.dNext]).toEqual([800, 97]);
  });

  it('remembers the last 4τ₂ windows', () => {
    const settled = steps(testSettled(), 20);
    expect(settled.side.past.map(({ window }) => window)).toEqual(Array.from({ length: 16 }, (_, i) => i + 4));
  });

  it('copies chain lengths of accounts', () => {
    const settled = steps(testSettled(), 4);
    const { account } = founder(settled, 1);
    const grown = encodeAccountRecord({ ...account, accountChainLength: 7 });
    const { settled: after } = step(altered(settled, { account: [[account.accountId, grown]] }));
    expect(after.state.account(account.accountId)?.accountChainLengthSnapshot).toBe(7);
  });
});

/** Window 64 is the boundary that follows; account 3 is idle there for `idle` windows, and stands for nobody. */
const withIdleAccount = (idle: number, part: { readonly isNodeOperator?: boolean }, network: TestNetwork = {}) => {
  const settled = steps(testSettled(network), 64);
  const { account } = founder(settled, 3);
  const spare = { ...account, accountId: '77'.repeat(32), balance: 0n, isNodeOperator: false, lastOpWindow: 64 - idle };
  const changed = { ...spare, ...part };
  return {
    settled: altered(settled, { account: [[spare.accountId, encodeAccountRecord(changed)]] }),
    id: spare.accountId,
  };
};

describe('account pruning', () => {
  it('takes an empty account idle for 4τ₂ windows, not one less', () => {
    const due = withIdleAccount(16, {});
    expect(step(due.settled).outcome.epoch?.pruned.accounts).toEqual([due.id]);
    expect(step(due.settled).settled.state.account(due.id)).toBeUndefined();
    expect(step(withIdleAccount(15, {}).settled).outcome.epoch?.pruned.accounts).toEqual([]);
  });

  it('spares a node operator', () => {
    expect(step(withIdleAccount(16, { isNodeOperator: true }).settled).outcome.epoch?.pruned.accounts).toEqual([]);
  });

  it('spares one that holds a single moneta', () => {
    const { settled, id } = withIdleAccount(16, {});
    const rich = [...settled.state.accounts()].find(({ balance }) => balance > 0n);
    const poor = settled.state.account(id);
    if (rich === undefined || poor === undefined) throw new Error('no accounts');
    const account = [
      { ...rich, balance: rich.balance - 1n },
      { ...poor, balance: 1n },
    ].map((record) => [record.accountId, encodeAccountRecord(record)] as const);
    expect(step(settled).outcome.epoch?.pruned.accounts).toEqual([id]);
    expect(step(altered(settled, { account })).outcome.epoch?.pruned.accounts).toEqual([]);
  });

  it('spares the operator of a waiting candidate', () => {
    const { settled, id } = withIdleAccount(16, {}, { rules: { admission: 'protocol' } });
    const candidate = {
      nodeId: '55'.repeat(32),
      nodePubkey: nodeKey(9).publicKey,
      suiteId: 1,
      operatorPubkey: accountKey(9).publicKey,
      operatorAccountId: id,
      proofEndpoint: '00'.repeat(32),
      wStart: 0n,
      vdfChainLength: 4n,
      registrationWindow: 60n,
      expires: 72n,
    };
    const waiting = altered(settled, { candidate: [[candidate.nodeId, encodeCandidateRecord(candidate)]] });
    expect(step(settled).outcome.epoch?.pruned.accounts).toEqual([id]);
    expect(step(waiting).outcome.epoch?.pruned.accounts).toEqual([]);
  });
});

/** At the boundary of window 64, node of founder 3 was last seen `idle` windows ago. */
const withIdleNode = (idle: number, startedLater = 0): { readonly settled: Settled; readonly node: NodeRecord } => {
  const settled = steps(testSettled(), 64);
  const { node } = founder(settled, 3);
  const seen = BigInt(64 - idle);
  const start = startedLater === 0 ? 0n : BigInt(64 - startedLater);
  const changed = { ...node, lastConfirmationWindow: seen, startWindow: start };
  return { settled: altered(settled, { node: [[node.nodeId, encodeNodeRecord(changed)]] }), node };
};

describe('node pruning', () => {
  it('takes a node unseen for more than 8τ₂ windows, and the flag of its operator', () => {
    const { settled, node } = withIdleNode(33);
    const { outcome, settled: after } = step(settled);
    expect(outcome.epoch?.pruned.nodes).toEqual([node.nodeId]);
    expect(after.state.node(node.nodeId)).toBeUndefined();
    expect(after.state.account(node.operatorAccountId)?.isNodeOperator).toBe(false);
    expect(step(withIdleNode(32).settled).outcome.epoch?.pruned.nodes).toEqual([]);
  });

  it('counts from its start where that is later', () => {
    expect(step(withIdleNode(40, 32).settled).outcome.epoch?.pruned.nodes).toEqual([]);
    expect(step(withIdleNode(40, 33).settled).outcome.epoch?.pruned.nodes).toHaveLength(1);
  });

  it('leaves the flag where another node names the same account', () => {
    const { settled, node } = withIdleNode(33);
    const { node: other } = founder(settled, 2);
    const shared = encodeNodeRecord({ ...other, operatorAccountId: node.operatorAccountId });
    const { settled: after } = step(altered(settled, { node: [[other.nodeId, shared]] }));
    expect(after.state.node(node.nodeId)).toBeUndefined();
    expect(after.state.account(node.operatorAccountId)?.isNodeOperator).toBe(true);
  });
});
