import { setTimeout as wait } from 'node:timers/promises';
import type { Genesis } from '#core/genesis/genesis.ts';
import type { Status } from '#node/api/schemas.ts';
import { Refused } from '#node/config/refused.ts';
import { type DevnetPlan, type Founder, makeDevnet, makeNewcomer, type Settings } from './make.ts';
import { NodeProcess } from './node-process.ts';
import { differenceText, Roots } from './roots.ts';

export interface DevnetOptions extends DevnetPlan {
  /** Takes the place of the program's command line, for tests. */
  readonly script?: string;
}

/** Milliseconds between two looks at the nodes. */
const PAUSE = 200;

/**
 * A network of live nodes on this machine, a process each, to be started, crashed and watched. `stopAll` when done; should this process
 * die before, its nodes end by themselves.
 */
export class Devnet {
  readonly genesis: Genesis;
  readonly founders: readonly Founder[];
  /** What every status said of state roots. */
  readonly roots = new Roots();
  /** Founders first, then newcomers. */
  readonly nodes: Founder[];
  readonly #options: DevnetOptions;
  readonly #processes: NodeProcess[];

  private constructor(genesis: Genesis, founders: readonly Founder[], options: DevnetOptions) {
    this.genesis = genesis;
    this.founders = founders;
    this.nodes = [...founders];
    this.#options = options;
    this.#processes = founders.map(({ folder }) => new NodeProcess(folder, options.script));
  }

  /** Makes the network; nothing runs yet. */
  static async make(options: DevnetOptions): Promise<Devnet> {
    const { genesis, founders } = await makeDevnet(options);
    return new Devnet(genesis, founders, options);
  }

  /** Makes a node that is no founder; it does not run yet. Its index. */
  async newcomer(config: Settings): Promise<number> {
    const index = this.nodes.length;
    const node = await makeNewcomer(this.#options.dir, `node-${index}`, this.founders, config);
    this.nodes.push(node);
    return this.#processes.push(new NodeProcess(node.folder, this.#options.script)) - 1;
  }

  get size(): number {
    return this.#processes.length;
  }

  /** Starts a node, for the first time or again; resolves when it has started. Throws `Refused`. */
  start(index: number): Promise<void> {
    return this.#process(index).start();
  }

  /** Starts the founders. Throws `Refused`; those that started run then. */
  async startAll(): Promise<void> {
    const starts = await Promise.allSettled(this.founders.map((_, index) => this.start(index)));
    for (const start of starts) if (start.status === 'rejected') throw start.reason;
  }

  /** kill -9. */
  kill(index: number): Promise<void> {
    return this.#process(index).kill();
  }

  stop(index: number): Promise<void> {
    return this.#process(index).stop();
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
  }

  pid(index: number): number | undefined {
    return this.#process(index).pid;
  }

  /** undefined: it does not run, or does not answer now. Its roots are noted. */
  async status(index: number): Promise<Status | undefined> {
    const status = await this.#process(index).status();
    if (status !== undefined) this.roots.add(index, status);
    return status;
  }

  statuses(): Promise<readonly (Status | undefined)[]> {
    return Promise.all(this.#processes.map((_, index) => this.status(index)));
  }

  /** What is wrong, in one line: a node ended by itself, or roots differ. */
  fault(): string | undefined {
    const lost = this.#processes.findIndex(({ isLost }) => isLost);
    if (lost >= 0) return `node-${lost} has ended: ${this.#process(lost).lastWords()}`;
    const { difference } = this.roots;
    return difference === undefined ? undefined : differenceText(difference);
  }

  /**
   * Waits until `window` is final at the nodes `at`, by default at all, and returns what they said then. Throws `Refused`: a fault, or
   * `timeout` milliseconds were not enough.
   */
  async waitForWindow(window: number, timeout: number, at?: readonly number[]): Promise<readonly Status[]> {
    const indices = at ?? this.#processes.map((_, index) => index);
    const until = performance.now() + timeout;
    for (;;) {
      const statuses = await Promise.all(indices.map((index) => this.status(index)));
      const fault = this.fault();
      if (fault !== undefined) throw new Refused(fault);
      const there = statuses.filter((status) => status !== undefined && status.standing.finalWindow >= window);
      if (there.length === indices.length) return there as readonly Status[];
      if (performance.now() > until) {
        const heights = statuses.map((status, i) => `node-${indices[i]} ${status?.standing.finalWindow ?? 'silent'}`);
        throw new Refused(`window ${window} is not final everywhere: ${heights.join(', ')}`);
      }
      await wait(PAUSE);
    }
  }

  #process(index: number): NodeProcess {
    const process = this.#processes[index];
    if (process === undefined) throw new RangeError(`no node ${index}`);
    return process;
  }
}
