import { sha256 } from '@noble/hashes/sha2.js';
import { compareBytes, fromHex, littleEndian } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { RAW_TAGS, rawHash } from './raw-hash.ts';

const NONCE_SIZE = 8;
const LARGEST = (1n << 256n) - 1n;

/** ⌊2^256 / difficulty⌋ as 32 bytes big-endian; of difficulty 1 the largest number there is (06 §4.2). */
export const workTarget = (difficulty: number): Result<Uint8Array, 'DifficultyZero'> => {
  if (difficulty === 0) return fail('DifficultyZero');
  const target = difficulty === 1 ? LARGEST : (1n << 256n) / BigInt(difficulty);
  return ok(fromHex(target.toString(16).padStart(64, '0')));
};

/** What a nonce is worth: SHA-256 of tag, tunnel proof and u64 nonce, 32 bytes (06 §4.2). */
export const workHash = (proof: Uint8Array, nonce: bigint): Uint8Array =>
  rawHash(RAW_TAGS.bootstrapWork, proof, littleEndian(nonce, NONCE_SIZE));

/** Whether `hash` is strictly below the target, compared big-endian (06 §4.2). Difficulty 0: never. */
export const isWorkEnough = (hash: Uint8Array, difficulty: number): boolean => {
  const target = workTarget(difficulty);
  return target.ok && compareBytes(hash, target.value) < 0;
};

export interface Work {
  readonly nonce: bigint;
  readonly hash: Uint8Array;
}

/**
 * The first nonce from `from` on that is enough, among `trials` of them; undefined when there is none (06 §4.2). Takes `difficulty`
 * trials on average: to be asked in portions, outside of the machines.
 */
export const searchWork = (proof: Uint8Array, difficulty: number, from: bigint, trials: number): Work | undefined => {
  const target = workTarget(difficulty);
  if (!target.ok) return undefined;
  const start = sha256.create().update(RAW_TAGS.bootstrapWork).update(proof);
  const state = start.clone();
  for (let nonce = from, end = from + BigInt(trials); nonce < end; nonce += 1n) {
    const hash = start._cloneInto(state).update(littleEndian(nonce, NONCE_SIZE)).digest();
    if (compareBytes(hash, target.value) < 0) return { nonce, hash };
  }
  return undefined;
};
