import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What the process is told: to ask so many times a second, in turn for these paths; or to say what came of it. */
export type LoadOrder =
  | {
      readonly type: 'begin';
      readonly port: number;
      readonly token: string;
      readonly paths: readonly string[];
      readonly rate: number;
    }
  | { readonly type: 'end' };

/** What came of it; answers in milliseconds, ascending. `codes`: answers by status; `lost`: asked, and never answered. */
export interface LoadAnswered {
  readonly seconds: number;
  readonly codes: Readonly<Record<string, number>>;
  readonly lost: number;
  readonly times: readonly number[];
}

/** Requests for an API from a process of its own, over a few connections and pipelined, so that asking costs next to nothing. */
export class ApiLoad {
  readonly #process: ChildProcess;
  readonly #asked: Pick<LoadOrder & { type: 'begin' }, 'port' | 'token' | 'paths' | 'rate'>;

  /** `address`: host and port as in `api.address`. */
  constructor(address: string, token: string, paths: readonly string[], rate: number) {
    const path = import.meta.url.replace(/(?=\.\w+$)/, '-process');
    this.#process = fork(new URL(path), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#asked = { port: Number(address.split(':').at(-1)), token, paths, rate };
  }

  begin(): void {
    this.#process.send({ type: 'begin', ...this.#asked } satisfies LoadOrder);
  }

  /** After the last answers. */
  async end(): Promise<LoadAnswered> {
    const answered = once(this.#process, 'message');
    this.#process.send({ type: 'end' } satisfies LoadOrder);
    const [message] = await answered;
    return message as LoadAnswered;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const closed = once(this.#process, 'close');
    this.#process.kill();
    await closed;
  }
}
