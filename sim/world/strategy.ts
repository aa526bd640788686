import type { Effect, Input, Shape } from './types.ts';

/** What a strategy can do, at any time from within its calls. Delays are microseconds, 0 by default: at once, in call order. */
export interface Port<S extends Shape> {
  /** Network time, microseconds. */
  readonly now: number;
  /** Hands an input to the machine. */
  deliver(input: Input<S>, delay?: number): void;
  /** Lets an effect take place. A record persisted this way is durable at once. */
  perform(effect: Effect<S>, delay?: number): void;
  /** Calls the strategy's `wake` that much later, once for each time it is asked. */
  wake(delay: number): void;
}

/**
 * Stands between a host's machine and the world: sees every input at its arrival, before the machine, and every effect when it
 * would take place, before the world. What it does not pass on is dropped; it may pass on late, altered, or more than it was
 * given. It signs with the handles its maker gave it and with no others. What it delayed is lost when the host crashes.
 */
export interface Strategy<S extends Shape> {
  input(input: Input<S>, port: Port<S>): void;
  effect(effect: Effect<S>, port: Port<S>): void;
  /** A moment that it asked for with `Port.wake`. */
  wake?(port: Port<S>): void;
}
