import { describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import type { Operation, ProtocolObject } from '#core/consensus/objects.ts';
import { foundation } from '#core/participant/party.suite.ts';
import { verifyAccountProof } from '#core/services/account-proof.ts';
import { OperationFates } from '#core/services/operation-fates.ts';
import type { ArchiveEntry } from '#core/wire/messages.ts';
import { keptFate, operationState } from './fates.ts';
import type { FromProtocol } from './messages.ts';
import { Queries, type Query, type QueryAnswer } from './queries.ts';

const idOf = (n: number): Id => n.toString(16).padStart(64, '0');
const [ALICE, BOB, CAROL] = [idOf(0xa), idOf(0xb), idOf(0xc)] as const;

const transfer = (n: number, sender: Id, link: Id): Operation =>
  ({
    kind: 'operation',
    type: 'Transfer',
    id: idOf(n),
    sender,
    prevHash: idOf(n - 1),
    link,
    amount: 2n ** 127n,
  }) as Operation;

/** What is kept of windows 3 … 9: operation 10·w + i in window w. */
const kept = (operations: Readonly<Record<number, readonly Operation[]>>, first: number, last: number) => {
  const objects = new Map<Id, ProtocolObject>();
  const entries = new Map<number, ArchiveEntry>();
  for (let window = first; window <= last; window++) {
    const ids = (operations[window] ?? []).map((operation) => {
      objects.set(operation.id, operation);
      return operation.id;
    });
    const header = { id: idOf(1_000 + window) };
    objects.set(header.id, { kind: 'proposal' } as ProtocolObject);
    entries.set(window, { header, operations: ids } as unknown as ArchiveEntry);
  }
  const windowOf = (id: Id): number | undefined =>
    [...entries].find(([, { operations }]) => objects.has(id) && operations.includes(id))?.[0];
  return {
    entry: (window: number) => entries.get(window),
    object: (id: Id) => objects.get(id),
    windowOf,
    entries,
    objects,
  };
};

const store = kept(
  {
    3: [transfer(0x30, ALICE, BOB)],
    5: [transfer(0x50, BOB, CAROL), transfer(0x51, CAROL, ALICE)],
    9: [transfer(0x90, ALICE, ALICE)],
  },
  3,
  9,
);

const { genesis } = foundation({ count: 3 });
const founder = [...genesis.state.accounts()][0]!;

const asker = (window: number, from = store) => {
  const posted: FromProtocol[] = [];
  const queries = new Queries({
    store: from,
    fates: new OperationFates(keptFate(from)),
    settled: () => ({ ...genesis, window }),
    post: (message) => void posted.push(message),
  });
  const ask = async <Q extends Query>(query: Q): Promise<QueryAnswer<Q>> => {
    queries.take(7, query);
    await expect.poll(() => posted.length, { interval: 1 }).toBe(1);
    const message = posted.pop();
    if (message?.type !== 'answered' || message.request !== 7) throw new Error('no answer');
    const { result } = message.answered;
    if (!result.ok) throw new Error(result.error);
    return result.value as QueryAnswer<Q>;
  };
  return { queries, ask, posted };
};

describe('the history of an account', () => {
  const historyOf = async (account: Id, before?: number, count = 64) => {
    const { operations, ...rest } = await asker(9).ask({ type: 'history', account, before, count });
    return { ids: operations.map(({ id, window }) => `${window}:${Number.parseInt(id, 16).toString(16)}`), ...rest };
  };

  test('is what it sent and received, newest window first', async () => {
    expect(await historyOf(ALICE)).toEqual({ ids: ['9:90', '5:51', '3:30'], next: null, oldest: 3 });
    expect(await historyOf(BOB)).toEqual({ ids: ['5:50', '3:30'], next: null, oldest: 3 });
    expect(await historyOf(idOf(1))).toEqual({ ids: [], next: null, oldest: 3 });
  });

  test('comes in parts of whole windows', async () => {
    expect(await historyOf(CAROL, undefined, 1)).toEqual({ ids: ['5:50', '5:51'], next: 5, oldest: 3 });
    expect(await historyOf(CAROL, 5, 1)).toEqual({ ids: [], next: null, oldest: 3 });
    expect(await historyOf(ALICE, 9, 64)).toEqual({ ids: ['5:51', '3:30'], next: null, oldest: 3 });
    expect(await historyOf(ALICE, 3)).toEqual({ ids: [], next: null, oldest: 3 });
    expect(await historyOf(ALICE, 0)).toEqual({ ids: [], next: null, oldest: 3 });
  });

  test('looks at so many windows with each question', async () => {
    const long = kept({ 0: [transfer(0x10, ALICE, BOB)] }, 0, 2_000);
    const { ask } = asker(2_000, long);
    expect(await ask({ type: 'history', account: ALICE, before: undefined, count: 1 })).toMatchObject({ next: 977 });
    const older = await ask({ type: 'history', account: ALICE, before: 977, count: 1 });
    expect(older).toMatchObject({ operations: [{ id: idOf(0x10) }], next: null, oldest: 0 });
  });

  test('begins where bodies are kept, whatever entries are', async () => {
    const from = kept({}, 0, 9);
    for (const window of [0, 1, 2, 3]) from.objects.delete(idOf(1_000 + window));
    const { ask } = asker(9, from);
    expect(await ask({ type: 'history', account: ALICE, before: undefined, count: 1 })).toMatchObject({ oldest: 4 });
    from.objects.delete(idOf(1_004));
    expect(await ask({ type: 'history', account: ALICE, before: undefined, count: 1 })).toMatchObject({ oldest: 5 });
  });

  test('of a network without a final window is empty', async () => {
    const { ask } = asker(-1, kept({}, 0, -1));
    const asked = { type: 'history', account: ALICE, before: undefined, count: 1 } as const;
    expect(await ask(asked)).toEqual({ operations: [], next: null, oldest: 0 });
  });
});

describe('an account', () => {
  test('in the settled state, with its proof; or that there is none', async () => {
    const { ask } = asker(4);
    const stateRoot = genesis.state.stateRoot();
    const { accountId } = founder;
    expect(await ask({ type: 'account', account: accountId })).toMatchObject({
      window: 4,
      stateRoot,
      account: { accountId, balance: '0', isNodeOperator: true },
    });
    expect(await ask({ type: 'account', account: ALICE })).toEqual({ window: 4, stateRoot, account: null });
    const { proof } = await ask({ type: 'account-proof', account: accountId });
    const bytes = new Uint8Array(Buffer.from(proof, 'hex'));
    expect(verifyAccountProof(bytes, stateRoot, accountId)).toMatchObject({ ok: true, value: { accountId } });
  });

  test('of a store with a fault: an error, not an end', async () => {
    const entry = () => {
      throw new Error('MDB_CORRUPTED');
    };
    const { ask } = asker(4, { ...store, entry });
    await expect(ask({ type: 'history', account: ALICE, before: undefined, count: 1 })).rejects.toThrow(
      'MDB_CORRUPTED',
    );
  });

  test('is not asked for once the store is about to be closed', () => {
    const { queries, posted } = asker(4);
    queries.stop();
    queries.take(1, { type: 'account', account: ALICE });
    expect(posted).toEqual([]);
  });
});

describe('an operation', () => {
  test('of a process before is found where it is kept', async () => {
    const { ask } = asker(9);
    const settled = { state: 'settled', window: 5, reason: null };
    expect(await ask({ type: 'operation', operation: idOf(0x51) })).toEqual({ operation: idOf(0x51), ...settled });
    expect(await ask({ type: 'operation', operation: idOf(5) })).toMatchObject({ state: 'unknown', window: null });
    // A proposal is none.
    expect(await ask({ type: 'operation', operation: idOf(1_005) })).toMatchObject({ state: 'unknown' });
  });

  test('that was listed in vain is rejected, with the reason in words', async () => {
    const windowOf = () => 5;
    const idle = kept({ 5: [] }, 5, 5);
    idle.objects.set(idOf(7), transfer(7, ALICE, BOB));
    expect(await asker(9, { ...idle, windowOf }).ask({ type: 'operation', operation: idOf(7) })).toEqual({
      operation: idOf(7),
      state: 'rejected',
      window: 5,
      reason: 'it was not valid in the window that cemented it',
    });
    const ruled = { state: 'rejected', window: null, reason: 'ZeroAmount' } as const;
    expect(operationState(idOf(7), ruled)).toEqual({ operation: idOf(7), ...ruled });
  });
});
