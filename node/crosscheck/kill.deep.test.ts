import { expect, test } from 'vitest';
import { killByChance, type Return } from '#node/devnet/kills.ts';
import { finalIn, fourNodes, mustReplay, PATIENCE } from './faults.suite.ts';

const SEED = 'kill -9';
/** `montana devnet --kill 20` is the longer one. */
const TIMES = 8;

/** Windows a node may need to return. */
const MOST_WINDOWS = 3;

const spread = (numbers: readonly number[]): string => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return `${sorted[0]} / ${sorted[sorted.length >> 1]} / ${sorted.at(-1)}`;
};

test('a node by chance is killed, again and again: it returns within 3 windows, and never signs twice', async () => {
  const devnet = await fourNodes();
  await devnet.waitForWindow(2, PATIENCE);
  const returns = await killByChance(devnet, { seed: SEED, times: TIMES, patience: PATIENCE });
  const figure = (name: 'windows' | 'time'): string => spread(returns.map((back: Return) => back[name]));
  console.log(`seed ${SEED}: windows to return ${figure('windows')}, milliseconds ${figure('time')}`);
  expect(returns.length).toBe(TIMES);
  expect(returns.filter(({ windows }) => windows > MOST_WINDOWS)).toEqual([]);
  const { highest } = await finalIn(devnet);
  await devnet.waitForWindow(highest + 3, PATIENCE);
  await mustReplay(devnet);
});

test('all nodes are killed at once: they go on from the last final window', async () => {
  const devnet = await fourNodes();
  await devnet.waitForWindow(4, PATIENCE);
  const before = await finalIn(devnet);
  await Promise.all(devnet.founders.map((_, index) => devnet.kill(index)));
  await devnet.startAll();
  const after = await finalIn(devnet);
  expect(after.lowest).toBeGreaterThanOrEqual(before.lowest);
  await devnet.waitForWindow(after.highest + 3, PATIENCE);
  // What a process made final shortly before its end it may have told nobody: its journal knows.
  const closed = await mustReplay(devnet);
  for (let window = 0; window <= after.highest + 3; window++) {
    const roots = closed.map((windows) => windows.find((one) => one.window === window)?.stateRoot);
    expect([window, roots]).toEqual([window, closed.map(() => expect.stringMatching(/^[0-9a-f]{64}$/))]);
    expect([window, ...new Set(roots)]).toEqual([window, roots[0]]);
  }
});
