import { equalBytes, type Id, toHex } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { nodeId } from '../crypto/ids.ts';
import type { Verify } from '../crypto/suite.ts';
import { NonceBook } from './nonce-book.ts';
import {
  type AccessLevel,
  ADVERTISEMENT,
  ADVERTISEMENT_VERSION,
  ADVERTISEMENT_WITH_WORK,
  LEVEL_ACCOUNT,
  LEVEL_CANDIDATE,
  LEVEL_NODE,
  type OnlineProof,
  slotOf,
  TUNNEL_GREETING,
  TUNNEL_REPLY,
  verifyOnlineProof,
} from './online-proof.ts';
import { isWorkEnough, workHash } from './proof-of-work.ts';

/** Nonces kept of one key and in all (06 §1); as many proofs of work within one window. */
export const MAX_ONLINE_NONCES_PER_KEY = 256;
export const MAX_ONLINE_NONCES = 65_536;
/** Unknown keys served at a time (09 §4). */
export const MAX_OBSERVERS = 8;

/** Who is who, in the latest settled state. */
export interface Tables {
  isNode(node: Id): boolean;
  /** Key of a candidate in the pool. */
  candidateKey(node: Id): Uint8Array | undefined;
  /** Whether some account has this as its current key; a key that was rotated out has none (06 §15 E-12). */
  isCurrentAccountKey(key: Uint8Array): boolean;
}

/** The level of a known key (06 §4.1 step 5); undefined: unknown. */
export const accessLevel = (tables: Tables, key: Uint8Array, node: Id): AccessLevel | undefined => {
  if (tables.isNode(node)) return LEVEL_NODE;
  const candidate = tables.candidateKey(node);
  if (candidate !== undefined && equalBytes(candidate, key)) return LEVEL_CANDIDATE;
  return tables.isCurrentAccountKey(key) ? LEVEL_ACCOUNT : undefined;
};

export interface ListenerConfig {
  readonly nodeId: Id;
  readonly verify: Verify;
  /** bootstrap_pow_difficulty. */
  readonly difficulty: number;
  /** A bootstrap node asks everybody for work and serves every valid key. */
  readonly isBootstrap: boolean;
  /** Whether valid unknown keys that bring work are served, up to eight at a time (09 §4). */
  readonly admitsObservers: boolean;
}

/**
 * In the order of judging (06 §4.1); each means: close without an answer, and a penalty.
 * - `BadLength`: neither with nor without a nonce of work, as this listener asks.
 * - `UnsupportedVersion`
 * - `IdentityMismatch`: not the key of the handshake: somebody passes on a proof made by another.
 * - `NonceReused`
 * - `NonceCapacity`: too many nonces of this key, or in all.
 * - `BadWork`: not enough, or spent within this window already.
 * - `WorkCapacity`: too much work of this key within this window, or in all.
 * - `InvalidSignature`: also that of another listener or slot.
 * - `UnknownKey`: no node, candidate or account, and not admitted as observer.
 * - `TooManyObservers`
 * - `TooManyUnknown`: unknown keys from this source group, eight a second (06 §11).
 */
export type ProofRejected =
  | 'BadLength'
  | 'UnsupportedVersion'
  | 'IdentityMismatch'
  | 'NonceReused'
  | 'NonceCapacity'
  | 'BadWork'
  | 'WorkCapacity'
  | 'InvalidSignature'
  | 'UnknownKey'
  | 'TooManyObservers'
  | 'TooManyUnknown';

export interface Grant {
  readonly client: Id;
  readonly level: AccessLevel;
  /** An unknown key in one of the eight places: `leave` when its connection closes. */
  readonly isObserver: boolean;
  readonly slot: bigint;
  /** The byte to answer with. */
  readonly reply: Uint8Array;
}

/**
 * Judges the tunnel proofs that come to one node, over all its connections. On each: send `greeting`, take one advertisement, answer
 * the reply or close. Nothing else is served before.
 */
export class ProofListener {
  readonly #config: ListenerConfig;
  readonly #nonces = new NonceBook(MAX_ONLINE_NONCES_PER_KEY, MAX_ONLINE_NONCES);
  readonly #works = new NonceBook(MAX_ONLINE_NONCES_PER_KEY, MAX_ONLINE_NONCES);
  #observers = 0;

  constructor(config: ListenerConfig) {
    this.#config = config;
  }

  /** The head window, the first 8 bytes of the stream (09 §4). */
  greeting(window: bigint): Uint8Array {
    return TUNNEL_GREETING.encode({ window });
  }

  /** One advertisement of the peer whose handshake key is `remoteKey`, while the head is at `window` (06 §4.1). */
  judge(bytes: Uint8Array, remoteKey: Uint8Array, window: bigint, tables: Tables): Result<Grant, ProofRejected> {
    const advertisement = this.#decode(bytes);
    if (!advertisement.ok) return advertisement;
    const { version, clientKey, nonce, workNonce } = advertisement.value;
    if (version !== ADVERTISEMENT_VERSION) return fail('UnsupportedVersion');
    if (!equalBytes(clientKey, remoteKey)) return fail('IdentityMismatch');

    const client = nodeId(clientKey);
    const slot = slotOf(window);
    this.#nonces.expire(slot - 1n);
    if (this.#nonces.has(client, nonce)) return fail('NonceReused');
    if (!this.#nonces.hasRoom(client)) return fail('NonceCapacity');
    if (workNonce !== undefined) {
      const refused = this.#spendWork(client, workHash(advertisement.value.proof, workNonce), window);
      if (refused !== undefined) return fail(refused);
    }
    const accepted = verifyOnlineProof(this.#config.verify, this.#config.nodeId, window, advertisement.value);
    if (!accepted.ok) return accepted;

    const known = accessLevel(tables, clientKey, client);
    const isObserver = known === undefined && !this.#config.isBootstrap;
    if (isObserver && workNonce === undefined) return fail('UnknownKey');
    if (isObserver && this.#observers === MAX_OBSERVERS) return fail('TooManyObservers');
    if (isObserver) this.#observers++;
    this.#nonces.add(client, nonce, accepted.value);
    const level = known ?? LEVEL_CANDIDATE;
    return ok({ client, level, isObserver, slot: accepted.value, reply: TUNNEL_REPLY.encode({ level }) });
  }

  /** The connection of a grant is closed: called once for each. */
  leave(grant: Grant): void {
    if (grant.isObserver) this.#observers--;
  }

  /** A nonce of work is due to a bootstrap node, and allowed where observers are. */
  #decode(bytes: Uint8Array): Result<OnlineProof & { version: number; workNonce?: bigint }, 'BadLength'> {
    const { isBootstrap, admitsObservers } = this.#config;
    if (isBootstrap || (admitsObservers && bytes.length !== ADVERTISEMENT.minimum)) {
      const decoded = ADVERTISEMENT_WITH_WORK.decode(bytes);
      return decoded.ok ? decoded : fail('BadLength');
    }
    const decoded = ADVERTISEMENT.decode(bytes);
    return decoded.ok ? decoded : fail('BadLength');
  }

  /** Work counts once in its window, whatever becomes of the proof it was done for. */
  #spendWork(client: Id, hash: Uint8Array, window: bigint): 'BadWork' | 'WorkCapacity' | undefined {
    const work = toHex(hash);
    this.#works.expire(window);
    if (!isWorkEnough(hash, this.#config.difficulty) || this.#works.has(client, work)) return 'BadWork';
    if (!this.#works.hasRoom(client)) return 'WorkCapacity';
    this.#works.add(client, work, window);
    return undefined;
  }
}
