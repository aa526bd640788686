import type { Network } from '#core/genesis/network.ts';

/** Nodes that an event of this window admits at most, of `active` nodes (05 §5, §6). */
export const slotsOf = (
  { params, rules }: Pick<Network, 'params' | 'rules'>,
  window: number,
  active: number,
): number => {
  if (window === 0) return 0;
  if (rules.admission === 'mesh') return 1;
  const isDue = window % Number(params.selectionInterval) === 0;
  return isDue ? Math.max(1, Math.floor(active / Number(params.admissionDivisor))) : 0;
};

/** The curve of 05 §5 and §6: as many admissions as there are slots, as soon as somebody's chain is τ₂ windows old. */
export class Admissions {
  readonly #joining: readonly number[];
  /** In the table now, and admitted so far. */
  #nodes: number;
  #admitted = 0;

  /** `joining`: since when each host that is no founder seeks entry. */
  constructor(founders: number, joining: readonly number[]) {
    this.#nodes = founders;
    this.#joining = joining;
  }

  get nodes(): number {
    return this.#nodes;
  }

  /** How many nodes enter in this window; asked for every window in turn. */
  enter(network: Pick<Network, 'params' | 'rules'>, window: number): number {
    const ready = this.#joining.filter((joins) => joins + Number(network.params.tau2Windows) <= window).length;
    const admits = Math.min(ready - this.#admitted, slotsOf(network, window, this.#nodes));
    this.#admitted += admits;
    this.#nodes += admits;
    return admits;
  }
}
