import { type Queue, widened } from './queue.ts';

/** Entries per chunk. */
const CHUNK = 8;
const NONE = -1;

/**
 * Directed links, each a first-in first-out backlog of (arrival, value) of which only the head is in the queue. So a
 * lane of the queue stands for a link, however much is under way on it. Backlogs share one pool of chunks.
 */
export class Links<V> {
  /** Entries under way on all links. */
  size = 0;
  /** The number that came with the entry last taken. */
  tag = 0;

  readonly #queue: Queue;
  #times = new Float64Array(CHUNK * 64);
  /** One number beside each value, for the caller. */
  #tags = new Int32Array(CHUNK * 64);
  #values: (V | undefined)[] = new Array<V | undefined>(CHUNK * 64).fill(undefined);
  /** Per chunk: the one behind it, in a backlog or in the list of free ones. */
  #following = new Int32Array(64);
  #free = NONE;
  #chunks = 0;
  /** Per lane: where its first entry is, where its next one goes (NONE: empty), and the last arrival. */
  #head = new Int32Array(64).fill(NONE);
  #tail = new Int32Array(64).fill(NONE);
  #last = new Float64Array(64).fill(-1);

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  /** A new link: a lane of the queue. */
  open(rank: number): number {
    const lane = this.#queue.lane(rank);
    while (lane >= this.#head.length) {
      const lanes = this.#head.length;
      this.#head = widened(this.#head, new Int32Array(2 * lanes).fill(NONE));
      this.#tail = widened(this.#tail, new Int32Array(2 * lanes).fill(NONE));
      this.#last = widened(this.#last, new Float64Array(2 * lanes).fill(-1));
    }
    return lane;
  }

  /** Puts an entry at the end; it arrives at `time`, but not before what is ahead of it. Returns the arrival. */
  push(lane: number, time: number, value: V, tag = 0): number {
    const last = this.#last[lane] as number;
    const arrival = time > last ? time : last + 1;
    this.#last[lane] = arrival;
    let at = this.#tail[lane] as number;
    if (at === NONE) {
      at = this.#chunk() * CHUNK;
      this.#head[lane] = at;
      this.#queue.schedule(lane, arrival);
    } else if (at % CHUNK === 0) {
      const chunk = this.#chunk();
      this.#following[at / CHUNK - 1] = chunk;
      at = chunk * CHUNK;
    }
    this.#times[at] = arrival;
    this.#values[at] = value;
    this.#tags[at] = tag;
    this.#tail[lane] = at + 1;
    this.size++;
    return arrival;
  }

  /** Takes the head of a lane that the queue has just given, and schedules the next. */
  take(lane: number): V {
    const at = this.#head[lane] as number;
    const value = this.#values[at] as V;
    this.tag = this.#tags[at] as number;
    this.#values[at] = undefined;
    this.size--;
    let next = at + 1;
    if (next === this.#tail[lane]) {
      this.#release((at - (at % CHUNK)) / CHUNK);
      this.#head[lane] = NONE;
      this.#tail[lane] = NONE;
      return value;
    }
    if (next % CHUNK === 0) {
      const chunk = next / CHUNK - 1;
      next = (this.#following[chunk] as number) * CHUNK;
      this.#release(chunk);
    }
    this.#head[lane] = next;
    this.#queue.schedule(lane, this.#times[next] as number);
    return value;
  }

  /** Forgets everything under way on a lane. */
  clear(lane: number): void {
    while (this.#head[lane] !== NONE) this.take(lane);
    this.#queue.cancel(lane);
    this.#last[lane] = -1;
  }

  #release(chunk: number): void {
    this.#following[chunk] = this.#free;
    this.#free = chunk;
  }

  #chunk(): number {
    if (this.#free !== NONE) {
      const chunk = this.#free;
      this.#free = this.#following[chunk] as number;
      return chunk;
    }
    if (this.#chunks === this.#following.length) {
      const chunks = this.#chunks * 2;
      this.#following = widened(this.#following, new Int32Array(chunks));
      this.#times = widened(this.#times, new Float64Array(chunks * CHUNK));
      this.#tags = widened(this.#tags, new Int32Array(chunks * CHUNK));
      for (let i = this.#values.length; i < chunks * CHUNK; i++) this.#values.push(undefined);
    }
    return this.#chunks++;
  }
}
