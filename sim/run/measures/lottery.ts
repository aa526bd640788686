import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Stream } from '#sim/kernel/streams.ts';
import { type Measure, type Metrics, rounded } from './measure.ts';
import { Redraw } from './redraw.ts';

/** z of a two-sided interval of 95 %. */
const Z = 1.96;

/**
 * `lottery`: how often nodes of the lightest group win. A run has too few windows to tell, so that the observer draws the lottery of
 * each final window again: the same state, weights, target and penalties, another T. No host takes part in that.
 */
export class Lottery implements Measure {
  readonly #light: ReadonlySet<Id>;
  readonly #stream: Stream;
  readonly #redraws: number;
  #next = 0;
  #windows = 0;
  #wins = 0;
  #draws = 0;
  #drawnWins = 0;
  /** Weight of the light nodes over that of all, in the last window. */
  #weightShare = 0;

  /** `redraws`: so often each window is drawn again. */
  constructor(light: ReadonlySet<Id>, stream: Stream, redraws: number) {
    this.#light = light;
    this.#stream = stream;
    this.#redraws = redraws;
  }

  notice(_host: number, notice: Notice): void {
    if (notice.type !== 'final' || notice.record.settled.window !== this.#next) return;
    const { settled, proposal } = notice.record;
    this.#next++;
    // Proposal W names the winner of W − 1; before window 0 there is no lottery.
    if (settled.window > 0) {
      this.#windows++;
      if (this.#light.has(proposal.header.winnerId)) this.#wins++;
    }
    this.#weightShare = this.#weightShareOf(settled);
    const redraw = new Redraw(settled);
    for (let i = 0; i < this.#redraws; i++) {
      this.#draws++;
      if (this.#light.has(redraw.winner(this.#stream.bytes(32)) ?? '')) this.#drawnWins++;
    }
  }

  #weightShareOf({ side }: Settled): number {
    let light = 0n;
    let all = 0n;
    for (const { nodeId, weight } of side.basis?.entries ?? []) {
      all += weight;
      if (this.#light.has(nodeId)) light += weight;
    }
    return all === 0n ? 0 : Number(light) / Number(all);
  }

  metrics(): Metrics {
    const [low, high] = wilson(this.#drawnWins, this.#draws);
    return {
      lightWins: this.#wins,
      lightShare: rounded(this.#wins / Math.max(1, this.#windows), 5),
      lightWeightShare: rounded(this.#weightShare, 6),
      draws: this.#draws,
      lightShareDrawn: rounded(this.#drawnWins / Math.max(1, this.#draws), 6),
      lightShareDrawnLow: rounded(low, 6),
      lightShareDrawnHigh: rounded(high, 6),
    };
  }
}

/** Wilson's interval of 95 % for a share of which `wins` of `draws` were seen. */
export const wilson = (wins: number, draws: number): readonly [number, number] => {
  if (draws === 0) return [0, 1];
  const share = wins / draws;
  const scale = 1 + (Z * Z) / draws;
  const middle = share + (Z * Z) / (2 * draws);
  const reach = Z * Math.sqrt((share * (1 - share)) / draws + (Z * Z) / (4 * draws * draws));
  return [Math.max(0, (middle - reach) / scale), Math.min(1, (middle + reach) / scale)];
};
