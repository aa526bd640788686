/** Where a peer stands, as it said last. */
export interface Head {
  readonly peer: number;
  /** The lowest window that is not final there. */
  window: number;
  /** Of no use to ordinary catch-up until then, unless it stands elsewhere. */
  refusedUntil: number;
}

/** Where all peers stand, in the order in which ordinary catch-up asks them. */
export class Heads {
  readonly #heads: Head[] = [];

  all(): readonly Head[] {
    return this.#heads;
  }

  of(peer: number): number | undefined {
    return this.#find(peer)?.window;
  }

  says(peer: number, window: number): void {
    const head = this.#find(peer);
    if (head === undefined) this.#heads.push({ peer, window, refusedUntil: 0 });
    else if (head.window !== window) {
      head.window = window;
      head.refusedUntil = 0;
    }
  }

  /** Who is asked next of those that stand at `window` or above. */
  next(window: number, now: number): Head | undefined {
    return this.#heads.find((head) => head.window >= window && head.refusedUntil <= now);
  }

  /** It is asked after all the others. */
  toTheEnd(peer: number): void {
    const head = this.forget(peer);
    if (head !== undefined) this.#heads.push(head);
  }

  /** It is not asked at all for a while, then after all the others. */
  refuse(peer: number, until: number): void {
    this.toTheEnd(peer);
    const head = this.#find(peer);
    if (head !== undefined) head.refusedUntil = until;
  }

  forget(peer: number): Head | undefined {
    const at = this.#heads.findIndex((head) => head.peer === peer);
    return at < 0 ? undefined : this.#heads.splice(at, 1)[0];
  }

  #find(peer: number): Head | undefined {
    return this.#heads.find((head) => head.peer === peer);
  }
}
