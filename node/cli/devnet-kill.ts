import { randomInt } from 'node:crypto';
import seedrandom from 'seedrandom';
import { compareJournals } from '#node/crosscheck/crosscheck.ts';
import type { Devnet } from '#node/devnet/devnet.ts';
import { killByChance, type Return } from '#node/devnet/kills.ts';
import { lookThrough } from '#node/devnet/whole-folder.ts';
import { KILLS_OF_NEWCOMER, Work } from '#node/devnet/work.ts';
import { nodeJournals } from './replay-node.ts';

/** With `--work` a newcomer joins after so many kills, until so many have. */
const KILLS_A_NEWCOMER = 50;
const MOST_NEWCOMERS = 3;

/** Milliseconds a window, or a node that was killed, may take. */
const PATIENCE = 120_000;

export interface KillOptions {
  readonly dir: string;
  readonly times: number;
  /** By default another one each time. */
  readonly seed?: string | undefined;
  /** With owners and requests, and newcomers. */
  readonly work: boolean;
  readonly signal: AbortSignal;
}

/**
 * `montana devnet --kill`: a line for each node that was killed and is back; then all are stopped, and what they wrote down is compared.
 * The exit code. Throws where `signal` ends it.
 */
export const killNodes = async (
  network: Devnet,
  { dir, times, work, signal, ...rest }: KillOptions,
): Promise<number> => {
  const { seed = String(randomInt(2 ** 32)) } = rest;
  process.stdout.write(`killing ${times} times, seed ${seed}\n`);
  await network.waitForWindow(0, PATIENCE);
  const working = work ? await Work.begin(network, { dir, seed, patience: PATIENCE, signal }) : undefined;
  const random = seedrandom(`${seed}/newcomers`);
  // A newcomer after each part but the last.
  const newcomers = working === undefined ? 0 : Math.min(MOST_NEWCOMERS, Math.ceil(times / KILLS_A_NEWCOMER));
  let kill = 0;
  const tell = (line: string): void => {
    process.stdout.write(`kill ${String(kill).padStart(3)}  ${line}\n`);
  };
  for (let part = 0; part <= newcomers; part++) {
    const upTo = Math.floor((times * (part + 1)) / (newcomers + 1)) - (part < newcomers ? KILLS_OF_NEWCOMER : 0);
    const among = working?.running ?? [...network.nodes.keys()];
    while (kill < upTo) {
      const once = { seed: `${seed}/${kill}`, times: 1, patience: PATIENCE, among, signal };
      const [back] = await killByChance(network, once);
      const { node, at, windows, time } = back as Return;
      kill++;
      working?.check();
      const where = `window ${at + windows}, ${windows} after its start, ${(time / 1_000).toFixed(1)} s`;
      tell(`node-${node} is back at ${where}`);
      // That it goes on with all of them is part of coming back.
      await network.waitForWindow(at + windows + 1, PATIENCE, among);
    }
    if (working === undefined || part === newcomers) continue;
    const newcomer = await working.join(random, signal);
    kill += KILLS_OF_NEWCOMER;
    tell(`node-${newcomer} has joined, killed ${KILLS_OF_NEWCOMER} times on the way`);
  }
  const done = await working?.end();
  await network.stopAll();
  const { equal, lines } = compareJournals(
    network,
    network.nodes.map(({ folder }) => nodeJournals(folder.path)),
    working?.owners.map(({ account }) => account),
  );
  const verdict = equal ? 'every journal replays, and nobody signed twice' : 'the journals do not agree';
  process.stdout.write(`${[...lines, verdict].join('\n')}\n`);
  if (done === undefined) return equal ? 0 : 1;
  const faults = [...done.faults];
  for (const [index, node] of network.nodes.entries()) {
    const found = await lookThrough(node, network.genesis);
    faults.push(...found.faults);
    const way = found.entries <= found.window ? ', which began with a snapshot' : '';
    process.stdout.write(`node-${index}  store and files looked through, window ${found.window}${way}\n`);
  }
  process.stdout.write(`${[...done.lines, ...faults, faults.length === 0 ? 'nothing is lost' : ''].join('\n')}\n`);
  return equal && faults.length === 0 ? 0 : 1;
};
