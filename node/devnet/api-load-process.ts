import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { LoadAnswered, LoadOrder } from './api-load.ts';

/* The process that asks: requests are made once, and of an answer only its status line is looked at. */

const CONNECTIONS = 4;
/** Requests without an answer on a connection; beyond, it waits. */
const MOST_OPEN = 512;
/** Milliseconds between two batches, and for the last answers. */
const BATCH = 5;
const LAST_ANSWERS = 5_000;

const STATUS_LINE = Buffer.from('HTTP/1.1 ');
const CODE_LENGTH = 3;

/** A connection, and when its requests were sent that are not answered. */
class Asker {
  readonly open: number[] = [];
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);

  constructor(port: number, note: (code: string, milliseconds: number) => void) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('data', (data) => {
      const bytes = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
      let after = 0;
      for (let at = bytes.indexOf(STATUS_LINE); at >= 0; at = bytes.indexOf(STATUS_LINE, after)) {
        const code = at + STATUS_LINE.length;
        if (code + CODE_LENGTH > bytes.length) break;
        after = code + CODE_LENGTH;
        note(bytes.toString('latin1', code, after), performance.now() - (this.open.shift() ?? Number.NaN));
      }
      // A status line may be in two pieces.
      this.#rest = bytes.subarray(Math.max(after, bytes.length - STATUS_LINE.length - CODE_LENGTH));
    });
  }

  ask(requests: readonly string[]): void {
    const now = performance.now();
    for (let i = 0; i < requests.length; i++) this.open.push(now);
    this.#socket.write(requests.join(''));
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Asks evenly until the function that it returns is called. */
const asking = ({ port, token, paths, rate }: LoadOrder & { readonly type: 'begin' }) => {
  const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: api\r\nauthorization: Bearer ${token}\r\n\r\n`);
  const codes: Record<string, number> = {};
  const times: number[] = [];
  const askers = Array.from(
    { length: CONNECTIONS },
    () =>
      new Asker(port, (code, time) => {
        codes[code] = (codes[code] ?? 0) + 1;
        times.push(time);
      }),
  );
  const begun = performance.now();
  let asked = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begun) * rate) / 1_000);
    const each = Math.ceil((due - asked) / CONNECTIONS);
    for (const asker of askers) {
      const count = Math.min(each, due - asked, MOST_OPEN - asker.open.length);
      if (count <= 0) continue;
      asker.ask(Array.from({ length: count }, (_, i) => requests[(asked + i) % requests.length] as string));
      asked += count;
    }
  }, BATCH);
  return async (): Promise<LoadAnswered> => {
    clearInterval(timer);
    const seconds = (performance.now() - begun) / 1_000;
    const until = performance.now() + LAST_ANSWERS;
    while (times.length < asked && performance.now() < until) await wait(BATCH);
    for (const asker of askers) asker.close();
    return { seconds, codes, lost: asked - times.length, times: times.sort((a, b) => a - b) };
  };
};

let end: (() => Promise<LoadAnswered>) | undefined;
process.on('message', async (order: LoadOrder) => {
  if (order.type === 'begin') end = asking(order);
  else process.send?.(await end?.());
});
