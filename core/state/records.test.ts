import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../bytes/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import {
  type AccountRecord,
  type CandidateRecord,
  decodeAccountRecord,
  decodeCandidateRecord,
  decodeNodeRecord,
  encodeAccountRecord,
  encodeCandidateRecord,
  encodeNodeRecord,
  leafHash,
  type NodeRecord,
  RECORD_SIZES,
} from './records.ts';
import { rootOf } from './tree.ts';

const id = (byte: string): string => byte.repeat(32);
const pubkey = (byte: number): Uint8Array => new Uint8Array(1952).fill(byte);

const account: AccountRecord = {
  accountId: id('aa'),
  balance: 1_000_000_000_000n,
  suiteId: 1,
  isNodeOperator: false,
  frontierHash: id('bb'),
  opHeight: 5,
  accountChainLength: 10,
  accountChainLengthSnapshot: 9,
  currentPubkey: pubkey(0xcc),
  creationWindow: 100,
  lastOpWindow: 200,
  lastAccountCreationWindow: 0,
};

const node: NodeRecord = {
  nodeId: id('11'),
  nodePubkey: pubkey(0x22),
  suiteId: 1,
  operatorAccountId: id('33'),
  startWindow: 50n,
  chainLength: 100n,
  chainLengthSnapshot: 80n,
  chainLengthCheckpoints: [10n, 20n, 30n, 40n, 50n, 60n],
  lastConfirmationWindow: 150n,
};

const candidate: CandidateRecord = {
  nodeId: id('44'),
  nodePubkey: pubkey(0x55),
  suiteId: 1,
  operatorPubkey: pubkey(0x5a),
  operatorAccountId: id('66'),
  proofEndpoint: id('77'),
  wStart: 10n,
  vdfChainLength: 20_160n,
  registrationWindow: 30_000n,
  expires: 90_480n,
};

describe('records', () => {
  it('have the sizes of 02 §2-4', () => {
    expect(RECORD_SIZES).toEqual({ account: 2059, node: 2098, candidate: 4034 });
  });

  it.each([
    [
      'account',
      encodeAccountRecord(account),
      '02bca3940de13c35a23075e72eabe28461f4102124eb7d75153151d7233a05c2',
      'f5b10bec1e0af719c2b1efe882f48095841ceac66c9c40387ea1fd8c282c886a',
      '4ad5cdeab9941733a869bb3b4fd1e079bbfd66814e9cb5391aa52feb5c40d8cc',
    ],
    [
      'account of 03 §3',
      encodeAccountRecord({
        ...account,
        accountId: 'be540a42f2450362572c0bc4bea6a63977eef5f63287f82541cd4ad6b4e4371e',
        balance: 500_000_000_000n,
        frontierHash: id('00'),
        opHeight: 0,
        accountChainLength: 0,
        accountChainLengthSnapshot: 0,
        currentPubkey: pubkey(0xaa),
        creationWindow: 7,
        lastOpWindow: 7,
      }),
      '4933c372bac88c736370148c013a0f39054d0b6bf41a86fb769663dc835adf3a',
      'daff34e2cdd97c5d2f884c47043f37cc0e03d51ef534d0ec5f8a0c03e1ca0e1b',
      '5963e11a4e13494c8732ffe3b718125693d1afeb1138a422282b2be2ec7db10f',
    ],
    [
      'node',
      encodeNodeRecord(node),
      '314afa1612c4c171de141fb72a384cdfc332dac89212cd30279ffd0f46846249',
      '475db1ee519955379f1d70ce0647caca03f3165b29d871d0d842a62c781c99cd',
      '8b0e75bcc65612eb41bd43970aef6e9afed13679bec4bfc316ec697baeb853d3',
    ],
    [
      'candidate',
      encodeCandidateRecord(candidate),
      'f5c27c9d73dd33cc97c35d2e94b97c18cebe3ab97a604ca8003bc7c5928a75be',
      '109a80fe1acccc5b4e873e14e32037bb621bb736cb8f33b134b40fcee3118341',
      'ceed47774dc46db979f8f62411d92281de3c9a2034a6d9c56672ccb9d7d69eeb',
    ],
  ])('%s: bytes, leaf and one-record root of the specification', (_, bytes, digest, leaf, root) => {
    expect(toHex(sha256(bytes))).toBe(digest);
    expect(toHex(leafHash(bytes))).toBe(leaf);
    expect(rootOf([[toHex(bytes, 0, 32), bytes]])).toBe(root);
  });

  it('decode to what was encoded', () => {
    expect(decodeAccountRecord(encodeAccountRecord(account))).toEqual({ ok: true, value: account });
    expect(decodeNodeRecord(encodeNodeRecord(node))).toEqual({ ok: true, value: node });
    expect(decodeCandidateRecord(encodeCandidateRecord(candidate))).toEqual({ ok: true, value: candidate });
  });

  it('keep every bit: any bytes that decode encode to themselves', () => {
    const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
    fc.assert(
      fc.property(bytes(2059), bytes(2098), bytes(4034), (a, n, c) => {
        a[50] = (a[50] as number) & 1;
        const accountRecord = decodeAccountRecord(a);
        const nodeRecord = decodeNodeRecord(n);
        const candidateRecord = decodeCandidateRecord(c);
        if (!accountRecord.ok || !nodeRecord.ok || !candidateRecord.ok) throw new Error('did not decode');
        expect(toHex(encodeAccountRecord(accountRecord.value))).toBe(toHex(a));
        expect(toHex(encodeNodeRecord(nodeRecord.value))).toBe(toHex(n));
        expect(toHex(encodeCandidateRecord(candidateRecord.value))).toBe(toHex(c));
      }),
      { seed: 20261121, numRuns: 20 },
    );
  });

  it.each([
    ['account', decodeAccountRecord, 2059],
    ['node', decodeNodeRecord, 2098],
    ['candidate', decodeCandidateRecord, 4034],
  ] as const)('%s: any other size is WrongSize', (_, decode, size) => {
    expect(decode(new Uint8Array(size)).ok).toBe(true);
    for (const wrong of [0, size - 1, size + 1]) {
      expect(decode(new Uint8Array(wrong))).toEqual({ ok: false, error: 'WrongSize' });
    }
  });

  it('account: is_node_operator is 0 or 1, else BadBoolByte; the size is judged first', () => {
    const bytes = encodeAccountRecord({ ...account, isNodeOperator: true });
    expect(bytes[50]).toBe(1);
    for (const bad of [2, 0x80, 0xff]) {
      bytes[50] = bad;
      expect(decodeAccountRecord(bytes)).toEqual({ ok: false, error: 'BadBoolByte' });
      expect(decodeAccountRecord(bytes.subarray(1))).toEqual({ ok: false, error: 'WrongSize' });
    }
  });
});
