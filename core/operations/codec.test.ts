import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, type Id, toHex } from '../bytes/bytes.ts';
import type { Operation } from '../consensus/objects.ts';
import { accountId } from '../crypto/ids.ts';
import { mlDsa65 } from '../crypto/ml-dsa.ts';
import { cheapKey } from './accounts.suite.ts';
import { decodeOperation, makeOperation, type OperationFields } from './codec.ts';

const all = (byte: number): Id => byte.toString(16).padStart(2, '0').repeat(32);
const key = cheapKey(1);
const AA = new Uint8Array(1952).fill(0xaa);
const DD = new Uint8Array(1952).fill(0xdd);

const transfer = (prevHash: Id, amount: bigint): OperationFields => ({
  type: 'Transfer',
  prevHash,
  sender: all(0x22),
  link: all(0x33),
  amount,
});

const modeB: OperationFields = {
  type: 'TransferModeB',
  prevHash: all(0x10),
  sender: all(0x20),
  link: accountId(1, AA),
  suiteId: 1,
  receiverPubkey: AA,
  amount: 500_000_000_000n,
};

const changeKey: OperationFields = {
  type: 'ChangeKey',
  prevHash: all(0x44),
  sender: all(0x55),
  newSuiteId: 1,
  newPubkey: DD,
};

const anchor: OperationFields = {
  type: 'Anchor',
  prevHash: all(0x66),
  sender: all(0x77),
  appId: all(0x88),
  dataHash: all(0x99),
};

describe('identifiers and sizes (03 §5)', () => {
  test.each([
    [transfer(all(0x11), 1_000_000_000n), 3422, '59d9e77abbecfe4340be8f6019e5352c0a16366f0d4df8bec915fb7689aad461'],
    [transfer(all(0), 1n), 3422, '93483f1a5930cf886ead63b722d66107aac3bbbe625addea2cfd309f423b18f4'],
    [transfer(all(0), 2n ** 128n - 1n), 3422, '7f48caf7b0a15ad794f98edef5003bbb901922b15e7f9dcb92c7b47bf593a2d4'],
    [modeB, 5376, '0733eddb764f500d9acf948959b594dc05a49bdf4633da2e2c5cc12e7f5ba82b'],
    [changeKey, 5328, 'c4cd7b744f5891dd0ffc2c62c13bcfd27b35bd267d188e61f9f85d5a87c4eb17'],
    [anchor, 3438, 'be39ca7259df104d6ebea5047026fdde74a89028ba35ff7f02f3f7709976f0c2'],
  ])('%# %o', (fields, size, id) => {
    const operation = makeOperation(fields, key);
    expect(operation.id).toBe(id);
    expect(operation.bytes).toHaveLength(size);
    expect(operation.scope).toHaveLength(size - 3309);
  });

  test('another signature makes other bytes of the same operation', () => {
    const other = makeOperation(anchor, cheapKey(2));
    expect(other.id).toBe(makeOperation(anchor, key).id);
    expect(toHex(other.bytes)).not.toBe(toHex(makeOperation(anchor, key).bytes));
  });
});

test('the scope is what is signed, scope and signature are views of the bytes', () => {
  const signer = mlDsa65.key(new Uint8Array(32).fill(7));
  const { bytes, scope, signature } = makeOperation(modeB, signer);
  expect(mlDsa65.verify(signer.publicKey, bytes.subarray(0, 2067), bytes.subarray(2067))).toBe(true);
  expect(scope.buffer).toBe(bytes.buffer);
  expect(signature.buffer).toBe(bytes.buffer);
  expect(signature.byteOffset - bytes.byteOffset).toBe(2067);
});

const hex32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes));
const pubkey = fc.uint8Array({ minLength: 1952, maxLength: 1952 });
const u16 = fc.integer({ min: 0, max: 0xffff });
const amount = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
const own = { prevHash: hex32, sender: hex32 };
const fields: fc.Arbitrary<OperationFields> = fc.oneof(
  fc.record({ type: fc.constant('Transfer' as const), ...own, link: hex32, amount }),
  fc.record({
    type: fc.constant('TransferModeB' as const),
    ...own,
    link: hex32,
    suiteId: u16,
    receiverPubkey: pubkey,
    amount,
  }),
  fc.record({ type: fc.constant('ChangeKey' as const), ...own, newSuiteId: u16, newPubkey: pubkey }),
  fc.record({ type: fc.constant('Anchor' as const), ...own, appId: hex32, dataHash: hex32 }),
);

test('decoding gives back what was made', () => {
  fc.assert(
    fc.property(fields, (chosen) => {
      const made = makeOperation(chosen, key);
      const decoded = decodeOperation(made.bytes);
      expect(decoded).toEqual({ ok: true, value: made });
      expect(made).toMatchObject(chosen);
    }),
    { seed: 20261121, numRuns: 60 },
  );
});

const made = [transfer(all(0x11), 1n), modeB, changeKey, anchor].map((chosen) => makeOperation(chosen, key));

describe('decode refuses', () => {
  const withType = (operation: Operation, type: number): Uint8Array => {
    const bytes = operation.bytes.slice();
    bytes[0] = type;
    return bytes;
  };

  test('Malformed: nothing, a byte more, a byte less, the length of another type', () => {
    expect(decodeOperation(new Uint8Array(0))).toEqual({ ok: false, error: 'Malformed' });
    for (const { bytes } of made) {
      expect(decodeOperation(bytes).ok).toBe(true);
      expect(decodeOperation(bytes.subarray(0, -1))).toEqual({ ok: false, error: 'Malformed' });
      expect(decodeOperation(new Uint8Array([...bytes, 0]))).toEqual({ ok: false, error: 'Malformed' });
    }
    const sizes = made.map(({ bytes }) => bytes.length);
    for (const type of [2, 3, 4]) {
      const accepted = sizes.filter((size) => {
        const bytes = new Uint8Array(size);
        bytes[0] = type;
        return decodeOperation(bytes).ok;
      });
      expect(accepted).toEqual(type === 2 ? [3422, 5376] : type === 3 ? [5328] : [3438]);
    }
  });

  test('UnsupportedType: every other type byte, whatever the length', () => {
    for (let type = 0; type < 256; type++) {
      if (type >= 2 && type <= 4) continue;
      for (const operation of made) {
        expect(decodeOperation(withType(operation, type))).toEqual({ ok: false, error: 'UnsupportedType' });
      }
      expect(decodeOperation(Uint8Array.of(type))).toEqual({ ok: false, error: 'UnsupportedType' });
    }
  });
});

test('mode is decided by length alone', () => {
  const modes = made.slice(0, 2).map(({ bytes }) => decodeOperation(bytes));
  expect(modes.map((mode) => mode.ok && mode.value.type)).toEqual(['Transfer', 'TransferModeB']);
  expect(modes.map((mode) => mode.ok && mode.value.bytes[0])).toEqual([2, 2]);
});

test('integers are little-endian', () => {
  const { bytes } = makeOperation(transfer(all(0x11), 0x0102n), key);
  expect(toHex(bytes.subarray(97, 113))).toBe('02010000000000000000000000000000');
  expect(fromHex(all(0x33))).toEqual(bytes.slice(65, 97));
});
