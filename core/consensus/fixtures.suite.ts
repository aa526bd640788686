import { compareIds, concat, type Id, littleEndian, toHex, ZERO_ID } from '../bytes/bytes.ts';
import { hash, hashId } from '../crypto/hash.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type SigningKey, SUITE_ML_DSA_65, type Verify } from '../crypto/suite.ts';
import type { NodeRecord } from '../state/records.ts';
import type { Basis } from './basis.ts';
import { rosterOf } from './roster.ts';

/** A signature that costs a hash: 32 bytes of H(public key, message), then zeros. Anyone could make it; the tests do not. */
const signatureOf = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
  const signature = new Uint8Array(SIGNATURE_SIZE);
  signature.set(hash('mt-genesis', publicKey, message));
  return signature;
};

/** Counts verifications: what is cheap must come before them. */
export const counter = { verified: 0 };

export const verify: Verify = (publicKey, message, signature) => {
  counter.verified++;
  return toHex(signatureOf(publicKey, message)) === toHex(signature);
};

export interface TestNode {
  readonly key: SigningKey;
  readonly record: NodeRecord;
}

/** Node ids rise with `index`. */
export const nodeIdOf = (index: number): Id => index.toString(16).padStart(64, '0');

export const testKey = (index: number): SigningKey => {
  const publicKey = new Uint8Array(PUBLIC_KEY_SIZE).fill(index & 0xff);
  publicKey.set(littleEndian(index, 8));
  return { publicKey, sign: (message) => signatureOf(publicKey, message) };
};

/** Window of all tests here, and τ₂: active is who was seen in window 84 or later. */
export const WINDOW = 100;
export const TAU2 = 8n;
export const T_W: Id = hashId('mt-timechain', littleEndian(WINDOW, 8));

/** A node that is active in `WINDOW`, unless `changes` say otherwise. */
export const testNode = (index: number, changes: Partial<NodeRecord> = {}): TestNode => {
  const key = testKey(index);
  const record: NodeRecord = {
    nodeId: nodeIdOf(index),
    nodePubkey: key.publicKey,
    suiteId: SUITE_ML_DSA_65,
    operatorAccountId: ZERO_ID,
    startWindow: 0n,
    chainLength: 1n,
    chainLengthSnapshot: 1n,
    chainLengthCheckpoints: [0n, 0n, 0n, 0n, 0n, 0n],
    lastConfirmationWindow: BigInt(WINDOW - 1),
    ...changes,
  };
  return { key, record };
};

/** Nodes 1 … n with these weights. */
export const testNodes = (...weights: readonly bigint[]): readonly TestNode[] =>
  weights.map((chainLength, i) => testNode(i + 1, { chainLength }));

export const basisOf = (nodes: readonly TestNode[], window = WINDOW): Basis => {
  const records = nodes.map(({ record }) => record);
  return {
    window,
    roster: rosterOf(records, window, TAU2),
    nodeOf: (nodeId) => records.find((record) => record.nodeId === nodeId),
  };
};

/** `count` identifiers, ascending, of their own for each `name`. */
export const someIds = (name: string, count: number): readonly Id[] =>
  Array.from({ length: count }, (_, i) =>
    hashId(
      'mt-op',
      concat(
        littleEndian(i, 8),
        Uint8Array.from(name, (c) => c.charCodeAt(0)),
      ),
    ),
  ).sort(compareIds);

/** A copy with one bit of one byte flipped. */
export const flipped = (bytes: Uint8Array, at: number, bit = 0): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ (1 << bit);
  return copy;
};
