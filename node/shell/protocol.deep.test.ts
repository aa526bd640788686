import { afterEach, describe, expect, it } from 'vitest';
import { nodeJournals, replayNode } from '#node/cli/replay-node.ts';
import { LiveNet } from './net.suite.ts';
import { liveSuite } from './suite.ts';

let four: LiveNet;

afterEach(() => four.close());

describe('four live protocols', () => {
  it('close windows with equal roots; one that was killed returns from its store, and its journals replay', async () => {
    four = new LiveNet(4, 100_000, { timers: 'patient' });
    for (const index of [0, 1, 2, 3]) await four.start(index, { journal: index === 3 });
    await four.until(() => four.seats.every(({ finals }) => finals.has(4)));
    await four.kill(3);
    const at = Math.max(...four.seat(3).finals.keys());
    await four.until(() => four.seat(0).finals.has(at + 3));
    await four.start(3, { journal: true });
    await four.until(() => four.seat(3).finals.has(at + 5));
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
