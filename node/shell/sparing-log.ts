import { TokenBucket } from '#node/transport/token-bucket.ts';
import type { Logger } from './log.ts';

/** Lines a second, and at once. */
const RATE = 5;
const BURST = 100;

type Level = 'info' | 'error';
type Fields = Readonly<Record<string, unknown>>;

/**
 * A log of what others can bring about as often as they like: it does not fill the disk, and costs no more than its lines. The next
 * line there is room for says how many were left out before it.
 */
export class SparingLog {
  readonly #log: Pick<Logger, Level>;
  readonly #lines: TokenBucket;
  #left = 0;

  constructor(log: Pick<Logger, Level>, now = performance.now()) {
    this.#log = log;
    this.#lines = new TokenBucket(RATE, BURST, now);
  }

  info(fields: Fields, message: string, now = performance.now()): void {
    this.#say('info', fields, message, now);
  }

  error(fields: Fields, message: string, now = performance.now()): void {
    this.#say('error', fields, message, now);
  }

  #say(level: Level, fields: Fields, message: string, now: number): void {
    if (this.#lines.at(now) < 1) {
      this.#left++;
      return;
    }
    this.#lines.take();
    this.#log[level](this.#left === 0 ? fields : { ...fields, leftOut: this.#left }, message);
    this.#left = 0;
  }
}
