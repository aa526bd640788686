import { type Address, addressKey } from './address.ts';

/** Microseconds of network time. */
type Micros = number;

const FIRST = 1_000_000;
/** Addresses remembered at most; beyond, the one that is free soonest is forgotten. */
const MOST_REMEMBERED = 8_192;

interface Pause {
  /** Not dialled before. */
  readonly until: Micros;
  /** How long the next failure keeps it away. */
  readonly next: Micros;
}

/** When an address may be dialled again: 1 s, 2 s, 4 s … at most 5 τ₁ after failures in a row (06 §9). */
export class Backoff {
  readonly #pauses = new Map<string, Pause>();
  readonly #longest: Micros;

  constructor(tau1: Micros) {
    this.#longest = 5 * tau1;
  }

  isFree(address: Address, now: Micros): boolean {
    return (this.#pauses.get(addressKey(address))?.until ?? 0) <= now;
  }

  /** It could not be reached. */
  failed(address: Address, now: Micros): void {
    const pause = this.#pauses.get(addressKey(address))?.next ?? FIRST;
    this.#set(address, { until: now + pause, next: Math.min(2 * pause, this.#longest) });
  }

  /** It is left alone for so long: a refused tunnel proof, a ban. */
  avoid(address: Address, now: Micros, pause: Micros): void {
    this.#set(address, { until: now + pause, next: FIRST });
  }

  succeeded(address: Address): void {
    this.#pauses.delete(addressKey(address));
  }

  /** The earliest moment at which one of these may be dialled. */
  soonest(addresses: readonly Address[]): Micros {
    return addresses.reduce(
      (soonest, address) => Math.min(soonest, this.#pauses.get(addressKey(address))?.until ?? 0),
      Number.MAX_SAFE_INTEGER,
    );
  }

  #set(address: Address, pause: Pause): void {
    const key = addressKey(address);
    if (!this.#pauses.has(key) && this.#pauses.size >= MOST_REMEMBERED) {
      let first: string | undefined;
      for (const [other, { until }] of this.#pauses) {
        if (first === undefined || until < (this.#pauses.get(first) as Pause).until) first = other;
      }
      if (first !== undefined) this.#pauses.delete(first);
    }
    this.#pauses.set(key, pause);
  }
}
