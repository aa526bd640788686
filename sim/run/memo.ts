import type { Id } from '#core/bytes/bytes.ts';
import type { ApplyMemo } from '#core/participant/evaluation.ts';
import type { Settled } from '#core/transition/settled.ts';

/** Proposals remembered at most. */
const CAPACITY = 64;

/** The oldest entry leaves when a new one does not fit. */
class Bounded<V> {
  readonly #entries = new Map<string, V>();

  compute(key: string, compute: () => V): V {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const value = compute();
    if (this.#entries.size >= CAPACITY) this.#entries.delete(this.#entries.keys().next().value as string);
    this.#entries.set(key, value);
    return value;
  }
}

/** State root, side state, rules and proposal: all that a result depends on. */
const keyOf = ({ network, state, side }: Settled, proposalHash: Id): string =>
  `${network.genesisHash}${state.stateRoot()}${side.digest}${proposalHash}`;

/** Results of judging proposals, shared by the honest hosts of a run (design: apply memo). */
export const applyMemo = (): ApplyMemo => {
  const cemented = new Bounded<ReturnType<Parameters<ApplyMemo['cemented']>[2]>>();
  const applied = new Bounded<ReturnType<Parameters<ApplyMemo['applied']>[2]>>();
  return {
    cemented: (settled, hash, compute) => cemented.compute(keyOf(settled, hash), compute),
    applied: (settled, hash, compute) => applied.compute(keyOf(settled, hash), compute),
  };
};
