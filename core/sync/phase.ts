import type { Message } from '../wire/messages.ts';

/** Without an answer for this long, a peer is given up and another one tried (06 §7). Microseconds. */
export const PATIENCE = 10_000_000;

/** A peer that did not help is asked again after this long, or, by ordinary catch-up, when it stands elsewhere. Microseconds. */
export const REFUSED = 60_000_000;

/**
 * How a phase goes on after an answer, or without one in time: with the same peer, with the next one (`slow`: this one may be asked
 * again after the others, `next`: it may not), not at all with this anchor (`void`), or it is done.
 */
export type Outcome = 'more' | 'next' | 'slow' | 'void' | 'done';

/** A conversation of fast sync, with one peer at a time. */
export interface Phase {
  /** Of the request under way. */
  readonly requestId: number;
  /** When `expired` is due. */
  readonly deadline: number;
  /** Turns to a peer. `done` and `void` where nothing is left to ask. */
  ask(peer: number, now: number): Outcome;
  take(message: Message, now: number): Outcome;
  expired(now: number): Outcome;
}

export interface PhasePorts {
  send(peer: number, message: Message): void;
  freshRequestId(): number;
  penalty(peer: number, reason: string): void;
}

/** A final window that a chain must lead through. */
export interface Checkpoint {
  readonly window: number;
  readonly proposalHash: string;
}
