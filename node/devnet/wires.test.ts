import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Wires } from './wires.ts';

const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

/** Three nodes that say everything back, and their wires. */
const scene = async (): Promise<Wires> => {
  const wires = await Wires.make(3);
  closes.push(() => wires.close());
  const ports = [0, 1, 2].map(async () => {
    const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closes.push(() => new Promise((resolve) => server.close(() => resolve())));
    return (server.address() as AddressInfo).port;
  });
  wires.aim(await Promise.all(ports));
  return wires;
};

/** Milliseconds: a machine that does other work besides is slow, not wrong. */
const PATIENCE = 30_000;

class Line {
  heard = '';
  isClosed = false;
  readonly #socket: Socket;

  constructor(wires: Wires, from: number, to: number) {
    this.#socket = connect(wires.port(from, to), '127.0.0.1');
    this.#socket.on('data', (chunk) => {
      this.heard += String(chunk);
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.isClosed = true;
    });
  }

  say(text: string): void {
    this.#socket.write(text);
  }

  hears(text: string): Promise<void> {
    return expect.poll(() => this.heard, { timeout: PATIENCE }).toBe(text);
  }

  ends(): Promise<void> {
    return expect.poll(() => this.isClosed, { timeout: PATIENCE }).toBe(true);
  }
}

test('hold: what is said between the groups is heard when they heal, within a group at once', async () => {
  const wires = await scene();
  const [across, within] = [new Line(wires, 0, 2), new Line(wires, 0, 1)];
  across.say('a');
  await across.hears('a');
  wires.part([0, 0, 1], 'hold');
  const late = new Line(wires, 2, 1);
  for (const line of [across, within, late]) line.say('b');
  await within.hears('b');
  expect([across.heard, late.heard]).toEqual(['a', '']);
  wires.heal();
  await across.hears('ab');
  await late.hears('b');
  expect([across, within, late].map(({ isClosed }) => isClosed)).toEqual([false, false, false]);
});

test('cut: connections between the groups are closed, also new ones, until they heal', async () => {
  const wires = await scene();
  const [across, within] = [new Line(wires, 2, 0), new Line(wires, 1, 0)];
  across.say('a');
  await across.hears('a');
  wires.part([0, 0, 1], 'cut');
  await across.ends();
  const refused = new Line(wires, 0, 2);
  await refused.ends();
  within.say('b');
  await within.hears('b');
  expect(within.isClosed).toBe(false);
  wires.heal();
  const again = new Line(wires, 0, 2);
  again.say('c');
  await again.hears('c');
});

test('a connection to nobody is closed', async () => {
  const wires = await scene();
  wires.aim([1, 1, 1]);
  await new Line(wires, 0, 1).ends();
});
