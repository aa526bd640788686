import { describe, expect, it } from 'vitest';
import { MemoryBase } from '../state/memory-base.ts';
import { step, testSettled } from '../transition/network.suite.ts';
import { Assembly } from './assembly.ts';
import { SERVE_ERRORS, serveSnapshot } from './serve.ts';

const genesis = testSettled();
const first = step(genesis);
const second = step(first.settled);
const anchors = [first.settled, second.settled];

describe('serving a snapshot', () => {
  it('gives the state of exactly the anchor window: it verifies against that header and no other', () => {
    for (const [anchor, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const served = serveSnapshot(anchors, BigInt(anchor.settled.window), 0n);
      if (!served.ok) throw new Error(served.error);
      const assembly = new Assembly(new MemoryBase());
      for (const chunk of served.value) expect(assembly.offer(chunk, 1)).toEqual({ ok: true });
      expect(assembly.verify(other.header)).toMatchObject({ ok: false, error: 'StateRootMismatch' });
      const verified = assembly.verify(anchor.header);
      expect(verified.ok && verified.state.stateRoot()).toBe(anchor.header.stateRoot);
    }
  });

  it('resumes at any chunk, and has nothing behind the last', () => {
    const indexes = (offset: bigint): unknown => {
      const served = serveSnapshot(anchors, 1n, offset);
      return served.ok ? Array.from(served.value, ({ chunkIndex }) => chunkIndex) : served.error;
    };
    expect(indexes(0n)).toEqual([0, 1]);
    expect(indexes(1n)).toEqual([1]);
    expect(indexes(2n)).toBe('SnapshotUnavailable');
    expect(indexes(2n ** 64n - 1n)).toBe('SnapshotUnavailable');
  });

  it('has error 1 for a window that is not kept, however near', () => {
    for (const window of [2n, 5n, 2n ** 64n - 1n]) {
      expect(serveSnapshot(anchors, window, 0n)).toEqual({ ok: false, error: 'SnapshotUnavailable' });
    }
    expect(SERVE_ERRORS.SnapshotUnavailable).toBe(1);
  });

  it('has error 2 for more records than anybody accepts', () => {
    const records = [...second.settled.state.accounts(), ...second.settled.state.nodes()].length;
    expect(serveSnapshot(anchors, 1n, 0n, records).ok).toBe(true);
    expect(serveSnapshot(anchors, 1n, 0n, records - 1)).toEqual({ ok: false, error: 'SnapshotTooLarge' });
    expect(SERVE_ERRORS.SnapshotTooLarge).toBe(2);
  });
});
