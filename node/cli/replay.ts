import { existsSync, statSync } from 'node:fs';
import { troubleInWords } from '#core/journal/difference.ts';
import { HostReplay } from '#core/journal/replay.ts';
import { nodeFolder } from '#node/config/folder.ts';
import { JournalError } from '#sim/trace/blocks.ts';
import { verifierOf } from '#sim/trace/host-journal.ts';
import { replayRun } from '#sim/trace/replay-run.ts';
import { readRunJournal } from '#sim/trace/run-journal.ts';
import { hostBlocks, inspect, journalFile, pieces } from './journals.ts';
import { nodeJournals, replayNode } from './replay-node.ts';
import { sourceDigest } from './source.ts';
import { UsageError } from './usage.ts';

/** Milliseconds between two lines of progress. */
const PAUSE = 1_000;

/** `montana replay <journal>`: exit code 0 where all is equal, 1 where something differs or the file is damaged. */
export const replay = async (path: string): Promise<number> => {
  const journals = nodeJournals(path);
  if (journals.length > 0) return replayOfNode(journals);
  if (existsSync(nodeFolder(path).config)) {
    throw new UsageError(`${path}: this node kept no journal; see the key journal in its montana.yaml`);
  }
  const file = journalFile(path);
  try {
    // Every block is checked before anything is replayed.
    return inspect(file) === 'host' ? replayHost(file) : await replayOfRun(file);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    process.stderr.write(`${file}: ${error.message}; refused\n`);
    return 1;
  }
};

/** A live node: the journals of its processes, one after another. */
const replayOfNode = (files: readonly string[]): number => {
  const { equal, lines } = replayNode(files, { verifier: verifierOf });
  process.stdout.write(`${lines.join('\n')}\n`);
  return equal ? 0 : 1;
};

const replayHost = (file: string): number => {
  const { size } = statSync(file);
  const host = new HostReplay({ verifier: verifierOf });
  let told = performance.now();
  for (const block of hostBlocks(file)) {
    const trouble = host.take(block);
    if (trouble !== undefined) {
      process.stdout.write(`${file}: ${host.name} differs: ${troubleInWords(trouble)}\n`);
      return 1;
    }
    if (performance.now() - told < PAUSE) continue;
    told = performance.now();
    const percent = Math.floor((100 * block.offset) / size);
    process.stderr.write(`${percent} %: ${host.tally.inputs} inputs, ${host.windows} windows\n`);
  }
  const { inputs, effects, digest } = host.tally;
  process.stdout.write(
    `${file}: ${host.name} equal: ${inputs} inputs, ${effects} effects, ${host.windows} windows, digest ${digest}\n`,
  );
  return 0;
};

const replayOfRun = async (file: string): Promise<number> => {
  let told = performance.now();
  const { equal, lines } = replayRun(readRunJournal(pieces(file)), {
    source: await sourceDigest(),
    progress: ({ window, windows }) => {
      if (performance.now() - told < PAUSE) return;
      told = performance.now();
      process.stderr.write(`window ${window} of ${windows}\n`);
    },
  });
  process.stdout.write(`${lines.map((line) => `${file}: ${line}`).join('\n')}\n`);
  return equal ? 0 : 1;
};
