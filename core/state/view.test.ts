import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Id, littleEndian, toHex } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';
import { MemoryBase } from './memory-base.ts';
import {
  type AccountRecord,
  encodeAccountRecord,
  encodeCandidateRecord,
  encodeNodeRecord,
  RECORD_SIZES,
} from './records.ts';
import { stateRoot } from './roots.ts';
import { type Base, TABLES, type WritableBase } from './state.ts';
import { rootOf } from './tree.ts';
import { EMPTY_ROOT } from './tree-hash.ts';
import { State } from './view.ts';

const ids: readonly Id[] = Array.from({ length: 10 }, (_, i) => hashId('mt-account', littleEndian(i, 4)));
const pubkey = new Uint8Array(1952).fill(7);

const account = (accountId: Id, balance: bigint): AccountRecord => ({
  accountId,
  balance,
  suiteId: 1,
  isNodeOperator: false,
  frontierHash: accountId,
  opHeight: 0,
  accountChainLength: 0,
  accountChainLengthSnapshot: 0,
  currentPubkey: pubkey,
  creationWindow: 3,
  lastOpWindow: 3,
  lastAccountCreationWindow: 0,
});
const put = (i: number, balance: number): readonly [Id, Uint8Array] => [
  ids[i] as Id,
  encodeAccountRecord(account(ids[i] as Id, BigInt(balance))),
];
const remove = (i: number): readonly [Id, null] => [ids[i] as Id, null];

const balances = (state: State): readonly string[] =>
  Array.from(state.accounts(), ({ accountId, balance }) => `${ids.indexOf(accountId)}:${balance}`);

const ascending = (entries: readonly (readonly [number, number])[]): readonly string[] =>
  entries.toSorted(([a], [b]) => ((ids[a] as Id) < (ids[b] as Id) ? -1 : 1)).map(([i, balance]) => `${i}:${balance}`);

/** A base that knows its latest version only, as a database does: the deltas stay in the view until they are committed. */
const inPlace = (): WritableBase => {
  const base = new MemoryBase();
  return {
    record: (table, key) => base.record(table, key),
    node: (table, path) => base.node(table, path),
    range: (table, from) => base.range(table, from),
    commit: (delta) => base.commit(delta),
  };
};

describe.each([
  { kind: 'a base that changes in place', make: inPlace, stacks: true },
  { kind: 'a base with versions', make: (): WritableBase => new MemoryBase(), stacks: false },
])('state view over $kind', ({ make, stacks }) => {
  it('of an empty base has empty roots', () => {
    const state = new State(make());
    expect(TABLES.map((table) => state.root(table))).toEqual([EMPTY_ROOT, EMPTY_ROOT, EMPTY_ROOT]);
    expect(state.stateRoot()).toBe(stateRoot(EMPTY_ROOT, EMPTY_ROOT, EMPTY_ROOT));
    expect(state.account(ids[0] as Id)).toBeUndefined();
    expect([...state.accounts(), ...state.nodes(), ...state.candidates()]).toEqual([]);
  });

  it('decodes the records of its three tables', () => {
    const [nodeId, candidateId] = [ids[1] as Id, ids[2] as Id];
    const node = {
      nodeId,
      nodePubkey: pubkey,
      suiteId: 1,
      operatorAccountId: ids[0] as Id,
      startWindow: 0n,
      chainLength: 5n,
      chainLengthSnapshot: 1n,
      chainLengthCheckpoints: [0n, 0n, 0n, 0n, 0n, 5n],
      lastConfirmationWindow: 4n,
    };
    const candidate = {
      nodeId: candidateId,
      nodePubkey: pubkey,
      suiteId: 1,
      operatorPubkey: pubkey,
      operatorAccountId: ids[0] as Id,
      proofEndpoint: ids[3] as Id,
      wStart: 1n,
      vdfChainLength: 60n,
      registrationWindow: 61n,
      expires: 241n,
    };
    const before = new State(make());
    const { delta, roots } = before.apply({
      account: [put(0, 9)],
      node: [[nodeId, encodeNodeRecord(node)]],
      candidate: [[candidateId, encodeCandidateRecord(candidate)]],
    });
    const state = before.with(delta);
    expect(state.account(ids[0] as Id)).toEqual(account(ids[0] as Id, 9n));
    expect(state.node(nodeId)).toEqual(node);
    expect(state.candidate(candidateId)).toEqual(candidate);
    expect([...state.nodes()]).toEqual([node]);
    expect([...state.candidates()]).toEqual([candidate]);
    expect([state.node(candidateId), state.candidate(nodeId), state.account(nodeId)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(state.roots()).toEqual(roots);
    expect(roots.stateRoot).toBe(stateRoot(roots.nodeRoot, roots.candidateRoot, roots.accountRoot));
    for (const table of TABLES) expect(state.root(table)).toBe(rootOf(state.range(table)));
  });

  it('decodes a record once, whatever view reads it', () => {
    const before = new State(make());
    const state = before.with(before.apply({ account: [put(0, 1)] }).delta);
    const later = state.with(state.apply({ account: [put(1, 1)] }).delta);
    expect(later.account(ids[0] as Id)).toBe(state.account(ids[0] as Id));
  });

  it('stands still: later windows do not change it', () => {
    const first = new State(make());
    const second = first.with(first.apply({ account: [put(0, 1), put(1, 2)] }).delta);
    const third = second.with(second.apply({ account: [put(0, 5), remove(1), put(2, 3)] }).delta);
    expect(balances(first)).toEqual([]);
    expect(balances(second)).toEqual(
      ascending([
        [0, 1],
        [1, 2],
      ]),
    );
    expect(balances(third)).toEqual(
      ascending([
        [0, 5],
        [2, 3],
      ]),
    );
    expect([first, second, third].map(({ depth }) => depth)).toEqual(stacks ? [0, 1, 2] : [0, 0, 0]);
    expect(third.record('account', ids[1] as Id)).toBeUndefined();
    expect(second.root('account')).toBe(rootOf([put(0, 1), put(1, 2)]));
    expect(third.root('account')).toBe(rootOf([put(0, 5), put(2, 3)]));
  });

  it('leaves entries that change nothing out of a delta', () => {
    const empty = new State(make());
    const state = empty.with(empty.apply({ account: [put(0, 1), put(1, 2)] }).delta);
    const same = state.apply({ account: [put(0, 1), remove(5)], node: [] });
    for (const table of TABLES) expect([same.delta[table].records.size, same.delta[table].nodes.size]).toEqual([0, 0]);
    expect(same.roots).toEqual(state.roots());
    expect(same.cost).toEqual({ records: 0, nodesRead: 0, nodesWritten: 0, leafHashes: 0, nodeHashes: 0 });

    const one = state.apply({ account: [put(0, 1), put(1, 3), remove(5)] });
    expect([...one.delta.account.records.keys()]).toEqual([ids[1]]);
    expect(one.cost).toMatchObject({ records: 1, leafHashes: 1, nodeHashes: 256 });
  });

  it('the order of changes reaches neither the delta nor the roots', () => {
    const state = new State(make());
    const entries = ids.map((_, i) => put(i, i));
    const [a, b] = [entries, entries.toReversed()].map((order) => state.apply({ account: order }));
    expect(b?.roots).toEqual(a?.roots);
    expect([...(b?.delta.account.records ?? [])]).toEqual([...(a?.delta.account.records ?? [])]);
    expect([...(b?.delta.account.nodes ?? [])]).toEqual([...(a?.delta.account.nodes ?? [])]);
    expect([...(a?.delta.account.records.keys() ?? [])]).toEqual(ids.toSorted());
  });

  it('equals, after any windows and any foldings into the base, a plain table', () => {
    const window = fc.array(fc.tuple(fc.nat(ids.length - 1), fc.nat(3)), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(window, fc.nat(2)), { maxLength: 7 }), fc.nat(ids.length - 1), (windows, from) => {
        const base = make();
        const deltas = [];
        const table = new Map<number, number>();
        let state = new State(base);
        for (const [changes, fold] of windows) {
          const { delta, roots } = state.apply({
            account: changes.map(([i, balance]) => (balance === 0 ? remove(i) : put(i, balance))),
          });
          state = state.with(delta);
          deltas.push(delta);
          for (const [i, balance] of changes) balance === 0 ? table.delete(i) : table.set(i, balance);
          const committed = deltas.splice(0, fold);
          const unfolded = state;
          for (const old of committed) base.commit(old);
          state = state.rebase(base, committed.length);
          expect(state.depth).toBe(stacks ? deltas.length : 0);
          for (const view of [unfolded, state]) {
            expect(balances(view)).toEqual(ascending([...table]));
            expect(view.roots()).toEqual(roots);
          }
        }
        expect(Array.from(state.range('account', ids[from] as Id), ([id]) => id)).toEqual(
          [...table.keys()]
            .map((i) => ids[i] as Id)
            .filter((id) => id >= (ids[from] as Id))
            .toSorted(),
        );
        expect(state.root('account')).toBe(rootOf([...table].map(([i, balance]) => put(i, balance))));
      }),
      { seed: 20261121, numRuns: 25 },
    );
  });

  it('rebase drops all deltas unless told how many were committed', () => {
    const base = make();
    const first = new State(base).apply({ account: [put(0, 1)] }).delta;
    const state = new State(base, [first]);
    base.commit(first);
    expect(state.rebase(base).depth).toBe(0);
    expect(balances(state.rebase(base))).toEqual(['0:1']);
  });

  it('halts on a stored record that does not decode', () => {
    const bad = new Uint8Array(RECORD_SIZES.account);
    bad[50] = 2;
    const base: Base = { record: () => bad, node: () => undefined, range: () => [[ids[0] as Id, bad]] };
    expect(() => new State(base).account(ids[0] as Id)).toThrow('BadBoolByte');
    expect(() => [...new State(base).accounts()]).toThrow('BadBoolByte');
  });

  it('work of a window follows its changes, not the size of the table', () => {
    const many = Array.from({ length: 1_500 }, (_, i) => hashId('mt-account', littleEndian(i, 4)));
    const base = make();
    const records = many.map((id) => [id, encodeAccountRecord(account(id, 1n))] as const);
    base.commit(new State(base).apply({ account: records }).delta);
    const { delta, cost } = new State(base).apply({
      account: many.slice(0, 20).map((id) => [id, encodeAccountRecord(account(id, 2n))] as const),
    });
    expect(cost).toMatchObject({ records: 20, leafHashes: 20, nodesWritten: delta.account.nodes.size });
    expect(cost.nodeHashes).toBeLessThan(20 * 256);
    // Depth of the tree: about log2 n and a little more; two reads a level.
    expect(cost.nodesRead).toBeLessThan(20 * 2 * (11 + 2));
    expect(toHex(delta.account.nodes.get('1') as Uint8Array, 0, 32)).toHaveLength(64);
  });
});
