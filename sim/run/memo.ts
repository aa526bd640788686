import type { Id } from '#core/bytes/bytes.ts';
import type { Cemented } from '#core/consensus/cementing.ts';
import type { Applied, ApplyMemo } from '#core/participant/evaluation.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Stream } from '#sim/kernel/streams.ts';

/** Proposals remembered at most. */
const CAPACITY = 64;

/** The oldest entry leaves when a new one does not fit. */
class Bounded<V> {
  readonly #entries = new Map<string, V>();

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): V {
    if (this.#entries.size >= CAPACITY) this.#entries.delete(this.#entries.keys().next().value as string);
    this.#entries.set(key, value);
    return value;
  }
}

/** State root, side state, rules and proposal: all that a result depends on. */
const keyOf = ({ network, state, side }: Settled, proposalHash: Id): string =>
  `${network.genesisHash}${state.stateRoot()}${side.digest}${proposalHash}`;

export interface MemoOptions {
  readonly names: readonly string[];
  /** The host that applies what is proposed for this window by itself. */
  readonly drawn: (window: number) => number;
  /** What is remembered of a result: itself, unless a test plants a wrong one. */
  readonly remembered?: ((window: number, applied: Applied) => Applied) | undefined;
}

/**
 * Results of judging proposals, shared by the honest hosts of a run (design: apply memo). In every window one host works without
 * it; where its result differs from the remembered one, `fault` says so.
 */
export class SharedMemo {
  readonly #options: MemoOptions;
  readonly #cemented = new Bounded<Cemented>();
  readonly #applied = new Bounded<Applied>();
  /** What drawn hosts found, by the same keys. */
  readonly #found = new Bounded<{ readonly host: number; readonly applied: Applied }>();
  /** Results that were compared with a remembered one. */
  compared = 0;
  /** The first difference. */
  fault: string | undefined;

  constructor(options: MemoOptions) {
    this.#options = options;
  }

  /** The memo as one host sees it. */
  of(host: number): ApplyMemo {
    const { drawn, remembered } = this.#options;
    return {
      cemented: (settled, hash, compute) => {
        if (drawn(settled.window + 1) === host) return compute();
        const key = keyOf(settled, hash);
        return this.#cemented.get(key) ?? this.#cemented.set(key, compute());
      },
      applied: (settled, hash, compute) => {
        const window = settled.window + 1;
        const key = keyOf(settled, hash);
        if (drawn(window) === host) {
          const applied = compute();
          this.#found.set(key, { host, applied });
          this.#compare(window, hash, key);
          return applied;
        }
        const known = this.#applied.get(key);
        if (known !== undefined) return known;
        const applied = compute();
        this.#applied.set(key, remembered === undefined ? applied : remembered(window, applied));
        this.#compare(window, hash, key);
        return applied;
      },
    };
  }

  /** Called when either side of the comparison is new. */
  #compare(window: number, hash: Id, key: string): void {
    const found = this.#found.get(key);
    const known = this.#applied.get(key);
    if (found === undefined || known === undefined) return;
    this.compared++;
    const [own, shared] = [inWords(found.applied), inWords(known)];
    if (own === shared) return;
    this.fault ??=
      `window ${window}: the memo differs: proposal ${hash.slice(0, 16)} is ${shared} there, ` +
      `${this.#options.names[found.host]} finds it ${own}`;
  }
}

const inWords = (applied: Applied): string =>
  applied.valid
    ? `valid with state root ${applied.settled.state.stateRoot()} and side state ${applied.settled.side.digest}`
    : `invalid (${applied.reason})`;

/** In every window one of `hosts`. */
export const drawnHosts = (stream: Stream, hosts: readonly number[]): ((window: number) => number) => {
  const drawn: number[] = [];
  return (window) => {
    while (drawn.length <= window && hosts.length > 0) drawn.push(hosts[stream.below(hosts.length)] as number);
    return drawn[window] ?? -1;
  };
};
