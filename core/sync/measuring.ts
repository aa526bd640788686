import type { ChainJob, ChainResult } from '../participant/types.ts';
import type { SideFromArchive, Stretch } from '../snapshot/side-from-archive.ts';
import type { Settled } from '../transition/settled.ts';
import type { SnapshotPorts } from './snapshot-sync.ts';

/**
 * How many iterations lead from T_{w−1} to T_w, once for each D behind an anchor: no message says it, only hashing proves it (04
 * §15.3). Oldest first, each at most what D can have become since the one before, from D of genesis on.
 */
export class Measuring {
  readonly anchor: number;
  /** The state of the anchor, once all is measured; none where a stretch is longer than it can be. */
  settled: Settled | undefined;
  readonly #side: SideFromArchive;
  readonly #stretches: readonly Stretch[];
  readonly #measured: { readonly window: number; readonly d: number }[] = [];
  readonly #d0: number;
  readonly #ports: Pick<SnapshotPorts, 'work' | 'progress'>;
  #job: ChainJob | undefined;

  constructor(side: SideFromArchive, anchor: number, d0: number, ports: Pick<SnapshotPorts, 'work' | 'progress'>) {
    this.#side = side;
    this.anchor = anchor;
    this.#d0 = d0;
    this.#ports = ports;
    this.#stretches = side.stretches();
  }

  /** `done`: `settled` says how it ended. */
  begin(): 'more' | 'done' {
    const done = this.#measured.length;
    const stretch = this.#stretches[done];
    if (stretch === undefined) {
      const settled = this.#side.settled(this.#measured);
      this.settled = settled.ok ? settled.value : undefined;
      return 'done';
    }
    const { window, from, to } = stretch;
    const before = this.#measured.at(-1);
    const iterations = this.#side.mostD(window, before?.window ?? 0, before?.d ?? this.#d0);
    this.#job = { type: 'measure', window, from, iterations, until: to };
    this.#ports.progress({ phase: 'measure', done, total: this.#stretches.length });
    this.#ports.work(this.#job);
    return 'more';
  }

  /** Undefined: of no job of this one. */
  done({ window, from, iterations }: ChainResult): 'more' | 'done' | undefined {
    const job = this.#job;
    if (job === undefined || job.window !== window || job.from !== from) return undefined;
    this.#job = undefined;
    if (iterations === undefined) return 'done';
    this.#measured.push({ window, d: iterations });
    return this.begin();
  }
}
