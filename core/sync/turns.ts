/** What is remembered of a peer that was asked. */
interface Known {
  readonly peer: number;
  /** When it may be asked again. */
  until: number;
  isExcluded: boolean;
  /** How often it was set aside or excluded. */
  failures: number;
}

/**
 * Whose turn it is: of those who failed least often whoever was asked longest ago, but for peers that are set aside for a while or
 * excluded from what is under way.
 */
export class Turns {
  /** The one asked last at the end. */
  #known: Known[] = [];

  next(peers: readonly number[], now: number): number | undefined {
    let best: Known | undefined;
    for (const peer of peers) {
      const known = this.#of(peer) ?? { peer, until: 0, isExcluded: false, failures: 0 };
      if (known.isExcluded || known.until > now) continue;
      if (best === undefined || this.#isBefore(known, best)) best = known;
    }
    if (best === undefined) return undefined;
    this.#known = [...this.#known.filter((other) => other !== best), best];
    return best.peer;
  }

  /** When the first of those that are set aside may be asked again. */
  soonest(peers: readonly number[], now: number): number | undefined {
    let soonest: number | undefined;
    for (const { peer, until, isExcluded } of this.#known) {
      if (isExcluded || until <= now || !peers.includes(peer)) continue;
      if (soonest === undefined || until < soonest) soonest = until;
    }
    return soonest;
  }

  /** A peer that was asked is left alone for a while. */
  setAside(peer: number, until: number): void {
    const known = this.#failed(peer);
    if (known !== undefined) known.until = until;
  }

  exclude(peer: number): void {
    const known = this.#failed(peer);
    if (known !== undefined) known.isExcluded = true;
  }

  /** Something else is under way: nobody is excluded from it yet. */
  again(): void {
    for (const known of this.#known) known.isExcluded = false;
  }

  forget(peer: number): void {
    this.#known = this.#known.filter((known) => known.peer !== peer);
  }

  #of(peer: number): Known | undefined {
    return this.#known.find((known) => known.peer === peer);
  }

  #failed(peer: number): Known | undefined {
    const known = this.#of(peer);
    if (known !== undefined) known.failures++;
    return known;
  }

  /** Whoever was not asked yet is nowhere in the list. */
  #isBefore(a: Known, b: Known): boolean {
    if (a.failures !== b.failures) return a.failures < b.failures;
    return this.#known.indexOf(a) < this.#known.indexOf(b);
  }
}
