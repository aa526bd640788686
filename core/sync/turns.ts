/** What is remembered of a peer that was asked. */
interface Known {
  readonly peer: number;
  /** When it may be asked again. */
  until: number;
  isExcluded: boolean;
}

/** Whose turn it is: whoever was asked longest ago, but for peers that are set aside for a while or excluded from what is under way. */
export class Turns {
  /** The one asked last at the end. */
  #known: Known[] = [];

  next(peers: readonly number[], now: number): number | undefined {
    let best: number | undefined;
    for (const peer of peers) {
      const known = this.#of(peer);
      if (known !== undefined && (known.isExcluded || known.until > now)) continue;
      if (best === undefined || this.#placeOf(peer) < this.#placeOf(best)) best = peer;
    }
    if (best === undefined) return undefined;
    const known = this.#of(best) ?? { peer: best, until: 0, isExcluded: false };
    this.#known = [...this.#known.filter((other) => other !== known), known];
    return best;
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
    const known = this.#of(peer);
    if (known !== undefined) known.until = until;
  }

  exclude(peer: number): void {
    const known = this.#of(peer);
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

  /** −1: it was not asked yet. */
  #placeOf(peer: number): number {
    return this.#known.findIndex((known) => known.peer === peer);
  }
}
