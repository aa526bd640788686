import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ENVELOPE_HEADER, MAX_PAYLOAD } from '#core/wire/envelope.ts';
import { encodeFrame, FRAME_CAPACITY, FRAME_LAST, FRAME_MORE } from '#core/wire/frames.ts';
import { STEM_PROTOCOL } from './frame-link.ts';
import { anIntruder, aWiretap, type Intruder, portOf } from './intruder.suite.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { anEnvelope, aParty, type Party, stopAll, until } from './party.suite.ts';

const FILL = new Uint8Array(FRAME_CAPACITY);
const NOTHING = new Uint8Array(0);
const TOO_LARGE = { msgType: 0x22, msgVersion: 1, requestId: 0n, payloadLength: MAX_PAYLOAD + 1 };

describe('strangers on the port', () => {
  afterEach(stopAll);

  it('say nothing or nonsense: turned away and counted while a link goes on', async () => {
    const limits = { groupRate: 1_000, groupBurst: 1_000, globalRate: 1_000, globalBurst: 1_000 };
    const [a, b] = await Promise.all([aParty(1), aParty(2, { limits })]);
    const link = await a.transport.dial(b.address());
    await until(() => b.opened.length === 1);
    const port = portOf(b.address());
    const stranger = (): Socket => connect(port, '127.0.0.1').on('error', () => {});
    const silent = Array.from({ length: 200 }, stranger);
    await until(() => b.refused.length >= 190);
    for (let i = 0; i < 20; i++) a.transport.send(link.number, anEnvelope(0x22, 10_000));
    await until(() => b.messages.length === 20);
    expect(b.transport.counters.failed.get('TooManyUnfinished')).toBe(190);
    for (const socket of silent) socket.destroy();
    await until(() => b.refused.length === 200);

    stranger().write(randomBytes(2_000));
    stranger().end('GET / HTTP/1.1\r\n\r\n');
    await until(() => b.refused.length === 202);
    expect(b.transport.counters.failed.get('NoHandshake')).toBe(12);
    expect(b.transport.counters.handshakesBegun).toBe(1);
    expect(b.closed).toEqual([]);
  });

  it('say nothing for as long as a handshake may take, and are cut off', async () => {
    const b = await aParty(2, { tau1: 600 });
    const socket = connect(portOf(b.address()), '127.0.0.1').on('error', () => {});
    await until(() => b.refused.length === 1);
    expect(b.refused).toEqual(['NoHandshake']);
    await until(() => socket.destroyed);
  });

  it('say nothing from one network: they hold three places of ten, and are let in again as these end', async () => {
    const limits = { unfinishedOfGroup: DEFAULT_LIMITS.unfinishedOfGroup };
    const [a, b] = await Promise.all([aParty(1), aParty(2, { limits })]);
    const port = portOf(b.address());
    const sockets = Array.from({ length: 10 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await until(() => b.refused.length === 7);
    expect([...b.transport.counters.failed]).toEqual([['TooManyOfGroup', 7]]);
    for (const socket of sockets) socket.destroy();
    await until(() => b.refused.length === 10);
    await a.transport.dial(b.address());
    await until(() => b.opened.length === 1);
  });

  it('come too fast from one network', async () => {
    const b = await aParty(2, { limits: { groupRate: 0.001, groupBurst: 2, globalBurst: 50 } });
    const port = portOf(b.address());
    const sockets = Array.from({ length: 6 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await until(() => b.refused.length === 4);
    expect(b.refused).toEqual(['GroupRate', 'GroupRate', 'GroupRate', 'GroupRate']);
    for (const socket of sockets) socket.destroy();
  });
});

describe('somebody with a key', () => {
  let b: Party;
  let intruder: Intruder;

  beforeAll(async () => {
    b = await aParty(2, { knows: [1, 2], limits: { groupBurst: 100, globalBurst: 100 } });
    intruder = await anIntruder(1);
  });

  beforeEach(() => {
    b.refused.length = 0;
  });

  afterAll(async () => {
    await intruder.stop();
    await stopAll();
  });

  const open = async () => {
    const connection = await intruder.connect(b.address());
    await intruder.advertise(connection, (window) => intruder.proof(2, window));
    return intruder.frames(connection);
  };

  it('gets in with a proof, once: a replayed one is refused, and after two tries the connection', async () => {
    const links = b.opened.length;
    const first = await intruder.connect(b.address());
    let proof = new Uint8Array(0);
    const make = async (window: bigint) => {
      proof = new Uint8Array(await intruder.proof(2, window));
      return proof;
    };
    expect(await intruder.advertise(first, make)).toBe(1);
    const second = await intruder.connect(b.address());
    expect(await intruder.advertise(second, async () => proof)).toBeUndefined();
    expect(second.status).toBe('open');
    expect(await intruder.advertise(second, async () => proof)).toBeUndefined();
    await until(() => second.status !== 'open');
    expect(b.refused).toEqual(['NonceReused']);
    expect(b.opened.length).toBe(links);
    first.abort(new Error('over'));
    await until(() => b.refused.length === 2);
  });

  it('is refused with the proof of somebody else, too long a one, or none', async () => {
    const other = await anIntruder(3);
    const connection = await intruder.connect(b.address());
    expect(await intruder.advertise(connection, (window) => other.proof(2, window))).toBeUndefined();
    expect(await intruder.advertise(connection, async () => new Uint8Array(6_000))).toBeUndefined();
    await other.stop();
    const early = await intruder.connect(b.address());
    await intruder.frames(early).catch(() => {});
    await until(() => b.refused.length === 2);
    expect(b.refused).toEqual(['BadLength', 'OutOfTurn']);
    expect(b.opened).toEqual([]);
  });

  it('is not waited for longer than a handshake may take', async () => {
    const quick = await aParty(4, { tau1: 12_000, knows: [1] });
    // On a busy machine the handshake alone may take longer than all may: once more then.
    const connect = (): ReturnType<Intruder['connect']> => intruder.connect(quick.address()).catch(connect);
    const connection = await connect();
    const others = quick.refused.length;
    await until(() => connection.status !== 'open' && quick.refused.length > others);
    expect(quick.refused.at(-1)).toBe('NoTunnelProof');
  });

  it('loses the link by what is no message', async () => {
    const cases: readonly (readonly [string, Uint8Array, number])[] = [
      ['InvalidPayloadField', encodeFrame(0x77, NOTHING, FILL), 1],
      ['InvalidPayloadField', encodeFrame(FRAME_MORE, new Uint8Array(5), FILL), 1],
      ['TruncatedHeader', encodeFrame(FRAME_LAST, new Uint8Array(13), FILL), 1],
      ['PayloadTooLarge', encodeFrame(FRAME_LAST, ENVELOPE_HEADER.encode(TOO_LARGE), FILL), 1],
      ['MessageTooLarge', encodeFrame(FRAME_MORE, FILL, FILL), 1_028],
    ];
    const { left } = b;
    for (const [reason, frame, count] of cases) {
      const links = b.opened.length;
      const stream = await open();
      await until(() => b.opened.length === links + 1);
      for (let i = 0; i < count; i++) stream.send(frame);
      await until(() => b.closed.length === links + 1);
      expect(b.closed[links]?.reason).toBe(reason);
      expect(b.left).toBe(left + links + 1);
    }
    expect(b.messages).toEqual([]);
  });

  it('loses the link and nothing else by hanging up while it has to wait', async () => {
    const links = b.opened.length;
    const tap = await aWiretap(portOf(b.address()));
    const connection = await intruder.connect(b.bareAddress().replace(/\d+$/, String(tap.port)));
    await intruder.advertise(connection, (window) => intruder.proof(2, window));
    const frames = await intruder.frames(connection);
    await until(() => b.opened.length === links + 1);
    const read = b.transport.counters.framesIn;
    const stem = await connection.newStream(STEM_PROTOCOL);
    stem.send(encodeFrame(FRAME_MORE, FILL, FILL));
    await until(() => b.transport.counters.framesIn > read);
    b.transport.pause(b.opened[links]?.number ?? -1);
    const before = b.transport.counters.bytesIn;
    for (const stream of [frames, stem]) stream.send(encodeFrame(FRAME_MORE, FILL, FILL));
    await until(() => b.transport.counters.bytesIn > before + 2 * FILL.length);
    tap.close();
    await until(() => b.closed.length === links + 1);
    expect(b.closed[links]?.reason).toBe('ConnectionLost');
  });
});
