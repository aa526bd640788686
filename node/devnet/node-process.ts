import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askStatus } from '#node/api/client.ts';
import type { Status } from '#node/api/schemas.ts';
import type { NodeFolder } from '#node/config/folder.ts';
import { Refused } from '#node/config/refused.ts';

/** The command line of this program. */
export const MAIN = join(import.meta.dirname, '../cli/main.ts');

/** Milliseconds a node has to stop by itself: Byes take τ₁/12 at most. */
const PATIENCE = 15_000;

/** `montana node start` of a folder, as a process that ends when this one does. */
export class NodeProcess {
  readonly folder: NodeFolder;
  readonly #script: string;
  #child: ChildProcess | undefined;
  /** Resolves when the process has ended. */
  #ended: Promise<void> = Promise.resolve();
  #isWanted = false;

  /** `script` takes the place of the program's command line. */
  constructor(folder: NodeFolder, script = MAIN) {
    this.folder = folder;
    this.#script = script;
  }

  get log(): string {
    return join(this.folder.path, 'node.log');
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it; resolves when it has started. Throws `Refused` with the last line it said. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.folder.path} runs`);
    const log = openSync(this.log, 'a', 0o600);
    // In a session of its own, so that Ctrl-C reaches it by way of this process alone; the channel ends it with this process.
    const child = spawn(process.execPath, [this.#script, 'node', 'start', '--dir', this.folder.path], {
      stdio: ['ignore', 'ignore', log, 'ipc'],
      detached: true,
    });
    closeSync(log);
    this.#child = child;
    this.#isWanted = true;
    const over = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    this.#ended = over.then(() => {
      this.#child = undefined;
    });
    const isStarted = await Promise.race([
      new Promise<true>((resolve) => child.once('message', () => resolve(true))),
      this.#ended.then(() => false),
    ]);
    if (!isStarted) throw new Refused(`${this.folder.path}: the node did not start: ${this.lastWords()}`);
  }

  /** It ended though nobody told it to. */
  get isLost(): boolean {
    return this.#isWanted && this.#child === undefined;
  }

  /** What it said last, for a person. */
  lastWords(): string {
    const lines = readFileSync(this.log, 'utf8').trimEnd().split('\n');
    return lines.at(-1) || `see ${this.log}`;
  }

  /** kill -9, as a crash. */
  async kill(): Promise<void> {
    this.#isWanted = false;
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  /** Tells it to stop, and waits; kills it when it does not. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#child?.kill('SIGTERM');
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), PATIENCE);
    await this.#ended;
    clearTimeout(late);
  }

  /** undefined: it does not run, or does not answer now. */
  async status(): Promise<Status | undefined> {
    if (this.#child === undefined) return undefined;
    try {
      const asked = await askStatus(this.folder.socket);
      return asked.type === 'status' ? asked.status : undefined;
    } catch {
      return undefined;
    }
  }
}
