import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { nodeId, peerId } from '#core/crypto/ids.ts';
import { LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import type { Link } from '#node/transport/transport.ts';
import { Dialling } from './dialling.ts';

const keyOf = (n: number): Uint8Array => new Uint8Array(1952).fill(n);
const addressOf = (n: number): string => `/ip4/127.0.0.1/tcp/${8_000 + n}/p2p/${peerId(keyOf(n))}`;

let links = 0;
const linkTo = (n: number, isOutgoing = true): Link => ({
  number: links++,
  nodeId: nodeId(keyOf(n)),
  key: keyOf(n),
  isOutgoing,
  level: LEVEL_NODE,
  address: addressOf(n),
});

/** Dials of a node, by second and peer. `answers` false: nobody is there. */
const scene = (peers: readonly number[], { answers = false, maxOutbound = 24, own = 0, tau1Seconds = 60 } = {}) => {
  const startedAt = performance.now();
  const dials: (readonly [second: number, peer: number])[] = [];
  const failed: number[] = [];
  const dialling = new Dialling(
    { ownPeerId: peerId(keyOf(own)), peers: peers.map(addressOf), maxOutbound, tau1Seconds },
    {
      dial: async (address) => {
        const peer = peers.find((n) => addressOf(n) === address)!;
        dials.push([Math.round((performance.now() - startedAt) / 1_000), peer]);
        if (!answers) throw new Error('nobody there');
        const link = linkTo(peer);
        dialling.opened(link);
        return link;
      },
      failed: (_address, _reason, seconds) => failed.push(seconds),
    },
  );
  dialling.start();
  return { dialling, dials, failed };
};

const seconds = (n: number) => vi.advanceTimersByTimeAsync(n * 1_000);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('dialling', () => {
  test('again after 1, 2, 4 … seconds, 5τ₁ at most', async () => {
    const { dials, failed } = scene([1]);
    await seconds(1_400);
    expect(failed.slice(0, 11)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    expect(dials.map(([at]) => at)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1_111]);
    const quick = scene([1], { tau1Seconds: 1 });
    await seconds(20);
    expect(quick.failed).toEqual([1, 2, 4, 5, 5, 5]);
  });

  test('every peer once, and never itself', async () => {
    const { dials } = scene([1, 2, 1, 0, 3], { answers: true });
    await seconds(1_000);
    expect(dials).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
    ]);
  });

  test('nobody to whom there is a link, whoever dialled it', async () => {
    const { dialling, dials } = scene([1]);
    const incoming = linkTo(1, false);
    dialling.opened(incoming);
    await seconds(100);
    expect(dials).toEqual([[0, 1]]);
    const second = linkTo(1);
    dialling.opened(second);
    dialling.closed(incoming);
    await seconds(100);
    expect(dials).toHaveLength(1);
    dialling.closed(second);
    await seconds(2);
    expect(dials).toHaveLength(2);
  });

  test('soon again after a link that lasted τ₁, later after each that did not', async () => {
    const { dialling, dials } = scene([1], { answers: true });
    const close = () => dialling.closed(linkTo(1));
    for (const wait of [1, 2, 4]) {
      const before = dials.length;
      await seconds(0);
      close();
      await seconds(wait - 0.5);
      expect(dials).toHaveLength(before);
      await seconds(0.5);
      expect(dials).toHaveLength(before + 1);
    }
    await seconds(60);
    close();
    await seconds(1);
    expect(dials).toHaveLength(5);
  });

  test('as many at a time as it may', async () => {
    const { dialling, dials } = scene([1, 2, 3], { answers: true, maxOutbound: 2 });
    await seconds(200);
    expect(dials.map(([, peer]) => peer)).toEqual([1, 2]);
    dialling.closed(linkTo(2));
    await seconds(200);
    expect(dials.map(([, peer]) => peer)).toHaveLength(3);
  });

  test('no more once it is stopped', async () => {
    const { dialling, dials } = scene([1]);
    await seconds(2);
    dialling.stop();
    await seconds(1_000);
    expect(dials).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});
