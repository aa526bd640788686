/** What is remembered of a peer that was asked. */
interface Known {
  readonly peer: number;
  /** When it may be asked again. */
  until: number;
  isExcluded: boolean;
  /** How often it was set aside or excluded, and for a newcomer, as often as the best of those it met here. */
  failures: number;
}

/**
 * Whose turn it is: of those who failed least often whoever was asked longest ago, but for peers that are set aside for a while or
 * excluded from what is under way. A newcomer comes after all who failed no more often than the best of them: those that come and go
 * keep nobody from his turn.
 */
export class Turns {
  /** The one asked or met last at the end. */
  #known: Known[] = [];

  next(peers: readonly number[], now: number): number | undefined {
    this.#meet(peers);
    const free = this.#known.filter((known) => peers.includes(known.peer) && isFree(known, now));
    const least = Math.min(...free.map(({ failures }) => failures));
    const best = free.find(({ failures }) => failures === least);
    if (best !== undefined) this.#toTheEnd(best);
    return best?.peer;
  }

  /** Whether anybody else may be asked now. */
  hasOther(peer: number, peers: readonly number[], now: number): boolean {
    this.#meet(peers);
    return this.#known.some((known) => known.peer !== peer && peers.includes(known.peer) && isFree(known, now));
  }

  /** It has no fault, but everybody else is asked first. */
  pass(peer: number): void {
    const known = this.#of(peer);
    if (known === undefined) return;
    known.failures = 1 + Math.max(...this.#known.map(({ failures }) => failures));
    this.#toTheEnd(known);
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

  /** The same, for no fault of its own. */
  rest(peer: number, until: number): void {
    const known = this.#of(peer);
    if (known !== undefined) known.until = until;
  }

  /** All but these, who come before them then. */
  holdBack(others: readonly number[], now: number, until: number): void {
    for (const known of this.#known)
      if (!others.includes(known.peer) && known.until <= now) this.setAside(known.peer, until);
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

  #meet(peers: readonly number[]): void {
    const met = this.#known.filter(({ peer }) => peers.includes(peer));
    const failures = met.length === 0 ? 0 : Math.min(...met.map((known) => known.failures));
    for (const peer of peers) {
      if (this.#of(peer) === undefined) this.#known.push({ peer, until: 0, isExcluded: false, failures });
    }
  }

  #toTheEnd(last: Known): void {
    this.#known = [...this.#known.filter((other) => other !== last), last];
  }

  #of(peer: number): Known | undefined {
    return this.#known.find((known) => known.peer === peer);
  }

  #failed(peer: number): Known | undefined {
    const known = this.#of(peer);
    if (known !== undefined) known.failures++;
    return known;
  }
}

const isFree = ({ isExcluded, until }: Known, now: number): boolean => !isExcluded && until <= now;
