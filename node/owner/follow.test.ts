import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { accountOf, idOf } from '#core/operations/accounts.suite.ts';
import { makeOperation, type OperationFields } from '#core/operations/codec.ts';
import { type Identity, withAccountKey, writeEphemeral } from '#node/config/identity.ts';
import { Refused } from '#node/config/refused.ts';
import { FakeChain, network } from './chain.suite.ts';
import type { Chain } from './chain.ts';
import { Pending } from './pending.ts';
import { carryOn, judge, publish, refuseWhileUnderWay, senderOf } from './publish.ts';
import { transferFields } from './transfer.ts';
import type { Wallet } from './wallet.ts';
import { seenText, watch } from './watch.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-follow-'));
afterAll(() => rmSync(folder, { recursive: true }));

const identityOf = (n: number): Identity =>
  writeEphemeral(join(folder, `${n}.bin`), {
    account: new Uint8Array(32).fill(n),
    node: new Uint8Array(32).fill(n + 1),
    app: new Uint8Array(64).fill(n + 2),
  });

const [alice, bob] = [identityOf(1), identityOf(5)];
const recordOf = ({ accountKey, accountId }: Identity) =>
  accountOf({ publicKey: accountKey, sign: () => accountKey }, { accountId });
const told: string[] = [];
const tell = (words: string): void => void told.push(words);

let chain: FakeChain;
let wallet: Wallet;
beforeEach(() => {
  told.length = 0;
  chain = new FakeChain([recordOf(alice)]);
  for (const name of readdirSync(folder)) if (/\.(pending|seen\.\d+)$/.test(name)) rmSync(join(folder, name));
  const pending = new Pending(join(folder, 'identity.bin'), alice.accountId, network.genesisHash);
  wallet = { account: alice.accountId, chain, identity: alice, pending, network };
});

const payBob = async (amount: bigint): Promise<OperationFields> => {
  const there = chain.accounts.account(bob.accountId);
  return transferFields(
    (await senderOf(wallet)).record,
    { account: bob.accountId, key: bob.accountKey },
    there,
    amount,
  );
};
const signed = (fields: OperationFields) => withAccountKey(alice, (key) => makeOperation(fields, key));

test('a first payment creates the account, a second one does not, and it pays back', async () => {
  chain.before = () => expect(existsSync(wallet.pending.file)).toBe(true);
  expect(await publish(wallet, await payBob(100n), tell)).toEqual({ type: 'settled', window: 1 });
  expect(chain.said.at(-1)?.type).toBe('TransferModeB');
  expect(await publish(wallet, await payBob(50n), tell)).toEqual({ type: 'settled', window: 2 });
  expect(chain.said.at(-1)?.type).toBe('Transfer');
  expect(told).toEqual(Array(2).fill('pending: the network has it; it waits for a window'));
  expect(existsSync(wallet.pending.file)).toBe(false);
  const pending = new Pending(join(folder, 'identity.bin'), bob.accountId, network.genesisHash);
  const back = { ...wallet, account: bob.accountId, identity: bob, pending };
  chain.before = () => expect(existsSync(pending.file)).toBe(true);
  const sender = await senderOf(back);
  const fields = transferFields(sender.record, { account: alice.accountId, key: undefined }, recordOf(alice), 150n);
  judge(back, fields, sender, recordOf(alice));
  expect(await publish(back, fields, tell)).toEqual({ type: 'settled', window: 3 });
  expect(chain.accounts.account(alice.accountId)?.balance).toBe(1_000n);
});

describe('before anything is signed', () => {
  test.each([
    [1_001n, /the balance is too small/],
    [0n, /write at least 1 moneta/],
  ])('%i moneta are refused', async (amount, words) => {
    const sender = await senderOf(wallet);
    const fields = await payBob(amount);
    expect(() => judge(wallet, fields, sender, undefined)).toThrow(words);
    judge(wallet, await payBob(1_000n), sender, undefined);
  });

  test('so is a second account before its time, an account that is not there, and one of another key', async () => {
    const sender = await senderOf(wallet);
    const young = { ...sender, record: { ...sender.record, creationWindow: 1 } };
    const fields = await payBob(1n);
    expect(() => judge(wallet, fields, young, undefined)).toThrow(/may not create another one yet/);
    judge(wallet, fields, { ...young, window: 60 }, undefined);
    await expect(senderOf({ ...wallet, account: bob.accountId })).rejects.toThrow(/your account is not there/);
    await expect(senderOf({ ...wallet, identity: bob })).rejects.toThrow(/not the current one of the account/);
  });

  test('so is anything while an operation is under way', async () => {
    refuseWhileUnderWay(wallet);
    const fields = await payBob(1n);
    wallet.pending.write(signed(fields));
    expect(() => refuseWhileUnderWay(wallet)).toThrow(/"montana account resume --dir [^"]+" takes it up/);
    await expect(publish(wallet, { ...fields, amount: 2n } as OperationFields, tell)).rejects.toThrow(/is under way/);
    expect(chain.said).toEqual([]);
  });
});

describe('after a crash', () => {
  test('before the network heard of it, the same bytes are said', async () => {
    const operation = signed(await payBob(7n));
    wallet.pending.write(operation);
    const again = wallet.pending.read()!;
    expect(await carryOn(wallet, again, tell)).toEqual({ type: 'settled', window: 1 });
    expect(chain.said.map(({ bytes }) => bytes)).toEqual([operation.bytes]);
  });

  test('after it settled, and others after it, nothing is said', async () => {
    const operation = signed(await payBob(7n));
    wallet.pending.write(operation);
    chain.close(operation);
    const settled = { type: 'settled', window: 1 };
    expect(await carryOn(wallet, operation, tell)).toEqual(settled);
    chain.close(signed(await payBob(8n)));
    chain.close(signed(await payBob(9n)));
    expect(await carryOn(wallet, operation, tell)).toEqual(settled);
    // A node that remembers bodies alone.
    chain.state = async () => ({ operation: operation.id, state: 'unknown', window: null, reason: null });
    expect(await carryOn(wallet, operation, tell)).toEqual(settled);
    expect(chain.said).toEqual([]);
  });

  test('with another device ahead it has failed, and says so', async () => {
    const operation = signed(await payBob(7n));
    wallet.pending.write(operation);
    chain.close(signed(await payBob(8n)));
    const outcome = await carryOn(wallet, operation, tell);
    expect(outcome).toMatchObject({ type: 'failed', reason: 'InvalidPrevHash' });
    expect(wallet.pending.read()).toBeUndefined();
  });
});

test('by a node that is behind nothing is signed, and what is under way is not given up', async () => {
  const behind = new FakeChain([recordOf(alice)]);
  const there = { ...wallet, chain: behind };
  const first = await payBob(7n);
  expect(await publish(wallet, first, tell)).toMatchObject({ type: 'settled' });
  await expect(senderOf(there)).rejects.toThrow(/^this node is behind: it has window 0, your account was seen in 1, /);
  const second = signed(await payBob(8n));
  wallet.pending.write(second);
  await expect(carryOn(there, second, tell)).rejects.toThrow(/this node is behind/);
  expect(wallet.pending.read()?.id).toBe(second.id);
  behind.close(signed(first));
  expect(await carryOn(there, second, tell)).toEqual({ type: 'settled', window: 2 });
  await expect(senderOf(there)).resolves.toMatchObject({ window: 2 });
});

test('a node that forgets is told again, with the same bytes', async () => {
  chain.isForgetful = true;
  chain.before = () => {
    chain.isForgetful = chain.window < 5;
  };
  const fields = await payBob(7n);
  expect(await publish(wallet, fields, tell)).toEqual({ type: 'settled', window: 7 });
  expect(chain.said.length).toBeGreaterThan(1);
  expect(new Set(chain.said.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(1);
});

test('refused for good it is forgotten; refused for now it stays, and nothing takes its place', async () => {
  const fields = await payBob(7n);
  chain.reason = 'ReceiverNotActive';
  expect(await publish(wallet, fields, tell)).toMatchObject({ type: 'refused', reason: 'ReceiverNotActive' });
  expect(wallet.pending.read()?.id).toBe(signed(fields).id);
  expect(() => refuseWhileUnderWay(wallet)).toThrow(/under way/);
  chain.reason = 'InvalidSignature';
  expect(await carryOn(wallet, wallet.pending.read()!, tell)).toMatchObject({ type: 'failed' });
  expect(wallet.pending.read()).toBeUndefined();
});

test('a receiver that another payment created meanwhile is an end: the next payment is an ordinary one', async () => {
  const fields = await payBob(7n);
  chain.reason = 'out of date';
  chain.accounts.putAccount(recordOf(bob));
  const outcome = await publish(wallet, fields, tell);
  expect(outcome).toMatchObject({ type: 'failed', reason: 'ReceiverAlreadyExists' });
  chain.reason = undefined;
  expect(await publish(wallet, await payBob(7n), tell)).toEqual({ type: 'settled', window: chain.window });
});

test('a rejection between two questions is looked at again', async () => {
  const operation = signed(await payBob(7n));
  wallet.pending.write(operation);
  chain.state = async () => {
    chain.close(operation);
    return { operation: operation.id, state: 'rejected', window: null, reason: 'another took its place' };
  };
  expect(await carryOn(wallet, operation, tell)).toEqual({ type: 'settled', window: 1 });
});

test('an account that goes away, and a node that ends', async () => {
  const operation = signed(await payBob(7n));
  wallet.pending.write(operation);
  const asked = chain.account.bind(chain);
  chain.account = async () => {
    throw new Error('no node');
  };
  await expect(carryOn(wallet, operation, tell)).rejects.toThrow('no node');
  expect(wallet.pending.read()?.id).toBe(operation.id);
  chain.account = async (id) => ({ ...(await asked(id)), account: null });
  expect(await carryOn(wallet, operation, tell)).toMatchObject({ type: 'refused', reason: 'NotKnownHere' });
  expect(wallet.pending.read()?.id).toBe(operation.id);
});

test('by a node that is behind, or that no longer keeps its window, nothing has failed and nothing else is signed', async () => {
  const behind = new FakeChain([recordOf(alice)]);
  chain.close(signed(await payBob(6n)));
  const operation = signed(await payBob(7n));
  wallet.pending.write(operation);
  chain.close(operation);
  chain.close(signed(await payBob(8n)));
  const young = new FakeChain([chain.accounts.account(alice.accountId)!]);
  young.window = chain.window;
  await expect(carryOn({ ...wallet, chain: behind }, operation, tell)).rejects.toThrow('this node is behind');
  expect(await carryOn({ ...wallet, chain: young }, operation, tell)).toMatchObject({ type: 'refused' });
  expect(() => refuseWhileUnderWay(wallet)).toThrow(/under way/);
  expect([behind.said, young.said]).toEqual([[], []]);
  expect(await carryOn(wallet, operation, tell)).toEqual({ type: 'settled', window: 2 });
});

test('two commands that follow one operation: the slower one does not take away what is signed next', async () => {
  const operation = signed(await payBob(7n));
  wallet.pending.write(operation);
  chain.close(operation);
  const next = signed(await payBob(8n));
  const slow: Chain = Object.assign(Object.create(chain), {
    async account(id: string) {
      // Meanwhile the other one has seen the same, and the next payment is under way.
      rmSync(wallet.pending.file);
      wallet.pending.write(next);
      return chain.account(id);
    },
  });
  expect(await carryOn({ ...wallet, chain: slow }, operation, tell)).toMatchObject({ type: 'settled' });
  expect(wallet.pending.read()?.id).toBe(next.id);
});

test('watch: each window, what came and went, and what was earned', async () => {
  const seen = watch(chain, alice.accountId);
  expect((await seen.next()).value).toMatchObject({ window: 0, balance: '1000', earned: '0', operations: [] });
  const operation = signed(await payBob(7n));
  chain.close(operation);
  chain.close(signed(await payBob(8n)));
  const there = chain.accounts.account(alice.accountId)!;
  chain.accounts.putAccount({ ...there, balance: there.balance + 13n });
  expect((await seen.next()).value).toMatchObject({
    window: 2,
    balance: '998',
    earned: '13',
    operations: [{ window: 1 }, { window: 2 }],
  });
  expect((await seen.next()).value).toMatchObject({ window: 3, earned: '0', operations: [] });
  const nobody = watch(chain, idOf(3));
  expect((await nobody.next()).value).toMatchObject({ balance: null });
});

test('watch: over a gap of what the node keeps, nobody tells', async () => {
  const seen = watch(chain, alice.accountId);
  await seen.next();
  chain.close(signed(await payBob(7n)));
  chain.close(signed(await payBob(8n)));
  const whole = chain.history.bind(chain);
  chain.history = async (...asked) => ({ ...(await whole(...asked)), next: null, oldest: 2 });
  const { value } = await seen.next();
  expect(value).toMatchObject({ window: 2, balance: '985', earned: null, operations: [] });
  expect(seenText(value!, alice.accountId)).toMatch(/balance 0\.000000985 MONT {2}nobody tells what moved it\n$/);
  chain.close(signed(await payBob(5n)));
  expect((await seen.next()).value).toMatchObject({ window: 3, earned: '0', operations: [{ window: 3 }] });
});

test("watch: what does not add up is nobody's earning", async () => {
  const seen = watch(chain, alice.accountId);
  await seen.next();
  chain.accounts.putAccount({ ...chain.accounts.account(alice.accountId)!, balance: 1n });
  const { value } = await seen.next();
  expect(value).toMatchObject({ balance: '1', earned: null, operations: [] });
});

test('what cannot be noted stops a command before it, and says nothing of what was sent', () => {
  const nowhere = new Pending(join(folder, 'none', 'identity.bin'), alice.accountId, network.genesisHash);
  expect(() => nowhere.see(1)).toThrow(
    /\.seen\.1: cannot be written: no such file .*; make room, and its folder writable$/,
  );
});

test('how a payment ended is said though it cannot be noted, and stays to be noted', async () => {
  const see = vi.spyOn(wallet.pending, 'see');
  chain.before = () => {
    if (chain.said.length > 0)
      see.mockImplementation(() => {
        throw new Refused('it cannot be written');
      });
  };
  const fields = await payBob(7n);
  expect(await publish(wallet, fields, tell)).toEqual({ type: 'settled', window: 1 });
  expect(told.at(-1)).toMatch(
    /^warning: it cannot be written; until "montana account resume --dir [^"]+" has ended it/,
  );
  see.mockRestore();
  expect(await carryOn(wallet, wallet.pending.read()!, tell)).toEqual({ type: 'settled', window: 1 });
  expect(wallet.pending.read()).toBeUndefined();
});

test('commands that see one account at once do not disturb each other, and none forgets', async () => {
  const pending = `new Pending(${JSON.stringify(join(folder, 'identity.bin'))}, '${alice.accountId}', '${network.genesisHash}')`;
  const script = (first: number): string => `
    import { Pending } from ${JSON.stringify(import.meta.resolve('./pending.ts'))};
    const pending = ${pending};
    for (let window = ${first}; window < 600; window += 2) {
      try {
        pending.see(window);
      } catch (error) {
        if (!error.message.startsWith('this node is behind')) throw error;
      }
    }`;
  const commands = [0, 1].map((first) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script(first)]),
  );
  await Promise.all(commands);
  expect(() => wallet.pending.see(598)).toThrow('your account was seen in 599');
  wallet.pending.see(600);
  expect(readdirSync(folder).filter((name) => name.includes('.seen'))).toEqual([expect.stringMatching(/\.seen\.600$/)]);
});

test('what is written holds no seed', async () => {
  const operation = signed(await payBob(7n));
  wallet.pending.write(operation);
  const file = readFileSync(wallet.pending.file);
  expect(file).toEqual(Buffer.from(operation.bytes));
  expect(file.indexOf(alice.seeds.account)).toBe(-1);
});

describe('at a node that tells no history', () => {
  const remote = (): Chain => ({
    history: undefined,
    account: (id) => chain.account(id),
    state: async (operation) => ({ ...(await chain.state(operation)), state: 'unknown', window: null }),
    submit: (bytes) => chain.submit(bytes),
    next: (after) => chain.next(after),
    moment: () => chain.moment(),
  });

  test('what the account left behind is neither done nor lost, and stays', async () => {
    const [first, second] = [signed(await payBob(10n)), signed(await payBob(20n))];
    chain.close(second);
    wallet.pending.write(first);
    expect(await carryOn({ ...wallet, chain: remote() }, first, tell)).toMatchObject({ type: 'refused' });
    expect(existsSync(wallet.pending.file)).toBe(true);
  });

  test('balances are watched without what moved them', async () => {
    const seen = watch(remote(), alice.accountId);
    await seen.next();
    chain.close(signed(await payBob(10n)));
    const { value } = await seen.next();
    expect(value).toMatchObject({ balance: '990', earned: null, operations: [] });
    expect((await seen.next()).value).toMatchObject({ balance: '990', earned: '0', operations: [] });
  });
});

test('a receiver that the operation itself made does not make it a failure', async () => {
  const operation = signed(await payBob(10n));
  const late: Chain = {
    history: undefined,
    // It settles between the look at the sender and that at the receiver.
    async account(id) {
      if (id === bob.accountId && chain.window === 0) chain.close(operation);
      return chain.account(id);
    },
    state: async (id) => ({ operation: id, state: 'rejected', window: null, reason: 'it is out of date' }),
    submit: async () => ({ verdict: 'stale' }),
    next: async () => undefined,
    moment: async () => undefined,
  };
  expect(await carryOn({ ...wallet, chain: late }, operation, tell)).toEqual({ type: 'settled', window: 1 });
});
