import type { Delta } from '../state/state.ts';
import { isBoundary } from '../transition/epoch.ts';
import { Prework } from '../transition/prework.ts';
import type { Settled } from '../transition/settled.ts';
import type { Meter } from './types.ts';

/**
 * When a node does its boundary prework (09 §8.9): from its entry into the window before a τ₂ boundary on, a piece a tick, so that
 * the rest of the protocol waits for one piece at most. A window that closes early leaves the rest to the ticks of the boundary
 * window, and what is left when its proposals are judged is done then. All of it is in memory: a crash costs only the time.
 *
 * Each piece is charged when it is done. A window settled on finished prework costs the same whoever did it, when, and in how many
 * pieces: what a shell remembers of one host is charged rightly at another.
 */
export class BoundaryPrework {
  readonly #meter: Meter;
  #prework: Prework | undefined;
  #due = 0;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** Iteration count at which the next piece is due; 0: none is. */
  get due(): number {
    return this.#due;
  }

  /** The window after `settled` is entered at iteration `now`; the first piece is due a tick later. */
  entered(settled: Settled, now: number, tick: number): void {
    const { window, network } = settled;
    const { tau2Windows } = network.params;
    const isNear = isBoundary(window + 1, tau2Windows) || isBoundary(window + 2, tau2Windows);
    if (isNear) this.#prework ??= new Prework(settled);
    this.#schedule(now, tick);
  }

  /** The alarm came at iteration `now`: works a piece if one is due. */
  tick(now: number, tick: number): void {
    if (this.#due === 0 || now < this.#due) return;
    this.#charged((prework) => prework.advance());
    this.#schedule(now, tick);
  }

  /** A window became final: `settled` is the state after it, `delta` what it changed. To be called before it goes to the disk. */
  closed(settled: Settled, delta: Delta): void {
    const prework = this.#prework;
    if (prework === undefined) return;
    if (settled.window < prework.boundary) prework.follow(settled, delta);
    else this.#prework = undefined;
  }

  /** For judging proposals of the window after `settled`: with all that was left done now; undefined where it ends no epoch. */
  finished(settled: Settled): Prework | undefined {
    if (this.#prework?.boundary !== settled.window + 1) return undefined;
    this.#charged((prework) => prework.finish());
    this.#due = 0;
    return this.#prework;
  }

  #schedule(now: number, tick: number): void {
    this.#due = this.#prework === undefined || this.#prework.isDone ? 0 : now + tick;
  }

  #charged(work: (prework: Prework) => void): void {
    const prework = this.#prework as Prework;
    const before = prework.cost;
    work(prework);
    this.#meter.hashes += prework.cost.hashes - before.hashes;
    this.#meter.records += prework.cost.records - before.records;
  }
}
