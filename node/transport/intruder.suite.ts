import { connect, createServer, type Socket } from 'node:net';
import type { Connection, Stream } from '@libp2p/interface';
import { byteStream } from '@libp2p/utils';
import { multiaddr } from '@multiformats/multiaddr';
import type { Libp2p } from 'libp2p';
import { concat, type Id } from '#core/bytes/bytes.ts';
import { nodeId } from '#core/crypto/ids.ts';
import { BOUND_FORM } from '#core/tunnel/forms.ts';
import { TUNNEL_GREETING } from '#core/tunnel/online-proof.ts';
import { Counters } from './counters.ts';
import { NoisePqEncrypter } from './encrypter.ts';
import { FRAMES_PROTOCOL } from './frame-link.ts';
import { Handshakes } from './handshakes.ts';
import { makeLibp2p } from './libp2p-node.ts';
import { spansOf } from './limits.ts';
import { keyOf, seedOf } from './party.suite.ts';
import { TUNNEL_PROTOCOL } from './tunnel.ts';

/** What multistream-select takes before the handshake, each way: two lines with their lengths. */
export const GREETING_SIZE = 48;

export interface Wiretap {
  readonly port: number;
  /** Bytes by direction, each piece with the number of bytes that had gone the other way before it. */
  readonly toListener: { readonly bytes: Uint8Array; readonly others: number }[];
  readonly toDialer: { readonly bytes: Uint8Array; readonly others: number }[];
  close(): void;
}

const sizeOf = (pieces: readonly { readonly bytes: Uint8Array }[]): number =>
  pieces.reduce((size, { bytes }) => size + bytes.length, 0);

/** Somebody on the path of one connection to `port`, who writes down and may change what goes to the listener. */
export const aWiretap = async (
  port: number,
  change?: (bytes: Uint8Array) => Uint8Array | undefined,
): Promise<Wiretap> => {
  const wiretap = { toListener: [], toDialer: [] } as unknown as Wiretap;
  const sockets: Socket[] = [];
  const server = createServer((dialer) => {
    const listener = connect(port, '127.0.0.1');
    sockets.push(dialer, listener);
    let held: Uint8Array = new Uint8Array(0);
    dialer.on('data', (piece) => {
      wiretap.toListener.push({ bytes: piece, others: sizeOf(wiretap.toDialer) });
      if (change === undefined) return void listener.write(piece);
      held = concat(held, piece);
      const changed = change(held);
      if (changed === undefined) return;
      listener.write(changed);
      held = new Uint8Array(0);
    });
    listener.on('data', (piece) => {
      wiretap.toDialer.push({ bytes: piece, others: sizeOf(wiretap.toListener) });
      dialer.write(piece);
    });
    const end = (): void => {
      dialer.destroy();
      listener.destroy();
    };
    for (const socket of [dialer, listener]) socket.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return Object.assign(wiretap, {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
};

export const portOf = (address: string): number => Number(address.split('/')[4]);

/** Somebody with a key who speaks the protocols by hand. */
export interface Intruder {
  connect(address: string): Promise<Connection>;
  /** The greeting read, and whatever is to follow it sent; answers what came back: nothing, or a level. */
  advertise(connection: Connection, make: (window: bigint) => Promise<Uint8Array>): Promise<number | undefined>;
  /** An advertisement for the listener with key `fill`, or of that node_id. */
  proof(listener: number | Id, window: bigint): Promise<Uint8Array>;
  frames(connection: Connection): Promise<Stream>;
  stop(): Promise<void>;
}

/** With the key of that fill, or of that seed. */
export const anIntruder = async (fill: number | Uint8Array): Promise<Intruder> => {
  const handshakes = await Handshakes.start({ seed: typeof fill === 'number' ? seedOf(fill) : fill });
  const spans = spansOf(30_000);
  const encrypter = new NoisePqEncrypter({
    form: BOUND_FORM,
    handshakes,
    counters: new Counters(),
    limit: spans.handshake,
    secured: () => {},
    blame: () => {},
  });
  const { publicKey } = handshakes;
  const config = { publicKey, listen: [], encrypters: [encrypter], spans, isDenied: () => true };
  const libp2p: Libp2p = await makeLibp2p(config);
  await libp2p.start();
  return {
    connect: (address) => libp2p.dial(multiaddr(address), { force: true }),
    async advertise(connection, make) {
      const stream = await connection.newStream(TUNNEL_PROTOCOL);
      const bytes = byteStream(stream);
      const greeting = TUNNEL_GREETING.decode((await bytes.read({ bytes: 8 })).subarray());
      await bytes.write(await make(greeting.ok ? greeting.value.window : 0n));
      await stream.close();
      const reply = await bytes.read({ bytes: 1 }).catch(() => undefined);
      return reply?.get(0);
    },
    async proof(listener, window) {
      const id = typeof listener === 'number' ? nodeId(keyOf(listener)) : listener;
      const job = { kind: 'prove', listener: id, window, difficulty: undefined, limit: spans.handshake } as const;
      const proof = await handshakes.ask(job);
      if (!proof.ok) throw new Error(proof.error);
      return proof.value;
    },
    frames: (connection) => connection.newStream(FRAMES_PROTOCOL),
    async stop() {
      await libp2p.stop();
      await handshakes.stop();
    },
  };
};
