import type { Stream } from '@libp2p/interface';

/** Why a far end has to wait: our own side wants it, or it has used up its allowance. */
export type Waiting = 'held' | 'slowed';

/**
 * Reads a stream, or lets it wait. To resume gives out at once what was kept, and only then tells the far end to go on: whoever wants
 * to wait again because of that is heard afterwards, or the far end would send what nobody reads.
 */
export class Gate {
  readonly #stream: Stream;
  readonly #reasons = new Set<Waiting>();
  #isResuming = false;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  isClosed(reason: Waiting): boolean {
    return this.#reasons.has(reason);
  }

  close(reason: Waiting): void {
    this.#reasons.add(reason);
    this.#flow();
  }

  /** Without a reason: whatever closed it. */
  open(reason?: Waiting): void {
    if (reason === undefined) this.#reasons.clear();
    else this.#reasons.delete(reason);
    this.#flow();
  }

  #flow(): void {
    if (this.#isResuming) return;
    const isWanted = this.#reasons.size === 0;
    if (!isWanted && this.#stream.readStatus === 'readable') this.#stream.pause();
    if (!isWanted || this.#stream.readStatus !== 'paused') return;
    this.#isResuming = true;
    try {
      this.#stream.resume();
    } catch {
      // Its connection is gone: nobody is there to be told to go on. What was kept has been given out.
    }
    this.#isResuming = false;
    if (this.#reasons.size > 0) this.#flow();
  }
}
