import { SYNC_REQUESTS } from '#core/sync/sync.ts';
import type { Message, Status } from '#core/wire/messages.ts';
import type { MontanaShape } from '#sim/run/adapter.ts';
import type { Port, Strategy } from '#sim/world/strategy.ts';
import type { Effect, Input } from '#sim/world/types.ts';

/** What catch-up asks for. */
const REQUESTS = ['archive-request', 'object-request', 'proof-request', 'snapshot-request'] as const;
export type Request = Extract<Message, { readonly type: (typeof REQUESTS)[number] }>;

/** What it is answered with. */
const ANSWERS = ['archive-response', 'object-response', 'proof-response', 'snapshot-chunk', 'snapshot-error'] as const;
export type Answer = Extract<Message, { readonly type: (typeof ANSWERS)[number] }>;

/** One way in which a server lies to whoever catches up. What it leaves out is as honest as its machine. */
export interface Lie {
  /** What the server says of where it stands. */
  status?(status: Status): Status;
  /** The answers to a request that its machine then does not see; undefined: it answers itself. */
  instead?(request: Request): readonly Answer[] | undefined;
  /** What becomes of an answer that its machine gives. */
  altered?(answer: Answer): Answer;
  /** Microseconds that such an answer waits before it goes out. */
  delay?(answer: Answer): number;
}

/**
 * Follows the protocol towards everybody, but lies to some hosts that catch up: in its answers to their requests, and in its Status.
 * All that gossip says and asks for it passes on.
 */
export class LyingServer implements Strategy<MontanaShape> {
  readonly #lie: Lie;
  readonly #victims: ReadonlySet<number>;
  /** Open connections to victims. */
  readonly #peers = new Set<number>();

  /** `victims`: numbers of hosts. */
  constructor(lie: Lie, victims: ReadonlySet<number>) {
    this.#lie = lie;
    this.#victims = victims;
  }

  input(input: Input<MontanaShape>, port: Port<MontanaShape>): void {
    if (input.type === 'start') this.#peers.clear();
    else if (input.type === 'peer-up' && this.#victims.has(input.host)) this.#peers.add(input.peer);
    else if (input.type === 'peer-down') this.#peers.delete(input.peer);
    else if (input.type === 'message' && this.#lie.instead !== undefined && this.#peers.has(input.peer)) {
      const { peer, message } = input;
      const answers = isRequest(message) ? this.#lie.instead(message) : undefined;
      if (answers !== undefined) {
        for (const answer of answers) port.perform({ type: 'send', peer, message: answer });
        return;
      }
    }
    port.deliver(input);
  }

  effect(effect: Effect<MontanaShape>, port: Port<MontanaShape>): void {
    const isToVictim = effect.type === 'send' && this.#peers.has(effect.peer);
    if (!isToVictim) port.perform(effect);
    else if (isAnswer(effect.message)) {
      const message = this.#lie.altered?.(effect.message) ?? effect.message;
      port.perform({ ...effect, message }, this.#lie.delay?.(message));
    } else if (effect.message.type === 'status') {
      port.perform({ ...effect, message: this.#lie.status?.(effect.message) ?? effect.message });
    } else port.perform(effect);
  }
}

/** Gossip asks for objects and proofs too, under other numbers. */
const isRequest = (message: Message): message is Request =>
  REQUESTS.some((type) => type === message.type) && (message as Request).requestId > SYNC_REQUESTS;

const isAnswer = (message: Message): message is Answer =>
  ANSWERS.some((type) => type === message.type) && (message as Answer).requestId > SYNC_REQUESTS;
