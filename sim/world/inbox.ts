import type { Input, Shape } from './types.ts';

/** What waits for a busy core, first in first out. Messages beyond a bound are refused, other inputs never. */
export class Inbox<S extends Shape> {
  readonly #bound: number;
  #waiting: Input<S>[] = [];
  #taken = 0;
  #messages = 0;
  /** Whether the timer and the alarm that rang still count. */
  #rang = { timer: false, alarm: false };

  constructor(bound: number) {
    this.#bound = bound;
  }

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** False: refused. */
  put(input: Input<S>): boolean {
    if (input.type === 'message') {
      if (this.#messages >= this.#bound) return false;
      this.#messages++;
    } else if (input.type === 'timer' || input.type === 'alarm') this.#rang[input.type] = true;
    this.#waiting.push(input);
    return true;
  }

  /** The next that still counts. */
  take(): Input<S> | undefined {
    while (this.#taken < this.#waiting.length) {
      const input = this.#waiting[this.#taken++] as Input<S>;
      if (this.#taken === this.#waiting.length || this.#taken === 1024) {
        this.#waiting.splice(0, this.#taken);
        this.#taken = 0;
      }
      if (input.type === 'message') this.#messages--;
      else if (input.type === 'timer' || input.type === 'alarm') {
        if (!this.#rang[input.type]) continue;
        this.#rang[input.type] = false;
      }
      return input;
    }
    return undefined;
  }

  /** A ring that waits is void: the timer or alarm was set anew. */
  silence(which: 'timer' | 'alarm'): void {
    this.#rang[which] = false;
  }

  clear(): void {
    this.#waiting = [];
    this.#taken = 0;
    this.#messages = 0;
  }
}
