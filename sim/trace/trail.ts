import type { ProtocolObject } from '#core/consensus/objects.ts';

/** How one object spread: where it began, and from whom each host had it first. */
export class Trail {
  object: ProtocolObject | undefined;
  readonly #begun = new Map<number, { readonly at: number; readonly isUsers: boolean }>();
  readonly #got = new Map<number, { readonly at: number; readonly from: number; readonly isArchive: boolean }>();

  /** `host` signs it, passes it on or is handed it by its user: the first only if it did not have it from elsewhere. */
  begin(host: number, at: number, isUsers = false): void {
    if (!this.#got.has(host) && !this.#begun.has(host)) this.#begun.set(host, { at, isUsers });
  }

  deliver(from: number, host: number, at: number, isArchive: boolean): void {
    if (!this.#got.has(host) && !this.#begun.has(host)) this.#got.set(host, { at, from, isArchive });
  }

  /** From where it began to `host`: who had it from whom. */
  to(host: number): readonly Hop[] {
    const hops: Hop[] = [];
    let at: number | undefined = host;
    while (at !== undefined && hops.length <= this.#got.size) {
      const begun = this.#begun.get(at);
      const got = this.#got.get(at);
      if (begun !== undefined) hops.unshift({ host: at, at: begun.at, from: undefined, isUsers: begun.isUsers });
      else if (got !== undefined) hops.unshift({ host: at, ...got, isUsers: false });
      at = begun === undefined ? got?.from : undefined;
    }
    return hops;
  }
}

export interface Hop {
  readonly host: number;
  readonly at: number;
  /** Undefined: it began here. */
  readonly from: number | undefined;
  readonly isUsers: boolean;
  readonly isArchive?: boolean;
}
