import { afterEach, describe, expect, it } from 'vitest';
import { nodeJournals, replayNode } from '#node/cli/replay-node.ts';
import { anchorOf, LiveNet } from './net.suite.ts';
import { struckBy } from './strikes.suite.ts';
import { liveSuite } from './suite.ts';

/** Rounds last shares of it: with much less, four threads on a busy or a very fast machine go from round to round and close no window. */
const D0 = 400_000;

let net: LiveNet;

afterEach(() => net.close());

describe('four live protocols', () => {
  it('close windows with equal roots; one that was killed returns from its store, and its journals replay', async () => {
    const four = new LiveNet(4, D0, { timers: 'patient' });
    net = four;
    // The one that is killed is a process, as a node is.
    for (const index of [0, 1, 2]) await four.start(index);
    await four.start(3, { journal: true }, struckBy());
    await four.until(() => four.seats.every((_, index) => four.head(index) >= 4));
    await four.kill(3);
    const at = four.head(3);
    await four.until(() => four.head(0) >= at + 3);
    await four.start(3, { journal: true }, struckBy());
    await four.until(() => four.head(3) >= at + 5);
    for (const { finals } of four.seats.slice(1)) {
      for (const [window, root] of finals)
        expect([window, four.seat(0).finals.get(window) ?? root]).toEqual([window, root]);
    }
    await four.protocol(3).stop();
    const journals = replayNode(nodeJournals(four.seat(3).folder), { verifier: () => liveSuite().verify });
    expect(journals.lines.filter((line) => line.includes(' equal: ')).length).toBe(2);
    expect(journals.equal).toBe(true);
    expect(four.seats.map(({ stopped }) => stopped)).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('three live protocols', () => {
  it('an operation goes over a stem first: one link has it from its author alone, and it settles', async () => {
    net = new LiveNet(3, D0, { stem: true });
    for (const index of [0, 1, 2]) await net.start(index);
    await net.until(() => net.seats.every(({ finals }) => finals.size > 0));
    const operation = anchorOf(2);
    const carrying = net.carrying(operation.bytes);
    net.protocol(2).submit(operation.bytes);
    await net.until(() => net.seat(2).confirmed.length > 0);
    expect(net.seat(2).confirmed).toEqual([operation.id]);
    const [first] = carrying;
    expect(first).toMatchObject({ from: 2, onStem: true });
    // Who has it from the author otherwise has it by gossip, after a hop spread it.
    const spread = carrying.findIndex(({ onStem }) => !onStem);
    expect(carrying.slice(0, spread).filter(({ from }) => from === 2)).toHaveLength(1);
    expect(carrying[spread]?.from).not.toBe(2);
  });
});
