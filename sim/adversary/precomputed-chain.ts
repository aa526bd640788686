import { type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import { initialTimechainValue } from '#core/genesis/derived.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import type { MontanaShape } from '#sim/run/adapter.ts';
import type { Port, Strategy } from '#sim/world/strategy.ts';
import type { Effect, Input } from '#sim/world/types.ts';

/** What was hashed before the launch, with the D known then. */
export interface Precomputed {
  /** T_{W+1} by T_W. */
  readonly next: ReadonlyMap<Id, Id>;
  /** Iterations of a window. */
  readonly d: number;
}

/** The first `windows` windows of the chain that starts from 32 zero bytes (09 §1, `timechainSeed`): windows · d hashes. */
export const precompute = (windows: number, d: number): Precomputed => {
  const next = new Map<Id, Id>();
  let value = initialTimechainValue({ timechainSeed: 'zero' }, ZERO_ID);
  for (let window = 0; window < windows; window++) {
    const after = timechainStep(value, d);
    next.set(value, after);
    value = after;
  }
  return { next, d };
};

/** Follows the protocol, but has at once what was hashed before the launch; where it was not, it hashes like everybody. */
export class PrecomputedChain implements Strategy<MontanaShape> {
  readonly #known: Precomputed;

  constructor(known: Precomputed) {
    this.#known = known;
  }

  input(input: Input<MontanaShape>, port: Port<MontanaShape>): void {
    port.deliver(input);
  }

  effect(effect: Effect<MontanaShape>, port: Port<MontanaShape>): void {
    const value = effect.type === 'work' ? this.#valueOf(effect.job) : undefined;
    if (effect.type !== 'work' || value === undefined) {
      port.perform(effect);
      return;
    }
    const { job } = effect;
    port.deliver({ type: 'done', job, result: { type: job.type, window: job.window, from: job.from, value } });
  }

  #valueOf({ from, iterations }: MontanaShape['job']): Id | undefined {
    return iterations === this.#known.d ? this.#known.next.get(from) : undefined;
  }
}
