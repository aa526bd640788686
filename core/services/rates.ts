import type { Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';

/** Accounts counted in one window; the next is refused. */
export const MOST_CLIENTS = 65_536;

/** How often each account asked in the window at hand (06 §8: 16 per account and window for each service). */
export class Rates {
  readonly #most: number;
  readonly #counts = new IdMap<number>();
  #window = -1;

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one request of `client`; false when it had all of this window's. */
  take(client: Id, window: number): boolean {
    if (window !== this.#window) {
      this.#window = window;
      this.#counts.clear();
    }
    const count = this.#counts.get(client) ?? 0;
    if (count >= this.#most || (count === 0 && this.#counts.size >= MOST_CLIENTS)) return false;
    this.#counts.set(client, count + 1);
    return true;
  }
}
