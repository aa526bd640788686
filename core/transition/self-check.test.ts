import { describe, expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import { mapInOrder } from '../collections/map-in-order.ts';
import { accountId } from '../crypto/ids.ts';
import {
  type AccountRecord,
  type CandidateRecord,
  encodeAccountRecord,
  encodeCandidateRecord,
  encodeNodeRecord,
  type NodeRecord,
} from '../state/records.ts';
import type { Changes } from '../state/view.ts';
import { accountKey, nodeKey, steps, testSettled } from './network.suite.ts';
import { selfCheck } from './self-check.ts';
import type { Settled } from './settled.ts';

const settled = steps(testSettled(), 6);
const node = [...settled.state.nodes()][0] as NodeRecord;
const operator = settled.state.account(node.operatorAccountId) as AccountRecord;

const operatorPubkey = accountKey(9).publicKey;
const candidate: CandidateRecord = {
  nodeId: '55'.repeat(32),
  nodePubkey: nodeKey(9).publicKey,
  suiteId: 1,
  operatorPubkey,
  operatorAccountId: accountId(1, operatorPubkey),
  proofEndpoint: '00'.repeat(32),
  wStart: 0n,
  vdfChainLength: 4n,
  registrationWindow: 5n,
  expires: 17n,
};

const altered = (changes: Changes): Settled => ({
  ...settled,
  state: settled.state.with(settled.state.apply(changes).delta),
});

const withNode = (part: Partial<NodeRecord>): Settled =>
  altered({ node: [[node.nodeId, encodeNodeRecord({ ...node, ...part })]] });

const withAccount = (part: Partial<AccountRecord>): Settled =>
  altered({ account: [[operator.accountId, encodeAccountRecord({ ...operator, ...part })]] });

const withCandidates = (...parts: readonly Partial<CandidateRecord>[]): Settled =>
  altered({
    candidate: parts.map((part) => {
      const record = { ...candidate, ...part };
      return [record.nodeId, encodeCandidateRecord(record)] as const;
    }),
  });

describe('the self-check', () => {
  it('finds nothing at genesis, later, and with a candidate', () => {
    expect(selfCheck(testSettled())).toBeUndefined();
    expect(selfCheck(settled)).toBeUndefined();
    expect(selfCheck(withCandidates({}))).toBeUndefined();
  });

  it('takes an unproven candidate that a window before may have listed', () => {
    const unproven = (expires: bigint) => selfCheck(withCandidates({ registrationWindow: 0n, expires }));
    // Four segments: 16 windows from the one that listed it; window 5 is settled.
    expect([16n, 17n, 21n, 22n].map(unproven)).toEqual(['WrongExpiry', undefined, undefined, 'WrongExpiry']);
  });

  it('WrongKey: a record of another key, in each table', () => {
    const other: Id = '77'.repeat(32);
    expect(selfCheck(altered({ account: [[other, encodeAccountRecord(operator)]] }))).toBe('WrongKey');
    expect(selfCheck(altered({ node: [[other, encodeNodeRecord(node)]] }))).toBe('WrongKey');
    expect(selfCheck(altered({ candidate: [[other, encodeCandidateRecord(candidate)]] }))).toBe('WrongKey');
  });

  it('WrongKey: a record that does not decode', () => {
    const broken = encodeAccountRecord(operator);
    broken[50] = 2;
    expect(selfCheck(altered({ account: [[operator.accountId, broken]] }))).toBe('WrongKey');
  });

  it('a node of another suite, without weight, or with checkpoints that fall or exceed it', () => {
    expect(selfCheck(withNode({ suiteId: 2 }))).toBe('UnsupportedSuite');
    expect(selfCheck(withNode({ chainLength: 0n, chainLengthCheckpoints: [0n, 0n, 0n, 0n, 0n, 0n] }))).toBe(
      'ZeroChainLength',
    );
    const { chainLength } = node;
    expect(selfCheck(withNode({ chainLengthCheckpoints: [0n, 0n, 3n, 2n, 4n, 5n] }))).toBe('BadCheckpoints');
    expect(selfCheck(withNode({ chainLengthCheckpoints: [0n, 0n, 0n, 0n, 0n, chainLength + 1n] }))).toBe(
      'BadCheckpoints',
    );
    expect(selfCheck(withNode({ chainLengthCheckpoints: [0n, 3n, 3n, 4n, 4n, chainLength] }))).toBeUndefined();
  });

  it('is_node_operator where no node names the account, and nowhere else', () => {
    expect(selfCheck(withAccount({ isNodeOperator: false }))).toBe('OperatorNotFlagged');
    expect(selfCheck(withNode({ operatorAccountId: candidate.operatorAccountId }))).toBe('OperatorNotFlagged');
    expect(selfCheck(altered({ node: [[node.nodeId, null]] }))).toBe('FlagWithoutNode');
  });

  it('a candidate of another operator, with another time, that is a node, or whose operator has two', () => {
    expect(selfCheck(withCandidates({ operatorAccountId: operator.accountId }))).toBe('BadOperatorBinding');
    expect(selfCheck(withCandidates({ expires: 16n }))).toBe('WrongExpiry');
    expect(selfCheck(withCandidates({ expires: 18n }))).toBe('WrongExpiry');
    expect(selfCheck(withCandidates({ nodeId: node.nodeId }))).toBe('NodeIsCandidate');
    expect(selfCheck(withCandidates({}, { nodeId: '66'.repeat(32) }))).toBe('OperatorOfTwoCandidates');
  });

  it('WrongSupply: one moneta more, less, or out of nothing', () => {
    const rich = [...settled.state.accounts()].find(({ balance }) => balance > 0n) as AccountRecord;
    const paid = (change: bigint): Settled =>
      altered({ account: [[rich.accountId, encodeAccountRecord({ ...rich, balance: rich.balance + change })]] });
    expect([paid(1n), paid(-1n), paid(0n)].map(selfCheck)).toEqual(['WrongSupply', 'WrongSupply', undefined]);
    const born: Id = '11'.repeat(32);
    const record = { ...operator, accountId: born, isNodeOperator: false, balance: 1n };
    expect(selfCheck(altered({ account: [[born, encodeAccountRecord(record)]] }))).toBe('WrongSupply');
  });

  it('RootMismatch: a record that the tree does not know', () => {
    const { delta } = settled.state.apply({
      account: [[operator.accountId, encodeAccountRecord({ ...operator, opHeight: 9 })]],
    });
    const treeless = { ...delta, account: { ...delta.account, nodes: mapInOrder<Uint8Array | null>([]) } };
    expect(selfCheck({ ...settled, state: settled.state.with(treeless) })).toBe('RootMismatch');
    expect(selfCheck({ ...settled, state: settled.state.with(delta) })).toBeUndefined();
  });
});
