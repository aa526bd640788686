import type { Id } from '#core/bytes/bytes.ts';

/** Which history each host holds. The first is 0; each fork begins another. */
export class Histories {
  /** By host. */
  readonly held: Uint16Array;

  readonly #of = new Map<Id, number>();
  readonly #continued = new Set<Id>();
  #forks = 0;

  constructor(hosts: number) {
    this.held = new Uint16Array(hosts);
  }

  /** `proposal` is final at `host`: one that some host has already, the first after its parent, or another one after it. */
  final(host: number, parent: Id, proposal: Id): 'known' | 'next' | 'fork' {
    const known = this.#of.get(proposal);
    const isFork = known === undefined && this.#continued.has(parent);
    const history = known ?? (isFork ? ++this.#forks : (this.#of.get(parent) ?? 0));
    this.held[host] = history;
    if (known !== undefined) return 'known';
    this.#of.set(proposal, history);
    this.#continued.add(parent);
    return isFork ? 'fork' : 'next';
  }
}
