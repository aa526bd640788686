import type { Stream } from '@libp2p/interface';
import type { Counters } from './counters.ts';
import { FrameWriter } from './frame-writer.ts';
import type { Limits } from './limits.ts';

/** Most envelopes that wait for the stream to open. */
const MOST_WAITING = 256;

/** Operations on their stem to one far end (06 §10): their stream is opened for the first, and anew when it broke. */
export class StemSender {
  readonly #open: () => Promise<Stream>;
  readonly #limits: Limits;
  readonly #counters: Counters;
  #writer: FrameWriter | undefined;
  /** While the stream opens. */
  #waiting: Uint8Array[] | undefined;
  #isOver = false;

  constructor(open: () => Promise<Stream>, limits: Limits, counters: Counters) {
    this.#open = open;
    this.#limits = limits;
    this.#counters = counters;
  }

  send(envelope: Uint8Array): void {
    if (this.#writer !== undefined) this.#writer.send(envelope);
    else if (this.#waiting === undefined) {
      this.#waiting = [envelope];
      void this.#start();
    } else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(envelope);
    else this.#counters.dropped++;
  }

  /** The link is over; the stream ends with its connection. */
  end(): void {
    this.#isOver = true;
    this.#writer?.clear();
  }

  async #start(): Promise<void> {
    const stream = await this.#open().catch(() => undefined);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    if (stream === undefined || this.#isOver) {
      this.#counters.dropped += waiting.length;
      return;
    }
    const writer = new FrameWriter(stream, this.#limits, this.#counters);
    this.#writer = writer;
    stream.addEventListener('close', () => {
      this.#writer = undefined;
    });
    for (const envelope of waiting) writer.send(envelope);
  }
}
