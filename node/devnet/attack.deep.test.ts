import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Connection } from '@libp2p/interface';
import { afterEach, expect, test } from 'vitest';
import { DEVNET } from '#core/genesis/profiles.ts';
import { ENVELOPE_HEADER, MAX_PAYLOAD } from '#core/wire/envelope.ts';
import { encodeFrame, FRAME_CAPACITY, FRAME_LAST } from '#core/wire/frames.ts';
import type { Status } from '#node/api/schemas.ts';
import { configText } from '#node/config/config.ts';
import { readIdentity } from '#node/config/identity.ts';
import { anIntruder, type Intruder, portOf } from '#node/transport/intruder.suite.ts';
import { anEnvelope, aParty, type Party, stopAll } from '#node/transport/party.suite.ts';
import { Devnet } from './devnet.ts';

/* Three honest nodes of four, as processes; the fourth founder's key is in the hands of this process, which attacks the first. */

const dir = mkdtempSync(join(tmpdir(), 'montana-attack-'));
let network: Devnet;
let intruder: Intruder | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await intruder?.stop();
  await stopAll();
  await network.stopAll();
  rmSync(dir, { recursive: true });
});

/** A machine that does other work besides is slow, not wrong. */
const PATIENCE = 200_000;
const HONEST = [0, 1, 2];

const target = async (): Promise<Status> =>
  (await network.status(0)) ?? (await network.waitForWindow(0, PATIENCE, [0]))[0]!;

/** Waits for what the first node says of itself. */
const until = async (holds: (status: Status) => boolean): Promise<Status> => {
  for (;;) {
    const status = await target();
    if (holds(status)) return status;
    expect(network.fault()).toBeUndefined();
    await wait(200);
  }
};

const refusals = ({ reasons }: Status, ...names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (reasons.refused[name] ?? 0), 0);

/** Files and sockets that the first node has open. */
const handles = (): number => readdirSync(`/proc/${network.pid(0)}/fd`).length;

const residentMegabytes = (): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${network.pid(0)}/status`, 'utf8'))?.[1]) / 1_024;

/** Connects `count` strangers from a network of their own, 250 at a time: the system's queue of a listener is bounded too. */
const strangers = async (count: number, group: number, say?: (socket: Socket) => void): Promise<void> => {
  const port = portOf(network.founders[0]!.address);
  for (let made = 0; made < count; made++) {
    const socket = connect({ port, host: '127.0.0.1', localAddress: `127.${group}.0.1` });
    socket.on('error', () => {}).on('data', () => {});
    sockets.push(socket);
    say?.(socket);
    if (made % 250 === 249) await wait(100);
  }
};

const frameOf = (code: number): Uint8Array =>
  encodeFrame(FRAME_LAST, anEnvelope(code, 900), new Uint8Array(FRAME_CAPACITY));

const OVERSIZED = encodeFrame(
  FRAME_LAST,
  ENVELOPE_HEADER.encode({ msgType: 0x22, msgVersion: 1, requestId: 0n, payloadLength: MAX_PAYLOAD + 1 }),
  new Uint8Array(FRAME_CAPACITY),
);

test('strangers and a founder who attacks: refused, counted; windows become final, and peers stay', async () => {
  network = await Devnet.make({ nodes: 4, dir, params: { ...DEVNET, d0: 524_288n } });
  const [first, , , attacker] = network.founders;
  const imposter: Party = await aParty(9);
  // Where the first node expects its peer there is somebody with another key.
  const expected = imposter.address().replace(/\/p2p\/.*/, `/p2p/${attacker!.peerId}`);
  const listen = [first!.address.replace(/\/p2p\/.*/, '')];
  const peers = [...network.founders.slice(1, 3).map(({ address }) => address), expected];
  const config = { genesis: '../genesis.yaml', timers: 'patient', tau1Seconds: 30, listen, peers };
  writeFileSync(first!.folder.config, configText(config));
  await Promise.all(HONEST.map((index) => network.start(index)));
  await network.waitForWindow(1, PATIENCE, HONEST);
  const before = await until(({ peers: linked }) => linked.length === 2);
  const [memory, open] = [residentMegabytes(), handles()];
  const linked = before.peers.map(({ link }) => link).sort();

  // A founder's key opens the door, once a proof.
  const { seeds } = readIdentity(attacker!.folder.identity);
  intruder = await anIntruder(seeds.node);
  const { connect, advertise, proof, frames } = intruder;
  // The strangers before may have left no room, and a busy machine may take longer than a handshake may: once more then.
  const dial = async (): Promise<Connection> => {
    for (const until = performance.now() + PATIENCE; ; ) {
      try {
        return await connect(first!.address);
      } catch (error) {
        if (performance.now() > until) throw error;
        await wait(500);
      }
    }
  };
  let shown = new Uint8Array(0);
  const enter = async () => {
    const connection = await dial();
    const level = await advertise(connection, async (window) => {
      shown = new Uint8Array(await proof(first!.nodeId, window));
      return shown;
    });
    expect(level).toBe(1);
    return frames(connection);
  };
  const flood = await enter();
  const again = await dial();
  for (let attempt = 0; attempt < 2; attempt++) expect(await advertise(again, async () => shown)).toBeUndefined();
  await until((status) => refusals(status, 'NonceReused') === 1);
  const elsewhere = first!.address.replace(/\/p2p\/.*/, `/p2p/${attacker!.peerId}`);
  await expect(connect(elsewhere)).rejects.toThrow();

  // A flood over a link, as fast as it is taken, of what this version has no use for: no rule is broken.
  let isFlooding = true;
  const useless = frameOf(0x52);
  const flooding = (async () => {
    while (isFlooding && flood.writeStatus === 'writable') {
      if (flood.writeBufferLength > 0) await wait(5);
      else flood.send(useless);
    }
  })();

  await strangers(1_000, 1);
  await strangers(100, 2, (socket) => socket.write(randomBytes(2_000)));
  await strangers(100, 3, (socket) => socket.end('GET / HTTP/1.1\r\n\r\n'));
  const during = await target();
  const ahead = await until(({ standing }) => standing.finalWindow >= during.standing.finalWindow + 3);
  const most = handles();
  isFlooding = false;
  await flooding;
  // Then rules are broken: proposals that are none, and a length that may not be. The node is banned.
  for (let i = 0; i < 20; i++) flood.send(frameOf(0x22));
  await until(({ counters }) => counters.penalties >= 20);
  flood.send(OVERSIZED);
  await until(({ reasons, banned }) => (reasons.closed.PayloadTooLarge ?? 0) === 1 && banned === 1);
  const outcast = await enter();
  await expect.poll(() => outcast.status, { timeout: PATIENCE }).not.toBe('open');

  expect(most - open).toBeLessThan(60);
  expect(residentMegabytes() - memory).toBeLessThan(400);
  const atOnce = ['GroupRate', 'GlobalRate', 'TooManyUnfinished', 'TooManyOfGroup'];
  const all = [...atOnce, 'NoHandshake', 'HandshakeTimeout', 'ClosedInHandshake'];
  const after = await until((status) => refusals(status, ...all) >= 1_200);
  expect(refusals(after, ...atOnce)).toBeGreaterThan(900);
  expect(after.counters.refused).toBe(Object.values(after.reasons.refused).reduce((sum, count) => sum + count, 0));
  expect(after.counters.dialsFailed).toBeGreaterThan(0);
  expect(
    ahead.peers
      .map(({ link }) => link)
      .filter((link) => linked.includes(link))
      .sort(),
  ).toEqual(linked);
  const heights = await network.waitForWindow(after.standing.finalWindow, PATIENCE, HONEST);
  expect(heights).toHaveLength(3);
  expect(network.fault()).toBeUndefined();
});
