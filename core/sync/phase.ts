import type { Message } from '../wire/messages.ts';

/**
 * How a phase goes on after an answer, or without one in time: with the same peer, with the next one, not at all with this anchor
 * (`void`), or it is done. With the next one: this one may be asked again after a while (`slow`, or for no fault of its own `contrary`),
 * after the others (`over`), or not at all (`next`).
 */
export type Outcome = 'more' | 'next' | 'slow' | 'contrary' | 'over' | 'void' | 'done';

/** A conversation of fast sync, with one peer at a time. */
export interface Phase {
  /** Of the request under way. */
  readonly requestId: number;
  /** When `expired` is due. */
  readonly deadline: number;
  /** Turns to a peer. `done` and `void` where nothing is left to ask. */
  ask(peer: number, now: number): Outcome;
  take(message: Message, now: number): Outcome;
  /** `isAlone`: nobody else can be asked now. */
  expired(now: number, isAlone: boolean): Outcome;
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

/** Reasons of penalties that several of these machines give. */
export const CONTRADICTS_CHECKPOINT = 'its chain contradicts the checkpoint';
export const ANOTHER_KIND = 'another kind of answer';
export const BELOW_QUORUM = 'certificate below the quorum';
export const BELOW_TRUSTED_QUORUM = 'certificate below the trusted quorum';
