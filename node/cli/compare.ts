import { type Comparison, compareRuns } from '#sim/trace/compare.ts';
import { compareHosts } from '#sim/trace/compare-hosts.ts';
import { runsAgain } from './again.ts';
import { hostBlocks, inspect, journalFile, named, openRunJournal } from './journals.ts';
import { sourceDigest } from './source.ts';
import { UsageError } from './usage.ts';

/** `montana compare <a> <b>`: two runs, or two hosts. Exit code 0 where they are equal, 1 where they differ. */
export const compare = async (a: string, b: string): Promise<number> => {
  const files = [journalFile(a), journalFile(b)] as const;
  const kinds = files.map((file) => named(file, () => inspect(file)));
  if (kinds[0] !== kinds[1]) {
    throw new UsageError(`${a} is the journal of a ${kinds[0]}, ${b} of a ${kinds[1]}: compare two runs, or two hosts`);
  }
  if (kinds[0] === 'run') return told(await comparisonOfRuns(...files));
  process.stdout.write(`a: ${a}\nb: ${b}\n`);
  return told(named(files.join(' and '), () => compareHosts(hostBlocks(files[0]), hostBlocks(files[1]))));
};

const comparisonOfRuns = async (a: string, b: string): Promise<Comparison> => {
  const runs = [openRunJournal(a), openRunJournal(b)] as const;
  const shown = runs.map(({ scenario }) => `${scenario.title}, seed ${scenario.seed}`);
  process.stdout.write(`a: ${a}  ${shown[0]}\nb: ${b}  ${shown[1]}\n`);
  const source = await sourceDigest();
  return compareRuns(...runs, { source, progress: { a: runsAgain('a'), b: runsAgain('b') } });
};

const told = ({ equal, lines }: Comparison): number => {
  process.stdout.write(`${lines.join('\n')}\n`);
  return equal ? 0 : 1;
};
