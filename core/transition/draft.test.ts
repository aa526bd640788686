import { describe, expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import { type CandidateRecord, encodeAccountRecord } from '../state/records.ts';
import { Draft } from './draft.ts';
import { accountKey, nodeKey, testSettled } from './network.suite.ts';

const { state } = testSettled();
const [account, ...others] = [...state.accounts()];
const [node] = [...state.nodes()];
if (account === undefined || node === undefined) throw new Error('no founder');

const candidate = (nodeId: Id, operatorAccountId: Id): CandidateRecord => ({
  nodeId,
  nodePubkey: nodeKey(9).publicKey,
  suiteId: 1,
  operatorPubkey: accountKey(9).publicKey,
  operatorAccountId,
  proofEndpoint: nodeId,
  wStart: 0n,
  vdfChainLength: 1n,
  registrationWindow: 1n,
  expires: 9n,
});

describe('Draft', () => {
  it('reads through to the settled state and shows what was put above it', () => {
    const draft = new Draft(state);
    expect(draft.account(account.accountId)).toBe(state.account(account.accountId));
    draft.putAccount({ ...account, balance: 5n });
    expect(draft.account(account.accountId)?.balance).toBe(5n);
    expect([...draft.accounts()].map(({ balance }) => balance)).toEqual([5n, 0n, 0n, 0n]);
    draft.removeAccount(account.accountId);
    expect(draft.account(account.accountId)).toBeUndefined();
    expect([...draft.accounts()]).toEqual(others);
    draft.removeNode(node.nodeId);
    expect(draft.hasNode(node.nodeId)).toBe(false);
    expect([...draft.nodes()]).toHaveLength(3);
    expect(state.account(account.accountId)?.balance).toBe(0n);
  });

  it('may be changed while all accounts or nodes are gone through', () => {
    const draft = new Draft(state);
    for (const each of draft.accounts()) draft.putAccount({ ...each, balance: 1n });
    for (const each of draft.nodes()) draft.putNode({ ...each, chainLength: 9n });
    expect(draft.supplyChange()).toBe(4n);
    expect([...draft.nodes()].map(({ chainLength }) => chainLength)).toEqual([9n, 9n, 9n, 9n]);
  });

  it('reads accounts that did not change in another state from where it is told to', () => {
    const draft = new Draft(state);
    draft.putAccount({ ...account, opHeight: 5 });
    draft.removeAccount(others[1]?.accountId ?? '');
    expect(draft.changedAccounts()).toEqual([account.accountId, others[1]?.accountId].toSorted());
    const changes = [account, ...others].map(
      (each) => [each.accountId, encodeAccountRecord({ ...each, opHeight: 7 })] as const,
    );
    draft.readAccountsOf(state.with(state.apply({ account: changes }).delta));
    const heights = [account, ...others].map(({ accountId }) => draft.account(accountId)?.opHeight);
    expect(heights).toEqual([5, 7, undefined, 7]);
    expect(draft.supplyChange()).toBe(0n);
  });

  it('counts the pool as it grows and shrinks', () => {
    const draft = new Draft(state);
    draft.putCandidate(candidate('22'.repeat(32), 'bb'.repeat(32)));
    draft.putCandidate(candidate('11'.repeat(32), 'aa'.repeat(32)));
    expect(Array.from(draft.candidates(), ({ nodeId }) => nodeId)).toEqual(['11'.repeat(32), '22'.repeat(32)]);
    expect([draft.poolSize, draft.hasCandidate('11'.repeat(32)), draft.isPooledOperator('aa'.repeat(32))]).toEqual([
      2,
      true,
      true,
    ]);
    draft.removeCandidate('11'.repeat(32));
    expect([draft.poolSize, draft.hasCandidate('11'.repeat(32)), draft.isPooledOperator('aa'.repeat(32))]).toEqual([
      1,
      false,
      false,
    ]);
    const { delta } = state.apply(draft.changes());
    expect([...delta.candidate.records.keys()]).toEqual(['22'.repeat(32)]);
  });
});
