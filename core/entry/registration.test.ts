import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../bytes/bytes.ts';
import { accountId, nodeId } from '../crypto/ids.ts';
import { mlDsa65 } from '../crypto/ml-dsa.ts';
import { cheapKey } from '../operations/accounts.suite.ts';
import {
  decodeRegistration,
  makeRegistration,
  possessionMessage,
  type RegistrationFields,
  registrationLayout,
} from './registration.ts';

const node = cheapKey(1);
const operator = cheapKey(2);
const fields: RegistrationFields = {
  suiteId: 1,
  operatorAccountId: accountId(1, operator.publicKey),
  proofEndpoint: 'ab'.repeat(32),
  wStart: 0x0102n,
  vdfChainLength: 0x0304n,
};
const { bytes } = makeRegistration(fields, node, operator);

test('10 605 bytes, fields where 05 §3 puts them', () => {
  const offsets: number[] = [];
  let offset = 0;
  for (const [, kind] of registrationLayout.fields) {
    offsets.push(offset);
    offset += kind.minimum;
  }
  expect(offsets).toEqual([0, 1, 3, 1955, 3907, 3939, 3971, 3979, 3987, 7296]);
  expect(offset).toBe(10_605);
  expect(toHex(bytes.subarray(3971, 3987))).toBe('02010000000000000403000000000000');
});

test('the proof of possession is over the raw prefix and the node key, 1967 bytes, no NUL', () => {
  const message = possessionMessage(node.publicKey);
  expect(message).toHaveLength(1967);
  expect(toHex(message.subarray(0, 15))).toBe('6d742d6f70657261746f722d706f70');
  expect(message.slice(15)).toEqual(node.publicKey);
});

test('node and operator sign with their own keys', () => {
  const nodeKey = mlDsa65.key(new Uint8Array(32).fill(3));
  const operatorKey = mlDsa65.key(new Uint8Array(32).fill(4));
  const registration = makeRegistration(fields, nodeKey, operatorKey);
  const { scope, signature, operatorPop } = registration;
  expect(scope).toHaveLength(7296);
  expect(mlDsa65.verify(nodeKey.publicKey, scope, signature)).toBe(true);
  expect(mlDsa65.verify(operatorKey.publicKey, possessionMessage(nodeKey.publicKey), operatorPop)).toBe(true);
});

test('decoding gives back what was made', () => {
  const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const hex32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((value) => toHex(value));
  const arbitrary = fc.record({
    suiteId: fc.integer({ min: 0, max: 0xffff }),
    operatorAccountId: hex32,
    proofEndpoint: hex32,
    wStart: u64,
    vdfChainLength: u64,
  });
  fc.assert(
    fc.property(arbitrary, (chosen) => {
      const made = makeRegistration(chosen, node, operator);
      expect(decodeRegistration(made.bytes)).toEqual({ ok: true, value: made });
      expect(made).toMatchObject({ ...chosen, nodeId: nodeId(node.publicKey) });
    }),
    { seed: 20261121, numRuns: 30 },
  );
});

test('the identifier covers the proof of possession, but no signature of the node', () => {
  const other = makeRegistration(fields, { publicKey: node.publicKey, sign: operator.sign }, operator);
  const { id } = makeRegistration(fields, node, operator);
  expect(other.id).toBe(id);
  expect(makeRegistration(fields, node, { publicKey: operator.publicKey, sign: node.sign }).id).not.toBe(id);
});

describe('decode refuses', () => {
  test('WrongType: any first byte but 0x11, whatever the length', () => {
    for (let type = 0; type < 256; type++) {
      const other = bytes.slice();
      other[0] = type;
      expect(decodeRegistration(other).ok).toBe(type === 0x11);
      const short = decodeRegistration(Uint8Array.of(type));
      expect(short).toEqual({ ok: false, error: type === 0x11 ? 'WrongLength' : 'WrongType' });
    }
  });

  test('WrongLength: nothing, a byte more, a byte less', () => {
    for (const other of [new Uint8Array(0), bytes.subarray(0, -1), new Uint8Array([...bytes, 0])]) {
      expect(decodeRegistration(other)).toEqual({ ok: false, error: 'WrongLength' });
    }
  });
});
