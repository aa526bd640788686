import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Id, littleEndian, toHex, ZERO_ID } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import type { Operation } from '../consensus/objects.ts';
import { hashId } from '../crypto/hash.ts';
import { accountId } from '../crypto/ids.ts';
import { newAccount } from '../genesis/births.ts';
import { makeOperation, type OperationFields } from '../operations/codec.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { encodeAccountRecord, encodeCandidateRecord, encodeNodeRecord } from '../state/records.ts';
import { type Delta, TABLES, type Table, type WritableBase } from '../state/state.ts';
import { State } from '../state/view.ts';
import { applyWindow, type Outcome } from './apply.ts';
import { anySignature, inputFor, step, steps, testKey, testSettled } from './network.suite.ts';
import { Prework } from './prework.ts';
import type { Settled } from './settled.ts';

const BOUNDARY = 36;
/** S_32: τ₂ is 4 windows, so an account is idle for long enough when its last operation was in window 20. */
const start = steps(testSettled({ rules: { admission: 'protocol' } }), 33);

/** Counts what is read of accounts. Without versions: deltas pile up above it. */
class PlainBase implements WritableBase {
  reads = 0;
  ranges = 0;
  readonly #base = new MemoryBase();

  record(table: Table, key: Id): Uint8Array | undefined {
    if (table === 'account') this.reads++;
    return this.#base.record(table, key);
  }

  node(table: Table, path: string): Uint8Array | undefined {
    if (table === 'account') this.reads++;
    return this.#base.node(table, path);
  }

  range(table: Table, from?: Id): Iterable<readonly [Id, Uint8Array]> {
    if (table === 'account') this.ranges++;
    return this.#base.range(table, from);
  }

  commit(delta: Delta): void {
    this.#base.commit(delta);
  }
}

/** With versions that nobody says are cheap. */
const chained = (base: MemoryBase): WritableBase => ({
  record: (table, key) => base.record(table, key),
  node: (table, path) => base.node(table, path),
  range: (table, from) => base.range(table, from),
  commit: (delta) => base.commit(delta),
  with: (delta) => chained(base.with(delta)),
});

const BASES = {
  plain: () => new PlainBase(),
  versions: () => new MemoryBase(),
  chained: () => chained(new MemoryBase()),
} as const;

interface Spare {
  readonly balance: number;
  readonly length: number;
  readonly snapshot: number;
  readonly lastOp: number;
  readonly isNodeOperator: boolean;
  /** When the candidate that names it expires. */
  readonly candidate: number | undefined;
}

const idOf = (i: number): Id => hashId('mt-app', littleEndian(i, 4));
const publicKey = testKey(77).publicKey;

const spareAccount = (i: number, spare: Spare) => ({
  ...newAccount(
    {
      accountId: idOf(i),
      balance: BigInt(spare.balance),
      suiteId: 1,
      currentPubkey: publicKey,
      isNodeOperator: spare.isNodeOperator,
      frontierHash: ZERO_ID,
    },
    0,
  ),
  accountChainLength: spare.length,
  accountChainLengthSnapshot: spare.snapshot,
  lastOpWindow: spare.lastOp,
});

const waiting = (i: number, expires: number) => ({
  nodeId: hashId('mt-app', littleEndian(i, 5)),
  nodePubkey: publicKey,
  suiteId: 1,
  operatorPubkey: publicKey,
  operatorAccountId: idOf(i),
  proofEndpoint: ZERO_ID,
  wStart: 0n,
  vdfChainLength: 4n,
  registrationWindow: BigInt(expires) - 12n,
  expires: BigInt(expires),
});

/** S_32 with more accounts, whose balances a rich one gave, and a node that leaves at the boundary, in a base of its own. */
const scene = (base: WritableBase, spares: readonly Spare[]): Settled => {
  const { state } = start;
  base.commit(
    new State(base).apply({
      account: state.range('account'),
      node: state.range('node'),
      candidate: state.range('candidate'),
    }).delta,
  );
  const rich = [...state.accounts()].find(({ balance }) => balance > 1000n);
  const [node] = [...state.nodes()].filter(({ operatorAccountId }) => operatorAccountId !== rich?.accountId);
  const operator = node && state.account(node.operatorAccountId);
  if (rich === undefined || node === undefined || operator === undefined) throw new Error('no accounts');
  const given = spares.reduce((sum, { balance }) => sum + balance, 0);
  const accounts = [
    { ...rich, balance: rich.balance - BigInt(given) },
    { ...operator, accountChainLength: 5 },
    ...spares.map((spare, i) => spareAccount(i, spare)),
  ];
  const candidates = spares.flatMap(({ candidate }, i) => (candidate === undefined ? [] : [waiting(i, candidate)]));
  base.commit(
    new State(base).apply({
      account: accounts.map((record) => [record.accountId, encodeAccountRecord(record)] as const),
      node: [[node.nodeId, encodeNodeRecord({ ...node, lastConfirmationWindow: 3n })]],
      candidate: candidates.map((record) => [record.nodeId, encodeCandidateRecord(record)] as const),
    }).delta,
  );
  return { ...start, state: new State(base) };
};

interface Plan {
  readonly from: number;
  readonly to: number;
  readonly kind: Operation['type'];
}

/** Some of them cannot settle, for want of money or because the sender is gone: those are skipped. */
const operation = ({ state, window }: Settled, { from, to, kind }: Plan): readonly Operation[] => {
  const accounts = [...state.accounts()];
  const sender = accounts[from % accounts.length];
  const link = accounts[to % accounts.length];
  if (sender === undefined || link === undefined) return [];
  const own = { prevHash: sender.frontierHash, sender: sender.accountId };
  const born = testKey(1000 + 50 * window + from).publicKey;
  const fields: OperationFields =
    kind === 'Anchor'
      ? { type: kind, ...own, appId: ZERO_ID, dataHash: ZERO_ID }
      : kind === 'ChangeKey'
        ? { type: kind, ...own, newSuiteId: 1, newPubkey: born }
        : kind === 'Transfer'
          ? { type: kind, ...own, link: link.accountId, amount: 1n }
          : { type: kind, ...own, link: accountId(1, born), suiteId: 1, receiverPubkey: born, amount: 1n };
  return [makeOperation(fields, testKey(77))];
};

const chosen = (settled: Settled, plans: readonly Plan[]) => ({
  operations: plans.flatMap((plan) => operation(settled, plan)),
});

const entries = (map: ReadonlyMap<string, Uint8Array | null>): readonly string[] =>
  Array.from(map, ([key, value]) => `${key} ${value === null ? 'gone' : toHex(value)}`);

/** All that an outcome says, but what it cost. */
const results = ({ cost: _, settle, delta, ...said }: Outcome): unknown => ({
  ...said,
  side: settle(ZERO_ID, 1).side,
  delta: TABLES.map((table) => [entries(delta[table].records), entries(delta[table].nodes).toSorted()]),
});

const tables = (state: State): unknown =>
  TABLES.map((table) => Array.from(state.range(table), ([key, record]) => `${key} ${toHex(record)}`));

const spare: fc.Arbitrary<Spare> = fc.record({
  balance: fc.oneof(fc.constant(0), fc.nat(2)),
  length: fc.nat(2),
  snapshot: fc.nat(2),
  lastOp: fc.integer({ min: 18, max: 23 }),
  isNodeOperator: fc.nat(7).map((n) => n === 0),
  candidate: fc.nat(11).map((n) => (n === 0 ? 60 : n < 3 ? 32 + 2 * n : undefined)),
});

const plan: fc.Arbitrary<Plan> = fc.record({
  from: fc.nat(40),
  to: fc.nat(40),
  kind: fc.constantFrom('Anchor', 'Transfer', 'TransferModeB', 'ChangeKey'),
});

const planned = fc.record({
  base: fc.constantFrom('plain', 'versions', 'chained'),
  spares: fc.array(spare, { minLength: 4, maxLength: 24 }),
  operations: fc.array(fc.array(plan, { maxLength: 6 }), { minLength: 4, maxLength: 4 }),
  begins: fc.nat(3),
  pieces: fc.array(fc.array(fc.integer({ min: 1, max: 72 }), { maxLength: 4 }), { minLength: 4, maxLength: 4 }),
});

describe('prework', () => {
  it('changes no result, whenever it begins, however far it got, whatever settles meanwhile', () => {
    const seen = {
      pruned: 0,
      rekeyed: 0,
      born: 0,
      expired: 0,
      admitted: 0,
      spared: 0,
      unfinished: 0,
      done: 0,
      lighter: 0,
      between: 0,
    };
    fc.assert(
      fc.property(planned, ({ base, spares, operations, begins, pieces }) => {
        let settled = scene(BASES[base](), spares);
        let prework: Prework | undefined;
        for (let i = 0; i < 4; i++) {
          if (i === begins) prework = new Prework(settled);
          for (const limit of pieces[i] ?? []) prework?.advance(limit);
          if (i === 3) break;
          const { outcome, settled: after } = step(settled, chosen(settled, operations[i] ?? []));
          prework?.follow(after, outcome.delta);
          settled = after;
          if (prework !== undefined) seen.between += outcome.applied.length;
          seen.expired += outcome.expired.length;
        }
        if (prework === undefined) throw new Error('no prework');
        const input = inputFor(settled, chosen(settled, operations[3] ?? []));
        const wasDone = prework.isDone;
        const plain = applyWindow(settled, input, anySignature);
        const eased = applyWindow(settled, input, anySignature, undefined, prework);
        const again = applyWindow(settled, input, anySignature, undefined, prework);
        expect(plain.window).toBe(BOUNDARY);
        expect(results(eased)).toEqual(results(plain));
        expect(results(again)).toEqual(results(plain));
        const [direct, prepared] = [plain, eased].map((outcome) => ({ ...outcome.settle(ZERO_ID, 1) })) as [
          Settled,
          Settled,
        ];
        expect(tables(prepared.state)).toEqual(tables(direct.state));
        expect(prepared.state.roots()).toEqual(direct.state.roots());
        const next = chosen(direct, operations[0] ?? []);
        expect(results(step(prepared, next).outcome)).toEqual(results(step(direct, next).outcome));
        seen.pruned += plain.epoch?.pruned.accounts.length ?? 0;
        seen.spared += prework.pruned.sorted().filter((id) => direct.state.account(id) !== undefined).length;
        seen.admitted += plain.admitted.length;
        seen[wasDone ? 'done' : 'unfinished']++;
        const settledOf = (type: Operation['type']): number =>
          plain.operations.filter(({ operation: { type: own }, fault }) => own === type && fault === undefined).length;
        seen.rekeyed += settledOf('ChangeKey');
        seen.born += settledOf('TransferModeB');
        if (eased.cost.records < plain.cost.records) seen.lighter++;
        expect(plain.epoch?.pruned.nodes).toHaveLength(1);
      }),
      { seed: 20261121, numRuns: 80 },
    );
    for (const [what, times] of Object.entries(seen)) expect([what, times > 10]).toEqual([what, true]);
  });

  const idle: Spare = {
    ...{ balance: 0, length: 1, snapshot: 0, lastOp: 20, isNodeOperator: false },
    candidate: undefined,
  };

  it('changes no more accounts a piece than it may, each once', () => {
    const settled = scene(new MemoryBase(), [idle, idle, idle, idle]);
    const prework = new Prework(settled);
    expect(prework.boundary).toBe(BOUNDARY);
    const pruned: number[] = [];
    while (!prework.advance(9)) pruned.push(prework.pruned.size);
    // Two of the eight accounts at a time, the four founders' with them.
    expect(pruned.map((size, i) => size - (pruned[i - 1] ?? 0)).every((more) => more <= 2)).toBe(true);
    expect(prework.cost.records).toBe(8);
    expect(prework.pruned.sorted()).toEqual([0, 1, 2, 3].map(idOf).toSorted());
    expect(prework.supply).toBe(13_000_000_000n * 32n);
    const { state, cost } = prework;
    expect([prework.advance(), prework.state, prework.cost]).toEqual([true, state, cost]);
  });

  it('looks at no more accounts a piece than it may, where none of them changes', () => {
    const still = { ...idle, balance: 1, snapshot: 1 };
    const settled = scene(
      new MemoryBase(),
      Array.from({ length: 60 }, () => still),
    );
    const prework = new Prework(settled);
    const looked: number[] = [];
    for (let before = 0; !prework.isDone; before = prework.cost.records) {
      prework.advance(16);
      looked.push(prework.cost.records - before);
    }
    expect(looked.reduce((sum, count) => sum + count, 0)).toBe(64);
    expect(looked.slice(0, 3)).toEqual([16, 16, 16]);
  });

  it('makes the boundary cost the same however far it got', () => {
    const before = steps(scene(new MemoryBase(), [idle, idle, idle, idle]), 3);
    const input = inputFor(before);
    const costs = [0, 1, 2, 9].map((pieces) => {
      const prework = new Prework(before);
      for (let i = 0; i < pieces; i++) prework.advance(8);
      const { cost } = applyWindow(before, input, anySignature, undefined, prework);
      return { boundary: cost, records: prework.cost.records };
    });
    expect(new Set(costs.map((cost) => JSON.stringify(cost))).size).toBe(1);
  });

  it('leaves a boundary that reads the same of 20 accounts and of 420, and goes through none of them', () => {
    const reads = [20, 420].map((accounts) => {
      const base = new PlainBase();
      const busy = { ...idle, balance: 1, lastOp: 31 };
      const before = steps(
        scene(
          base,
          Array.from({ length: accounts }, () => busy),
        ),
        3,
        { signers: [] },
      );
      const prework = new Prework(before);
      prework.finish();
      const input = inputFor(before, { signers: [] });
      base.reads = 0;
      base.ranges = 0;
      const { cost } = applyWindow(before, input, anySignature, undefined, prework);
      const { reads, ranges } = base;
      expect(ranges).toBe(0);
      expect(applyWindow(before, input, anySignature).cost.records).toBeGreaterThan(accounts);
      return [reads, cost.records] as const;
    }) as [readonly [number, number], readonly [number, number]];
    expect(reads[1][1]).toBe(reads[0][1]);
    // The tree is deeper by log2 20 or so above each of a few accounts.
    expect(reads[1][0]).toBeLessThan(reads[0][0] + 50);
  });

  it('stays aside in another window or another state', () => {
    const settled = scene(new MemoryBase(), [idle]);
    const early = new Prework(settled);
    const before = steps(settled, 3);
    expect(early.isFor(settled)).toBe(false);
    expect(early.isFor(before)).toBe(false);
    applyWindow(before, inputFor(before), anySignature, undefined, early);
    expect(early.isDone).toBe(false);
    const late = new Prework(before);
    expect(late.isFor(before)).toBe(true);
    expect(late.isFor(steps(scene(new MemoryBase(), [idle, idle]), 3))).toBe(false);
    expect(late.isFor(step(before).settled)).toBe(false);
  });

  it('follows the next window only, and not past the boundary', () => {
    const settled = scene(new MemoryBase(), [idle]);
    const one = step(settled);
    const two = step(one.settled);
    const prework = new Prework(settled);
    expect(() => prework.follow(two.settled, two.outcome.delta)).toThrow(FatalInvariant);
    const before = steps(settled, 3);
    const over = step(before);
    expect(() => new Prework(before).follow(over.settled, over.outcome.delta)).toThrow(FatalInvariant);
  });

  it('halts, as without it, where balances and emission do not fit together', () => {
    const before = steps(scene(new MemoryBase(), [idle]), 3);
    const { network } = before;
    const params = { ...network.params, emissionMoneta: network.params.emissionMoneta + 1n };
    const other = { ...before, network: { ...network, params } };
    const prework = new Prework(other);
    expect(() => applyWindow(other, inputFor(other), anySignature, undefined, prework)).toThrow(FatalInvariant);
  });
});
