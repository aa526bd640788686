import seedrandom from 'seedrandom';

export type StreamState = seedrandom.State.Alea;

/** One named sequence of random numbers: what others draw does not move it. */
export class Stream {
  readonly #random: seedrandom.StatefulPRNG<StreamState>;

  constructor(name: string, state?: StreamState) {
    this.#random = seedrandom.alea(name, { state: state ?? true });
  }

  /** To go on from here with `new Stream(name, state)`. */
  state(): StreamState {
    return this.#random.state();
  }

  /** 32 random bits, unsigned. */
  next(): number {
    return this.#random.int32() >>> 0;
  }

  /** Uniform in 0 … limit − 1; 1 ≤ limit ≤ 2^32. */
  below(limit: number): number {
    const fair = 0x1_0000_0000 - (0x1_0000_0000 % limit);
    for (;;) {
      const drawn = this.next();
      if (drawn < fair) return drawn % limit;
    }
  }

  bytes(length: number): Uint8Array {
    const drawn = new Uint8Array(length);
    for (let i = 0; i < length; i++) drawn[i] = this.next() >>> 24;
    return drawn;
  }

  /** `count` different elements of `from`, in the order drawn. */
  pick<T>(count: number, from: readonly T[]): T[] {
    const rest = [...from];
    const picked: T[] = [];
    while (picked.length < count && rest.length > 0) {
      const at = this.below(rest.length);
      picked.push(rest[at] as T);
      rest[at] = rest[rest.length - 1] as T;
      rest.pop();
    }
    return picked;
  }
}

/** The streams of one run. Every name gives its own sequence. */
export class Streams {
  readonly seed: string;

  constructor(seed: string) {
    this.seed = seed;
  }

  stream(name: string): Stream {
    return new Stream(`${this.seed}/${name}`);
  }
}
