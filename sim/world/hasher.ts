import { Rate } from '#sim/kernel/integers.ts';
import type { Queue } from '#sim/kernel/queue.ts';
import type { HostSpec } from './types.ts';

/**
 * The core of a host that does nothing but hash, from the start of the process to its end: jobs one after another, throw-away
 * between them (09 §12.2). Its count is a function of time alone, and of the moments at which its pace changed.
 */
export class Hasher<J> {
  readonly #queue: Queue;
  readonly #lane: number;
  #rate: Rate;
  /** Since when it hashes at this pace, and the count of that moment. */
  #since = 0;
  #base = 0;
  /** The first is being worked on and ends when the count reaches #target. */
  #jobs: { readonly job: J; readonly iterations: number }[] = [];
  #target = 0;

  constructor(queue: Queue, lane: number, rate: HostSpec['rate']) {
    this.#queue = queue;
    this.#lane = lane;
    this.#rate = new Rate(rate.iterations, rate.micros);
  }

  /** A new process: the count begins at 0. */
  start(): void {
    this.#since = this.#queue.now;
    this.#base = 0;
    this.stop();
  }

  /** The process is gone, and its jobs with it. */
  stop(): void {
    this.#jobs = [];
    this.#queue.cancel(this.#lane);
  }

  /** Another pace from now on: the count goes on, the iteration under way begins again. */
  change(rate: HostSpec['rate']): void {
    this.#base = this.count();
    this.#since = this.#queue.now;
    this.#rate = new Rate(rate.iterations, rate.micros);
    if (this.#jobs.length > 0) this.#queue.schedule(this.#lane, this.timeOf(this.#target));
  }

  count(): number {
    return this.#base + this.#rate.count(this.#queue.now - this.#since);
  }

  /** When the count is or was at least `count`, at the earliest now. */
  timeOf(count: number): number {
    return Math.max(this.#queue.now, this.#since + this.#rate.time(Math.max(0, count - this.#base)));
  }

  work(job: J, iterations: number): void {
    this.#jobs.push({ job, iterations });
    if (this.#jobs.length === 1) this.#begin(this.count());
  }

  cancel(job: J): void {
    const at = this.#jobs.findIndex((queued) => queued.job === job);
    if (at < 0) return;
    this.#jobs.splice(at, 1);
    if (at === 0) this.#begin(this.count());
  }

  /** To be called when the lane comes up: the job that is complete. */
  complete(): J | undefined {
    const first = this.#jobs.shift();
    this.#begin(this.#target);
    return first?.job;
  }

  #begin(from: number): void {
    const first = this.#jobs[0];
    if (first === undefined) {
      this.#queue.cancel(this.#lane);
      return;
    }
    this.#target = from + first.iterations;
    this.#queue.schedule(this.#lane, this.timeOf(this.#target));
  }
}
