import type { Id } from '../bytes/bytes.ts';

/**
 * What counts only once, by client, for as long as it could count again: session nonces of accepted proofs, work that was spent. Full means full: an entry that
 * still protects somebody is never given up for a new one (06 §4.1, §4.3).
 */
export class NonceBook {
  readonly #mostOfClient: number;
  readonly #most: number;
  readonly #clients = new Map<Id, Map<Id, bigint>>();
  #size = 0;
  #oldest = 0n;

  constructor(mostOfClient: number, most: number) {
    this.#mostOfClient = mostOfClient;
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** Forgets what was accepted for a time before `oldest`. Costs a walk over all only when the bound moves. */
  expire(oldest: bigint): void {
    if (oldest <= this.#oldest) return;
    this.#oldest = oldest;
    for (const [client, nonces] of this.#clients) {
      for (const [nonce, time] of nonces) {
        if (time < oldest && nonces.delete(nonce)) this.#size--;
      }
      if (nonces.size === 0) this.#clients.delete(client);
    }
  }

  has(client: Id, nonce: Id): boolean {
    return this.#clients.get(client)?.has(nonce) === true;
  }

  hasRoom(client: Id): boolean {
    return this.#size < this.#most && (this.#clients.get(client)?.size ?? 0) < this.#mostOfClient;
  }

  /** `time`: slot or window of the proof. Only what `has` denied and `hasRoom` allowed. */
  add(client: Id, nonce: Id, time: bigint): void {
    const nonces = this.#clients.get(client) ?? new Map<Id, bigint>();
    this.#clients.set(client, nonces);
    nonces.set(nonce, time);
    this.#size++;
  }
}
