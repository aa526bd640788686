import { hash as digest } from 'node:crypto';
import { fromHex, type Id } from '#core/bytes/bytes.ts';
import type { LotteryMode } from '#core/lottery/ln.ts';
import { orderTickets, type Ticket, weightedTicket } from '#core/lottery/ticket.ts';
import { aggregateOf } from '#core/transition/past.ts';
import type { Settled } from '#core/transition/settled.ts';

/** Input of the endpoint hash (04 §6.1): tag and zero byte, T, aggregate, node_id, window. */
const TAG = new TextEncoder().encode('mt-lottery\0');
const T_AT = TAG.length;
const AGGREGATE_AT = T_AT + 32;
const NODE_AT = AGGREGATE_AT + 32;
const WINDOW_AT = NODE_AT + 32;

/** Twice of what the logarithm of the rules may be off, and more: up to 0.000442 in both modes (04 §6.3). */
export const SLACK = 0.001;

/** Draws the lottery of a settled window with other timechain values: same state, weights, target, penalties. Every reveal counts. */
export class Redraw {
  readonly #mode: LotteryMode;
  readonly #target: bigint;
  readonly #nodes: readonly Id[];
  readonly #weights: readonly bigint[];
  /** The weights once more, by the same numbers, and who is penalised. */
  readonly #scales: Float64Array;
  readonly #isPenalised: readonly boolean[];
  readonly #ids: readonly Uint8Array[];
  readonly #input: Uint8Array;
  readonly #endpoints: Id[] = [];
  readonly #logs: Float64Array;

  constructor({ network, window, side }: Settled) {
    const entries = (side.basis?.entries ?? []).filter(({ weight }) => weight > 0n);
    this.#mode = network.rules.lottery;
    this.#target = side.targetLast;
    this.#nodes = entries.map(({ nodeId }) => nodeId);
    this.#weights = entries.map(({ weight }) => weight);
    this.#scales = Float64Array.from(this.#weights, Number);
    this.#isPenalised = this.#nodes.map((nodeId) => side.penalised.includes(nodeId));
    this.#ids = this.#nodes.map(fromHex);
    this.#logs = new Float64Array(entries.length);
    this.#input = new Uint8Array(WINDOW_AT + 8);
    this.#input.set(TAG);
    this.#input.set(fromHex(aggregateOf(side.past, window - 2)), AGGREGATE_AT);
    new DataView(this.#input.buffer).setBigUint64(WINDOW_AT, BigInt(window), true);
  }

  /** winner(W), had T_W been this value (04 §7). Undefined where no node is eligible. */
  winner(timechainValue: Uint8Array): Id | undefined {
    this.#draw(timechainValue);
    const best = this.#best((i) => !this.#isPenalised[i]);
    if (best !== undefined && best.ticket < this.#target) return best.nodeId;
    return this.#best(() => true)?.nodeId;
  }

  /** Everybody's endpoint, and roughly its logarithm. */
  #draw(timechainValue: Uint8Array): void {
    const input = this.#input;
    input.set(timechainValue, T_AT);
    for (let i = 0; i < this.#ids.length; i++) {
      input.set(this.#ids[i] as Uint8Array, NODE_AT);
      const endpoint = digest('sha256', input);
      this.#endpoints[i] = endpoint;
      this.#logs[i] = roughLn(endpoint);
    }
  }

  /** The best ticket of some: only those that may be it are computed by the rules, which decide. */
  #best(isEligible: (i: number) => boolean): Ticket | undefined {
    let most = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#nodes.length; i++) {
      if (isEligible(i)) most = Math.min(most, ((this.#logs[i] as number) + SLACK) / (this.#scales[i] as number));
    }
    const near: Ticket[] = [];
    this.#nodes.forEach((nodeId, i) => {
      if (!isEligible(i) || ((this.#logs[i] as number) - SLACK) / (this.#scales[i] as number) > most) return;
      const ticket = weightedTicket(this.#mode, this.#endpoints[i] as Id, this.#weights[i] as bigint);
      near.push({ nodeId, ticket });
    });
    return orderTickets(near)[0];
  }
}

/** −ln(endpoint / 2^256), within `SLACK` / 2 of what the rules take for it; Infinity for 0. */
export const roughLn = (endpoint: Id): number => -Math.log(Number(`0x${endpoint}`) / 2 ** 256);
