import { describe, expect, it } from 'vitest';
import { concat, type Id, toHex } from '../bytes/bytes.ts';
import { fail } from '../bytes/result.ts';
import { nodeId } from '../crypto/ids.ts';
import { mlDsa65 } from '../crypto/ml-dsa.ts';
import type { Verify } from '../crypto/suite.ts';
import { attackerKey, changedAt, initiatorKey as key, must } from './handshake.suite.ts';
import { accessLevel, MAX_OBSERVERS, MAX_ONLINE_NONCES_PER_KEY, ProofListener, type Tables } from './listener.ts';
import { encodeAdvertisement, type OnlineProof, proveOnline } from './online-proof.ts';
import { searchWork } from './proof-of-work.ts';

const ME = '42'.repeat(32);
const NODE = nodeId(key.publicKey);
const DIFFICULTY = 16;

const NOBODY: Tables = { isNode: () => false, candidateKey: () => undefined, isCurrentAccountKey: () => false };
const NODES: Tables = { ...NOBODY, isNode: (node) => node === NODE };

const plainListener = { nodeId: ME, verify: mlDsa65.verify, difficulty: DIFFICULTY, isBootstrap: false };
const closed = () => new ProofListener({ ...plainListener, admitsObservers: false });
const open = () => new ProofListener({ ...plainListener, admitsObservers: true });
const bootstrap = () => new ProofListener({ ...plainListener, isBootstrap: true, admitsObservers: false });

const nonceOf = (number: number): Id => number.toString(16).padStart(64, '0');
const proofOf = (number: number, window = 1000n, by = key): OnlineProof => proveOnline(by, ME, window, nonceOf(number));

const withWork = (proof: OnlineProof): Uint8Array => {
  const work = searchWork(proof.proof, DIFFICULTY, 0n, 100_000);
  if (work === undefined) throw new Error('nothing found');
  return encodeAdvertisement(proof, work.nonce);
};

/** The least nonce that is not enough. */
const withBadWork = (proof: OnlineProof): Uint8Array => {
  const nonces = Array.from({ length: 1_000 }, (_, i) => BigInt(i));
  return encodeAdvertisement(
    proof,
    nonces.find((nonce) => searchWork(proof.proof, DIFFICULTY, nonce, 1) === undefined),
  );
};

describe('access level (06 §4.1)', () => {
  const byKey = (tables: Partial<Tables>) => accessLevel({ ...NOBODY, ...tables }, key.publicKey, NODE);

  it('is that of the first table that has the key', () => {
    const isNode = (node: Id) => node === NODE;
    const candidateKey = (node: Id) => (node === NODE ? key.publicKey : undefined);
    const isCurrentAccountKey = (bytes: Uint8Array) => toHex(bytes) === toHex(key.publicKey);
    expect(byKey({ isNode, candidateKey, isCurrentAccountKey })).toBe(1);
    expect(byKey({ candidateKey, isCurrentAccountKey })).toBe(2);
    expect(byKey({ isCurrentAccountKey })).toBe(3);
    expect(byKey({})).toBeUndefined();
    expect(byKey({ candidateKey: () => attackerKey.publicKey })).toBeUndefined();
  });
});

describe('tunnel proofs at a listener (06 §4.1)', () => {
  it('greets with its head window', () => {
    expect(toHex(open().greeting(0x0102n))).toBe('0201000000000000');
  });

  it('grants the level of a known key, and answers one byte', () => {
    const candidateKey = (node: Id) => (node === NODE ? key.publicKey : undefined);
    for (const [tables, level] of [
      [NODES, 1],
      [{ ...NOBODY, candidateKey }, 2],
      [{ ...NOBODY, isCurrentAccountKey: () => true }, 3],
    ] as const) {
      for (const listener of [closed(), open()]) {
        const grant = must(listener.judge(encodeAdvertisement(proofOf(1)), key.publicKey, 1001n, tables));
        expect(grant).toEqual({
          client: NODE,
          level,
          isObserver: false,
          slot: 500n,
          reply: Uint8Array.of(level),
        });
      }
    }
  });

  it('takes exactly the length it asks for', () => {
    const plain = encodeAdvertisement(proofOf(1));
    const worked = withWork(proofOf(1));
    const judge = (listener: ProofListener, bytes: Uint8Array) => {
      const result = listener.judge(bytes, key.publicKey, 1000n, NODES);
      return result.ok ? 'granted' : result.error;
    };
    expect([judge(closed(), plain), judge(closed(), worked)]).toEqual(['granted', 'BadLength']);
    expect([judge(open(), plain), judge(open(), worked)]).toEqual(['granted', 'granted']);
    expect([judge(bootstrap(), plain), judge(bootstrap(), worked)]).toEqual(['BadLength', 'granted']);
    for (const listener of [closed, open, bootstrap]) {
      const none = new Uint8Array(0);
      const others = [none, plain.subarray(1), concat(plain, Uint8Array.of(0)), concat(worked, Uint8Array.of(0))];
      expect(others.map((bytes) => judge(listener(), bytes))).toEqual(Array(4).fill('BadLength'));
    }
  });

  it('refuses another version', () => {
    const bytes = changedAt(encodeAdvertisement(proofOf(1)), 0, 3);
    expect(open().judge(bytes, key.publicKey, 1000n, NODES)).toEqual(fail('UnsupportedVersion'));
  });

  it('refuses a proof passed on by somebody else', () => {
    const bytes = encodeAdvertisement(proofOf(1));
    expect(open().judge(bytes, attackerKey.publicKey, 1000n, NODES)).toEqual(fail('IdentityMismatch'));
  });

  it('refuses a nonce again while its slot counts, and another one not', () => {
    const listener = open();
    const bytes = encodeAdvertisement(proofOf(1));
    expect(listener.judge(bytes, key.publicKey, 1000n, NODES).ok).toBe(true);
    for (const window of [1000n, 1001n, 1002n, 1003n]) {
      expect(listener.judge(bytes, key.publicKey, window, NODES)).toEqual(fail('NonceReused'));
    }
    expect(listener.judge(encodeAdvertisement(proofOf(2)), key.publicKey, 1003n, NODES).ok).toBe(true);
    // Two slots on, the nonce is forgotten; the proof does not hold any more.
    expect(listener.judge(bytes, key.publicKey, 1004n, NODES)).toEqual(fail('InvalidSignature'));
    expect(listener.judge(encodeAdvertisement(proofOf(1, 1004n)), key.publicKey, 1004n, NODES).ok).toBe(true);
  });

  it('does not spend the nonce of a proof that it refuses', () => {
    const listener = open();
    const proof = proofOf(1);
    const forged = encodeAdvertisement({ ...proof, proof: changedAt(proof.proof, 100, 1) });
    expect(listener.judge(forged, key.publicKey, 1000n, NODES)).toEqual(fail('InvalidSignature'));
    expect(listener.judge(encodeAdvertisement(proof), key.publicKey, 1000n, NODES).ok).toBe(true);
  });

  it('keeps 256 nonces of one key and refuses more until they count no more', () => {
    expect(MAX_ONLINE_NONCES_PER_KEY).toBe(256);
    const listener = new ProofListener({ ...plainListener, verify: () => true, admitsObservers: true });
    const proof = proofOf(0);
    const judge = (number: number, window: bigint) =>
      listener.judge(encodeAdvertisement({ ...proof, nonce: nonceOf(number) }), key.publicKey, window, NODES);
    for (let i = 0; i < 256; i++) expect(judge(i, 1000n).ok).toBe(true);
    expect(judge(256, 1003n)).toEqual(fail('NonceCapacity'));
    expect(judge(255, 1003n)).toEqual(fail('NonceReused'));
    expect(judge(256, 1004n).ok).toBe(true);
  });

  it('asks no signature of what is refused before, and at most two else', () => {
    let asked = 0;
    const verify: Verify = () => {
      asked++;
      return false;
    };
    const listener = new ProofListener({ ...plainListener, verify, isBootstrap: true, admitsObservers: true });
    listener.judge(withBadWork(proofOf(1)), key.publicKey, 1000n, NODES);
    listener.judge(withWork(proofOf(1)), attackerKey.publicKey, 1000n, NODES);
    listener.judge(new Uint8Array(5302), key.publicKey, 1000n, NODES);
    expect(asked).toBe(0);
    listener.judge(withWork(proofOf(1)), key.publicKey, 1000n, NODES);
    expect(asked).toBe(2);
    listener.judge(withWork(proofOf(2)), key.publicKey, 1n, NODES);
    expect(asked).toBe(3);
  });
});

describe('work at a listener (06 §4.2, 09 §4)', () => {
  it('must be enough', () => {
    for (const listener of [open(), bootstrap()]) {
      expect(listener.judge(withBadWork(proofOf(1)), key.publicKey, 1000n, NODES)).toEqual(fail('BadWork'));
      expect(listener.judge(withWork(proofOf(1)), key.publicKey, 1000n, NODES).ok).toBe(true);
    }
  });

  it('counts once in a window, also for a proof that does not hold', () => {
    const listener = bootstrap();
    const foreign = withWork(proveOnline(key, '43'.repeat(32), 1000n, nonceOf(1)));
    const judge = (window: bigint) => listener.judge(foreign, key.publicKey, window, NODES);
    expect(judge(1000n)).toEqual(fail('InvalidSignature'));
    expect(judge(1000n)).toEqual(fail('BadWork'));
    expect(judge(1001n)).toEqual(fail('InvalidSignature'));
  });

  it('is kept 256 times of one key and window', () => {
    const listener = new ProofListener({
      ...plainListener,
      difficulty: 1,
      verify: () => false,
      isBootstrap: true,
      admitsObservers: false,
    });
    const proof = proofOf(1);
    const judge = (workNonce: number, window: bigint) =>
      listener.judge(encodeAdvertisement(proof, BigInt(workNonce)), key.publicKey, window, NODES);
    for (let i = 0; i < 256; i++) expect(judge(i, 1000n)).toEqual(fail('InvalidSignature'));
    expect(judge(256, 1000n)).toEqual(fail('WorkCapacity'));
    expect(judge(256, 1001n)).toEqual(fail('InvalidSignature'));
  });

  it('lets a bootstrap node serve every valid key, a known one at its own level', () => {
    const listener = bootstrap();
    const unknown = must(listener.judge(withWork(proofOf(1)), key.publicKey, 1000n, NOBODY));
    expect([unknown.level, unknown.isObserver]).toEqual([2, false]);
    expect(must(listener.judge(withWork(proofOf(2)), key.publicKey, 1000n, NODES)).level).toBe(1);
    const forged = withWork({ ...proofOf(3), nonce: nonceOf(4) });
    expect(listener.judge(forged, key.publicKey, 1000n, NOBODY)).toEqual(fail('InvalidSignature'));
  });

  it('admits eight unknown keys at a time where observers are', () => {
    expect(MAX_OBSERVERS).toBe(8);
    const listener = open();
    const judge = (bytes: Uint8Array) => listener.judge(bytes, key.publicKey, 1000n, NOBODY);
    expect(judge(encodeAdvertisement(proofOf(1)))).toEqual(fail('UnknownKey'));
    const grants = Array.from({ length: 8 }, (_, i) => must(judge(withWork(proofOf(i)))));
    expect(grants.every(({ level, isObserver }) => level === 2 && isObserver)).toBe(true);
    expect(judge(withWork(proofOf(8)))).toEqual(fail('TooManyObservers'));
    // A known key needs none of the places, and frees none.
    const known = must(listener.judge(withWork(proofOf(9)), key.publicKey, 1000n, NODES));
    listener.leave(known);
    expect(judge(withWork(proofOf(10)))).toEqual(fail('TooManyObservers'));
    listener.leave(grants[3] as (typeof grants)[number]);
    expect(judge(withWork(proofOf(11))).ok).toBe(true);
    expect(judge(withWork(proofOf(12)))).toEqual(fail('TooManyObservers'));
    expect(closed().judge(encodeAdvertisement(proofOf(1)), key.publicKey, 1000n, NOBODY)).toEqual(fail('UnknownKey'));
  });
});
