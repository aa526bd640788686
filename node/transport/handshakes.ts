import { Worker } from 'node:worker_threads';
import { fail, type Result } from '#core/bytes/result.ts';
import { oneLine } from '#node/shell/one-line.ts';
import type { Answers, Ask, HandshakeSetting, Job, Ready, Reply } from './handshake-jobs.ts';

/** Most jobs that may wait for the handshake's thread; admission keeps them far below (06 §11). */
const MOST_WAITING = 64;

/** Handshakes and tunnel proofs of the node's key, in a thread of their own. The key is there alone. */
export class Handshakes {
  /** ML-DSA-65, 1952 bytes. */
  readonly publicKey: Uint8Array;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (result: Result<Answers[Job['kind']]>) => void>();
  #jobs = 0;
  #machines = 0;
  #isOver = false;
  #fault = 'it ended';

  private constructor(worker: Worker, publicKey: Uint8Array, died: (reason: string) => void) {
    this.publicKey = publicKey;
    this.#worker = worker;
    worker.on('message', ({ number, result }: Reply) => {
      const settle = this.#waiting.get(number);
      this.#waiting.delete(number);
      settle?.(result);
    });
    // An unhandled 'error' would end the process; 'exit' comes behind it.
    worker.on('error', (error) => {
      this.#fault = oneLine(error);
    });
    worker.on('exit', () => {
      if (this.#isOver) return;
      this.#end();
      died(`the thread of the handshakes: ${this.#fault}`);
    });
  }

  /** `died`: called once, if the thread ends without `stop`: no handshake is possible any more. */
  static start(setting: HandshakeSetting, died: (reason: string) => void = () => {}): Promise<Handshakes> {
    return new Promise((resolve, reject) => {
      const url = new URL('./handshake-worker.ts', import.meta.url);
      const worker = new Worker(url, { workerData: setting, name: 'handshakes' });
      worker.once('error', reject);
      worker.once('message', ({ publicKey }: Ready) => resolve(new Handshakes(worker, publicKey, died)));
    });
  }

  /** A number for a new handshake. */
  machine(): number {
    return this.#machines++;
  }

  /** The answer to a job; the machine's own errors, and `HandshakesBusy`, `HandshakesStopped`. */
  ask<K extends Job['kind']>(job: Job & { kind: K }): Promise<Result<Answers[K]>> {
    if (this.#isOver) return Promise.resolve(fail('HandshakesStopped'));
    // What ends a handshake frees memory there: always taken.
    if (job.kind !== 'abandon' && this.#waiting.size >= MOST_WAITING) return Promise.resolve(fail('HandshakesBusy'));
    return new Promise((resolve) => {
      const number = this.#jobs++;
      this.#waiting.set(number, resolve as (result: Result<Answers[Job['kind']]>) => void);
      const ask: Ask = { number, job };
      this.#worker.postMessage(ask);
    });
  }

  async stop(): Promise<void> {
    this.#end();
    await this.#worker.terminate();
  }

  #end(): void {
    this.#isOver = true;
    for (const settle of this.#waiting.values()) settle(fail('HandshakesStopped'));
    this.#waiting.clear();
  }
}
