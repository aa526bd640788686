import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesOf } from '#vectors/cases.ts';
import { concat, fromHex, toHex } from '../bytes/bytes.ts';
import { base58, parseBase58 } from './base58.ts';
import { sha256 } from './hash.ts';
import {
  accountFingerprint,
  accountId,
  appId,
  decodeAddress,
  encodeAddress,
  nodeId,
  peerId,
  peerIdMultihash,
  recoveryFingerprint,
} from './ids.ts';
import { mlDsaKeyPair } from './ml-dsa.ts';
import { mlKemKeyPair } from './ml-kem.ts';

const SEED = { seed: 20261121 };
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('identifiers (01 §6)', () => {
  it('of accounts and nodes agree with the vectors', () => {
    const accounts = casesOf('ids', 'account_id');
    const nodes = casesOf('ids', 'node_id');
    expect(Math.min(accounts.length, nodes.length)).toBeGreaterThan(10);
    for (const { in: input, out } of accounts) {
      expect(accountId(input.suite_id as number, fromHex(input.pubkey as string))).toBe(out.account_id);
    }
    for (const { in: input, out } of nodes) expect(nodeId(fromHex(input.pubkey as string))).toBe(out.node_id);
  });

  it('of the same key differ between roles and suites', () => {
    const key = new Uint8Array(1952);
    expect(new Set([accountId(1, key), accountId(2, key), accountId(256, key), nodeId(key)]).size).toBe(4);
  });

  it('of applications hash the name', () => {
    expect(appId('montana')).toBe('a3ededc374700026f1f872bebf3ba0199103f4082ea609688f82e69e64fa8a82');
  });

  it('of peers are the multihash of the raw key (06 §3.1)', () => {
    const [first] = casesOf('ids', 'peer_id');
    const { publicKey } = mlDsaKeyPair(fromHex(first?.in.identity_seed as string));
    expect({ multihash: toHex(peerIdMultihash(publicKey)), peer_id: peerId(publicKey) }).toEqual(first?.out);
  });
});

describe('addresses (01 §6)', () => {
  it('agree with the vectors', () => {
    for (const { in: input, out } of casesOf('ids', 'address_encode')) {
      expect(encodeAddress(input.account_id as string)).toBe(out.address);
    }
    const decoded = casesOf('ids', 'address_decode');
    expect(decoded.filter(({ out }) => 'error' in out).length).toBeGreaterThan(10);
    for (const { id, in: input, out } of decoded) {
      const result = decodeAddress(input.address as string);
      expect([id, result.ok ? { account_id: result.value } : { error: result.error }]).toEqual([id, out]);
    }
  });

  it('are read back; no other digit, length or prefix is', () => {
    const zeros = fc.tuple(fc.nat(32), bytes32).map(([count, bytes]) => bytes.fill(0, 0, count));
    fc.assert(
      fc.property(zeros, fc.nat(51), fc.constantFrom(...'123ABCxyz0OIl +é'), (bytes, at, digit) => {
        const address = encodeAddress(toHex(bytes));
        expect(decodeAddress(address)).toEqual({ ok: true, value: toHex(bytes) });
        const position = at % address.length;
        const changed = address.slice(0, position) + digit + address.slice(position + 1);
        if (changed !== address) expect(decodeAddress(changed)).toEqual({ ok: false, error: 'InvalidAddress' });
        for (const other of [address.slice(0, -1), address.slice(2), `${address}1`, `mt1${address.slice(2)}`]) {
          expect(decodeAddress(other)).toEqual({ ok: false, error: 'InvalidAddress' });
        }
      }),
      SEED,
    );
  });

  it('with a right checksum over another length are refused', () => {
    for (const size of [31, 33]) {
      const account = new Uint8Array(size).fill(9);
      const checked = concat(account, sha256(sha256(account)).subarray(0, 4));
      expect(decodeAddress(`mt${base58(checked)}`)).toEqual({ ok: false, error: 'InvalidAddress' });
    }
  });
});

describe('Base58', () => {
  it('keeps leading zero bytes as ones', () => {
    expect(base58(Uint8Array.of(0, 0, 57))).toBe('11z');
    expect(base58(Uint8Array.of(0, 0, 58))).toBe('1121');
    expect(base58(new Uint8Array(0))).toBe('');
  });

  it('is one to one for each length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(3), (bytes, zeros) => {
        const padded = concat(new Uint8Array(zeros), bytes);
        const text = base58(padded);
        expect(parseBase58(text, padded.length)).toEqual(padded);
        expect(parseBase58(text, padded.length + 1)).toBeUndefined();
        if (padded.length > 0) expect(parseBase58(text, padded.length - 1)).toBeUndefined();
      }),
      SEED,
    );
  });
});

describe('fingerprints (01 §7.6)', () => {
  it('of an account agree with the vectors', () => {
    const cases = casesOf('ids', 'account_fingerprint');
    expect(cases.length).toBeGreaterThan(5);
    for (const { in: input, out } of cases) {
      const key =
        'pubkey' in input ? fromHex(input.pubkey as string) : mlDsaKeyPair(fromHex(input.key_seed as string)).publicKey;
      expect(accountFingerprint(key)).toEqual(out);
    }
  });

  it('of a recovery covers all three keys', () => {
    const account = mlDsaKeyPair(fromHex('08ce5c19768c679fda24c0d3360e57ce03d00c94c175e59f50e9c77894c20818')).publicKey;
    const node = mlDsaKeyPair(fromHex('efe527d96de2cb82b3ee2e8ad24b4aca71014e37896b0c025a376335ad456acc')).publicKey;
    const app = mlKemKeyPair(
      fromHex(
        '3eb9bcd201a1d5e671c9d23a929589a26ceb53338cd0684b5d77314a14601b03' +
          '9f3e2ae7e5e0be8acd47b4b928c3e73b5d875b9fc7089b22bc1d59e9dc31077e',
      ),
    ).publicKey;
    expect(recoveryFingerprint(account, node, app)).toBe(
      '427f497d0296dfa255154fadbfecc48464c6ec749131698e5769e4ae22d9259d',
    );
  });
});
