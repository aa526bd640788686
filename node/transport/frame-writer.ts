import { randomBytes } from 'node:crypto';
import type { Stream } from '@libp2p/interface';
import { FRAME_CAPACITY, messageToFrames } from '#core/wire/frames.ts';
import type { Counters } from './counters.ts';
import type { Limits } from './limits.ts';
import { SendQueue } from './send-queue.ts';

/** Most Pongs and the like that wait for a far end that does not read. */
const MOST_URGENT = 4;

/** Envelopes to one stream, as frames (06 §5), as fast as it takes them. */
export class FrameWriter {
  readonly #stream: Stream;
  readonly #counters: Counters;
  readonly #queue: SendQueue;
  /** Before the queue: Ping, Pong, Bye. */
  readonly #urgent: Uint8Array[] = [];
  #frames: readonly Uint8Array[] = [];
  #framesSent = 0;
  #isFull = false;

  constructor(stream: Stream, { queuedObjects, queuedBytes }: Limits, counters: Counters) {
    this.#stream = stream;
    this.#counters = counters;
    this.#queue = new SendQueue(queuedObjects, queuedBytes);
    stream.addEventListener('drain', () => {
      this.#isFull = false;
      this.#pump();
    });
  }

  /** Bytes of the envelopes that wait. */
  get queued(): number {
    return this.#queue.bytes;
  }

  /** Queues an envelope; over the bounds the least needed go. False: nothing that may go is left (06 §6.1). */
  send(envelope: Uint8Array): boolean {
    const dropped = this.#queue.push(envelope);
    if (dropped === undefined) return false;
    this.#counters.dropped += dropped;
    this.#pump();
    return true;
  }

  sendUrgent(envelope: Uint8Array): void {
    if (this.#urgent.length < MOST_URGENT) this.#urgent.push(envelope);
    this.#pump();
  }

  /** Nothing else that waits is sent any more. */
  last(envelope: Uint8Array): void {
    this.#urgent.length = 0;
    this.sendUrgent(envelope);
  }

  clear(): void {
    this.#queue.clear();
  }

  /** Sends frame by frame, each a record of its own, until the stream is full or nothing waits. */
  #pump(): void {
    while (!this.#isFull && this.#stream.writeStatus === 'writable') {
      const frame = this.#frames[this.#framesSent] ?? this.#next();
      if (frame === undefined) return;
      this.#framesSent++;
      this.#counters.framesOut++;
      try {
        this.#isFull = !this.#stream.send(frame);
      } catch (error) {
        // The connection below ended without a word to the stream.
        this.#stream.abort(error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }
  }

  /** The first frame of the next envelope. */
  #next(): Uint8Array | undefined {
    const envelope = this.#urgent.shift() ?? this.#queue.shift();
    this.#framesSent = 0;
    this.#frames = envelope === undefined ? [] : messageToFrames(envelope, randomBytes(FRAME_CAPACITY));
    if (envelope !== undefined) this.#counters.envelopesOut++;
    return this.#frames[0];
  }
}
