import { notRunning, tooBusy } from '#node/api/api-error.ts';
import type { WindowAnswer } from '#node/api/schemas.ts';

/** Milliseconds that somebody waits at most. */
const PATIENCE = 25_000;
/** Who may wait at once. */
const MOST = 64;

type Answer = WindowAnswer | undefined;

/** Those who wait for the next final window. */
export class WaitingWindows {
  /** By whom to tell: the window that is not enough. */
  readonly #waiting = new Map<(answer: Answer | Error) => void, number>();
  #last: Answer;

  /** When a window above `after` is final; undefined: none was in time, or `isGone`. Throws `ApiError` where too many wait. */
  next(after: number, isGone: AbortSignal): Promise<Answer> {
    if (this.#last !== undefined && this.#last.window > after) return Promise.resolve(this.#last);
    if (this.#waiting.size >= MOST) throw tooBusy('too many wait for a window');
    return new Promise((resolve, reject) => {
      const tell = (answer: Answer | Error): void => {
        if (!this.#waiting.delete(tell)) return;
        clearTimeout(timer);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      };
      const timer = setTimeout(() => tell(undefined), PATIENCE);
      isGone.addEventListener('abort', () => tell(undefined), { once: true });
      this.#waiting.set(tell, after);
    });
  }

  /** A window is final. */
  final(answer: WindowAnswer): void {
    this.#last = answer;
    for (const [tell, after] of [...this.#waiting]) if (answer.window > after) tell(answer);
  }

  stop(): void {
    for (const tell of [...this.#waiting.keys()]) tell(notRunning());
  }
}
