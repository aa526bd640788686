import { randomInt } from 'node:crypto';
import { compareJournals } from '#node/crosscheck/crosscheck.ts';
import type { Devnet } from '#node/devnet/devnet.ts';
import { killByChance } from '#node/devnet/kills.ts';
import { nodeJournals } from './replay-node.ts';

/** Milliseconds a window, or a node that was killed, may take. */
const PATIENCE = 120_000;

/**
 * `montana devnet --kill`: a line for each node that was killed and is back; then all are stopped, and what they wrote down is compared.
 * The exit code. Throws where `signal` ends it.
 */
export const killNodes = async (
  network: Devnet,
  times: number,
  seed = String(randomInt(2 ** 32)),
  signal: AbortSignal,
): Promise<number> => {
  process.stdout.write(`killing ${times} times, seed ${seed}\n`);
  await network.waitForWindow(0, PATIENCE);
  let kill = 0;
  await killByChance(network, {
    ...{ seed, times, patience: PATIENCE, signal },
    tell: ({ node, at, windows, time }) => {
      kill++;
      const where = `window ${at + windows}, ${windows} after its start, ${(time / 1_000).toFixed(1)} s`;
      process.stdout.write(`kill ${String(kill).padStart(3)}  node-${node} is back at ${where}\n`);
    },
  });
  await network.stopAll();
  const { equal, lines } = compareJournals(
    network,
    network.founders.map(({ folder }) => nodeJournals(folder.path)),
  );
  const verdict = equal ? 'every journal replays, and nobody signed twice' : 'the journals do not agree';
  process.stdout.write(`${[...lines, verdict].join('\n')}\n`);
  return equal ? 0 : 1;
};
