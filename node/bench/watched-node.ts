import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Status } from '#node/api/schemas.ts';
import type { NodeFolder } from '#node/config/folder.ts';
import { NodeProcess } from '#node/devnet/node-process.ts';
import { type Peak, peakOf } from './memory.ts';

/** Milliseconds between two looks. */
const PAUSE = 50;

/** A line of a node's log, with the time it was written at. */
export interface LogLine {
  readonly at: number;
  readonly msg: string;
  /** Of a final window. */
  readonly window?: number;
  /** Of catch-up. */
  readonly phase?: string;
  readonly done?: number;
  readonly total?: number;
}

/** A node in a process of its own, and the most memory that it had in any of its lives. */
export class WatchedNode {
  readonly folder: NodeFolder;
  readonly #process: NodeProcess;
  readonly #timer: NodeJS.Timeout;
  #peak: Peak | undefined;

  constructor(folder: NodeFolder) {
    this.folder = folder;
    this.#process = new NodeProcess(folder);
    this.#timer = setInterval(() => this.#look(), PAUSE);
  }

  /** Milliseconds until it has started. */
  async start(): Promise<number> {
    const [started, begun] = [this.#process.start(), performance.now()];
    await started;
    return performance.now() - begun;
  }

  /** Undefined where the system does not say. */
  get peak(): Peak | undefined {
    return this.#peak;
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#process.stop();
  }

  /** Asked until it answers. Throws where it has ended by itself. */
  async status(): Promise<Status> {
    for (;;) {
      const status = await this.#process.status();
      if (status !== undefined) return status;
      if (this.#process.isLost) throw new Error(`${this.folder.path} has ended: ${this.#process.lastWords()}`);
      await wait(PAUSE);
    }
  }

  /** Asks until `is` holds of what it says. */
  async until(is: (status: Status) => boolean): Promise<Status> {
    for (;;) {
      const status = await this.status();
      if (is(status)) return status;
      await wait(PAUSE);
    }
  }

  /** All lines of its log, from the first life on. */
  log(): readonly LogLine[] {
    const { log } = this.#process;
    if (!existsSync(log)) return [];
    return readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line))
      .map((line) => ({ ...line, at: Date.parse(line.time) }));
  }

  #look(): void {
    const now = peakOf(this.#process.pid);
    if (now === undefined) return;
    const { anonymous = 0, resident = 0 } = this.#peak ?? {};
    this.#peak = { anonymous: Math.max(anonymous, now.anonymous), resident: Math.max(resident, now.resident) };
  }
}
