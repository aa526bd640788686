import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { accountId, encodeAddress } from '#core/crypto/ids.ts';
import { accountOf, cheapKey, idOf, ownId } from '#core/operations/accounts.suite.ts';
import { makeOperation } from '#core/operations/codec.ts';
import { selfTest } from '#node/config/self-test.ts';
import { amountText, parseAmount } from './amount.ts';
import { confirm } from './confirm.ts';
import { readReceiver, requestText, writeRequest } from './payment-request.ts';
import { Pending } from './pending.ts';
import { operationRow } from './rows-of-operations.ts';
import { transferFields, transferText } from './transfer.ts';
import { isForGood, reasonWords } from './words.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-owner-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [alice, bob] = [cheapKey(1), cheapKey(2)];

describe('amounts', () => {
  test.each([
    ['1', 1_000_000_000n],
    ['12.5', 12_500_000_000n],
    ['12.5 MONT', 12_500_000_000n],
    ['12.5Ɉ', 12_500_000_000n],
    ['0.000000001', 1n],
    ['007', 7_000_000_000n],
    ['300moneta', 300n],
    ['300 nɈ', 300n],
    ['340282366920938463463374607431.768211455', 2n ** 128n - 1n],
    ['340282366920938463463374607431768211455moneta', 2n ** 128n - 1n],
  ])('%s', (text, moneta) => expect(parseAmount(text)).toBe(moneta));

  test.each([
    '',
    '.5',
    '5.',
    '-1',
    '+1',
    '1e3',
    '0x10',
    '1,5',
    '1 000',
    '0.0000000001',
    '1.5moneta',
    '1.5.5',
    'MONT',
    ' 1',
    '１',
    '340282366920938463463374607431.768211456',
    '340282366920938463463374607431768211456moneta',
  ])('"%s" is none', (text) => expect(parseAmount(text)).toBeUndefined());

  test('every amount is written so that it is read back to the moneta', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), (moneta) => {
        expect(parseAmount(amountText(moneta))).toBe(moneta);
      }),
      { seed: 20261121 },
    );
    expect([0n, 1n, 10n ** 9n, 1_500_000_000n].map(amountText)).toEqual([
      '0 MONT',
      '0.000000001 MONT',
      '1 MONT',
      '1.5 MONT',
    ]);
  });
});

describe('a payment request', () => {
  const file = join(folder, 'bob.montana-request');

  test('carries the key whose account its address names, and is never written over', () => {
    writeRequest(file, bob.publicKey);
    expect(readReceiver(file)).toEqual({ account: ownId(bob), key: bob.publicKey });
    expect(readReceiver(encodeAddress(ownId(bob)))).toEqual({ account: ownId(bob), key: undefined });
    expect(() => writeRequest(file, alice.publicKey)).toThrow(/cannot be written: .*; name another file with --out/);
  });

  test.each([
    ['another key', requestText(bob.publicKey).replace('AgAAAA', 'AwAAAA'), 'the key is not that of the address'],
    ['a short key', requestText(bob.publicKey.subarray(1)), 'is no payment request'],
    ['a later version', requestText(bob.publicKey).replace('"version":1', '"version":2'), 'is no payment request'],
    ['something besides', requestText(bob.publicKey).replace('{', '{"to":1,'), 'is no payment request'],
    ['no JSON', 'montana', 'is no payment request'],
  ])('with %s is refused', (_, text, told) => {
    expect(text).not.toBe(requestText(bob.publicKey));
    const other = join(folder, `${_}.montana-request`);
    writeFileSync(other, text);
    expect(() => readReceiver(other)).toThrow(told);
  });

  test('that is not there, or a wrong address', () => {
    expect(() => readReceiver(join(folder, 'none.montana-request'))).toThrow(/cannot be read/);
    expect(() => readReceiver('bob')).toThrow('bob: is no address; one begins with mt');
    const address = encodeAddress(ownId(bob));
    const wrong = address.replace(/.$/, address.endsWith('x') ? 'y' : 'x');
    expect(() => readReceiver(wrong)).toThrow(/is no address/);
  });
});

describe('the mode of a transfer', () => {
  const from = accountOf(alice);
  const own = { sender: ownId(alice), prevHash: from.frontierHash, link: ownId(bob), amount: 5n };
  const known = { account: ownId(bob), key: bob.publicKey };
  const unknown = { account: ownId(bob), key: undefined };

  test('is A where the receiver is there, B where the first payment creates it', () => {
    expect(transferFields(from, known, accountOf(bob), 5n)).toEqual({ type: 'Transfer', ...own });
    expect(transferFields(from, unknown, accountOf(bob), 5n)).toEqual({ type: 'Transfer', ...own });
    const created = transferFields(from, known, undefined, 5n);
    expect(created).toEqual({ type: 'TransferModeB', ...own, suiteId: 1, receiverPubkey: bob.publicKey });
    expect(accountId(1, bob.publicKey)).toBe(own.link);
    expect(() => transferFields(from, unknown, undefined, 5n)).toThrow(/no such account yet; ask the receiver for/);
  });

  test('what is asked has amount, address and the six words of the current key', () => {
    const changed = { ...accountOf(bob), currentPubkey: alice.publicKey };
    const [first, later] = [transferText(known, undefined, 5n), transferText(known, changed, 5n)];
    expect(first).toMatch(/^Pay 0\.000000005 MONT to mt\w+, whose key is "([a-z]+ ){5}[a-z]+"\. This payment creates/);
    expect(later).not.toContain('creates');
    expect(later.split('"')[1]).not.toBe(first.split('"')[1]);
  });
});

describe('the pending operation', () => {
  const operation = makeOperation(
    { type: 'Transfer', sender: ownId(alice), prevHash: idOf(1), link: ownId(bob), amount: 5n },
    alice,
  );

  test('stands beside the identity, once, for one account', () => {
    const pending = new Pending(join(folder, 'identity.bin'), ownId(alice), ZERO_ID);
    expect(pending.read()).toBeUndefined();
    writeFileSync(`${pending.file}.1`, 'left by a crash');
    pending.write(operation);
    expect(pending.file).toBe(join(folder, `${encodeAddress(ownId(alice))}.pending`));
    expect(statSync(pending.file).mode & 0o777).toBe(0o600);
    expect(pending.read()).toEqual(operation);
    expect(() => pending.write(operation)).toThrow(/another operation of this account is under way/);
    expect(new Pending(join(folder, 'identity.bin'), ownId(bob), ZERO_ID).read()).toBeUndefined();
    expect(readdirSync(folder).filter((name) => name.includes('.pending'))).toHaveLength(1);
    pending.remove({ ...operation, id: idOf(2) });
    expect(pending.read()).toEqual(operation);
    pending.remove(operation);
    pending.remove(operation);
    expect(pending.read()).toBeUndefined();
  });

  test('that is damaged, or of another account, is not taken for none', () => {
    const pending = new Pending(join(folder, 'identity.bin'), ownId(bob), ZERO_ID);
    for (const bytes of [operation.bytes, operation.bytes.subarray(1), new Uint8Array(0)]) {
      writeFileSync(pending.file, bytes);
      expect(() => pending.read()).toThrow(
        /is damaged; look at "montana account history --dir [^"]+" before you remove it/,
      );
    }
    rmSync(pending.file);
  });

  test('that cannot be written is not sent', () => {
    expect(() => new Pending(join(folder, 'none/identity.bin'), ownId(alice), ZERO_ID).write(operation)).toThrow(
      /cannot be written: .*; nothing was sent/,
    );
  });
});

test('words: every reason has its own, and only some are for good', () => {
  expect(reasonWords('InsufficientBalance')).toMatch(/the balance is too small; wait/);
  expect(reasonWords('toString')).toBe('the network says toString');
  const reasons = ['InvalidBinding', 'InvalidSignature', 'InsufficientBalance', 'ReceiverNotActive', 'toString'];
  expect(reasons.map(isForGood)).toEqual([true, true, false, false, false]);
});

test('rows of operations in the eyes of both sides', () => {
  const operation = {
    id: idOf(9),
    window: 7,
    prevHash: idOf(1),
    sender: ownId(alice),
    type: 'Transfer',
    link: ownId(bob),
    amount: '1500000000',
  } as const;
  expect(operationRow(operation, ownId(alice))).toBe(
    `       7  sent      1.5 MONT to ${encodeAddress(ownId(bob))}  ${idOf(9)}`,
  );
  expect(operationRow(operation, ownId(bob))).toContain(`received  1.5 MONT from ${encodeAddress(ownId(alice))}`);
});

test('where nobody can be asked, nothing happens unless it was said before', async () => {
  await confirm('Sure?', true, 'nothing was signed');
  if (process.stdin.isTTY !== true) {
    await expect(confirm('Sure?', false, 'nothing was signed')).rejects.toThrow(
      'nobody can be asked here; nothing was signed; say --yes',
    );
  }
});

test('the self-test halts', () => {
  selfTest();
  expect(() => selfTest(() => false)).toThrow(/ML-DSA-65 gives wrong answers/);
  expect(() => selfTest(undefined, () => false)).toThrow(/the list of words is damaged/);
});
