import { ascii, concat, equalBytes, fromHex, type Id, littleEndian, toHex } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { base58, parseBase58 } from './base58.ts';
import { hash, hashId, sha256 } from './hash.ts';
import { WORDS, wordIndex } from './wordlist.ts';

/** account_id of the account whose first key is `publicKey`: fixed for ever, whatever keys follow (01 §6). */
export const accountId = (suiteId: number, publicKey: Uint8Array): Id =>
  hashId('mt-account', littleEndian(suiteId, 2), publicKey);

/** node_id; no suite_id enters (01 §6). */
export const nodeId = (publicKey: Uint8Array): Id => hashId('mt-node', publicKey);

/** app_id of an ASCII name (01 §6). */
export const appId = (name: string): Id => hashId('mt-app', ascii(name));

const ADDRESS_PREFIX = 'mt';
const CHECKSUM_SIZE = 4;

const addressChecksum = (account: Uint8Array): Uint8Array => sha256(sha256(account)).subarray(0, CHECKSUM_SIZE);

/** Address text: `mt` and the Base58 of account_id and its checksum, 36 bytes (01 §6, O-5). */
export const encodeAddress = (account: Id): string => {
  const bytes = fromHex(account);
  return ADDRESS_PREFIX + base58(concat(bytes, addressChecksum(bytes)));
};

/** The account_id an address names. `InvalidAddress`: other prefix, digit, length or checksum (01 §6). */
export const decodeAddress = (address: string): Result<Id, 'InvalidAddress'> => {
  if (!address.startsWith(ADDRESS_PREFIX)) return fail('InvalidAddress');
  const bytes = parseBase58(address.slice(ADDRESS_PREFIX.length), 32 + CHECKSUM_SIZE);
  if (bytes === undefined) return fail('InvalidAddress');
  const account = bytes.subarray(0, 32);
  return equalBytes(bytes.subarray(32), addressChecksum(account)) ? ok(toHex(account)) : fail('InvalidAddress');
};

/** What two people compare before the first message between them, and after each ChangeKey (I-16, 01 §7.6). */
export interface AccountFingerprint {
  readonly hash: Id;
  /** The first 66 bits of `hash`, most significant first, as six numbers below 2048. */
  readonly indices: readonly number[];
  /** The six words, joined by single spaces. */
  readonly words: string;
}

const FINGERPRINT_WORDS = 6;

/** Fingerprint of an account's current key (01 §7.6). */
export const accountFingerprint = (publicKey: Uint8Array): AccountFingerprint => {
  const bytes = hash('mt-account-fingerprint', publicKey);
  const indices: number[] = [];
  for (let i = 0; i < FINGERPRINT_WORDS; i++) indices.push(wordIndex(bytes, i));
  return { hash: toHex(bytes), indices, words: indices.map((index) => WORDS[index]).join(' ') };
};

/** Check that two devices recovered the same identity: over account, node and app KEM public keys (01 §7.6). */
export const recoveryFingerprint = (accountKey: Uint8Array, nodeKey: Uint8Array, appKey: Uint8Array): Id =>
  hashId('mt-recovery-fingerprint', accountKey, nodeKey, appKey);

/** Multihash prefix: sha2-256, 32 bytes. */
const SHA2_256_MULTIHASH = Uint8Array.of(0x12, 0x20);

/** Transport peer id of a node key as bytes: sha2-256 multihash of the raw key, 34 bytes, no domain tag (06 §3.1). */
export const peerIdMultihash = (publicKey: Uint8Array): Uint8Array => concat(SHA2_256_MULTIHASH, sha256(publicKey));

/** Transport peer id of a node key as text, `Qm…` (06 §3.1). */
export const peerId = (publicKey: Uint8Array): string => base58(peerIdMultihash(publicKey));
