import { divideUp } from '#sim/kernel/integers.ts';
import { mix, scale } from '#sim/kernel/mix.ts';
import type { Queue } from '#sim/kernel/queue.ts';
import type { NetworkOptions } from './path.ts';
import type { HostSpec } from './types.ts';

/** Bytes of data in a TCP segment. */
const SEGMENT = 1448;
/** Time until a lost segment is sent again, beside the round trip. */
const RETRANSMIT = 200_000;

/** Microseconds, rounded up, that `size` bytes take at so many bits per second. */
export const sendingTime = (size: number, bitsPerSecond: number): number => divideUp(size * 8_000_000, bitsPerSecond);

/** How long bytes take: each host's uplink sends one message after another; chance is a hash of (seed, link, content). */
export class Wire {
  readonly #queue: Queue;
  readonly #uplinks: readonly number[];
  readonly #jitter: number;
  readonly #loss: number;
  readonly #seed: number;
  /** Per host: when its uplink has sent all it was given. */
  readonly #busyUntil: Float64Array;

  constructor(queue: Queue, hosts: readonly HostSpec[], options: NetworkOptions, seed: number) {
    this.#queue = queue;
    this.#uplinks = hosts.map((host) => host.uplink);
    this.#jitter = options.jitter;
    this.#loss = options.loss;
    this.#seed = seed;
    this.#busyUntil = new Float64Array(hosts.length);
  }

  /** When the last bit of a message given to the uplink now has left. */
  send(host: number, size: number): number {
    const free = this.#busyUntil[host] as number;
    const left = Math.max(free, this.#queue.now) + sendingTime(size, this.#uplinks[host] as number);
    this.#busyUntil[host] = left;
    return left;
  }

  /** What waited for the uplink is gone. */
  crashed(host: number): void {
    this.#busyUntil[host] = 0;
  }

  /** From leaving to arrival: latency, jitter, and a retransmission if a segment is lost. */
  travel(link: number, content: number, size: number, latency: number): number {
    const chance = mix(this.#seed, link, content);
    const late = latency + scale(chance, this.#jitter);
    if (this.#loss === 0) return late;
    const lost = scale(mix(chance, link, content), 1_000_000) < this.#loss * divideUp(size, SEGMENT);
    return lost ? late + RETRANSMIT + 2 * latency : late;
  }
}
