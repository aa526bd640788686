import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { listenAt } from '#node/devnet/make.ts';
import { type Parting, Wires } from '#node/devnet/wires.ts';
import { atEnd, finalAtRest, finalIn, fourNodes, mustReplay, NODES, PATIENCE } from './faults.suite.ts';

/** Milliseconds without a window by which what was under way has ended, and all in which none closes. */
const AT_REST = 5_000;
const PARTED = 30_000;

test.each<Parting>(['hold', 'cut'])(
  'two and two, parted for 30 s (%s): no window closes, then they do again',
  async (parting) => {
    const wires = await Wires.make(NODES);
    atEnd(() => wires.close());
    const devnet = await fourNodes((from, founders) => {
      wires.aim(founders.map(({ port }) => port));
      const peers = founders.map(({ peerId }, to) => `${listenAt(wires.port(from, to))}/p2p/${peerId}`);
      // One that learned of another way around the wires would take it.
      return { journal: 'on', peers, discover: 'off' };
    });
    await devnet.waitForWindow(4, PATIENCE);
    wires.part([0, 0, 1, 1], parting);
    const { highest } = await finalIn(devnet);
    const before = await finalAtRest(devnet, AT_REST);
    // Only what had been said already: of the window behind that one nobody beyond the wires knew yet.
    expect(before.highest - highest).toBeLessThanOrEqual(1);
    await wait(PARTED - AT_REST);
    expect(await finalIn(devnet)).toEqual(before);
    wires.heal();
    const healedAt = performance.now();
    const times: number[] = [];
    for (const windows of [1, 2, 3]) {
      await devnet.waitForWindow(before.highest + windows, PATIENCE);
      times.push(Math.round(performance.now() - healedAt));
    }
    console.log(`${parting}: window ${before.highest}, the next three final everywhere after ${times.join(', ')} ms`);
    expect(devnet.roots.told(before.highest + 3)).toBe(NODES);
    await mustReplay(devnet);
  },
);
