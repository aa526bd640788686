import { KIND_HOST, KIND_RUN } from '#core/journal/container.ts';
import { type Comparison, compareRuns } from '#sim/trace/compare.ts';
import { compareHosts } from '#sim/trace/compare-hosts.ts';
import { runsAgain } from './again.ts';
import { blocksOf, journalFile, kindOf, named, openRunJournal } from './journals.ts';
import { sourceDigest } from './source.ts';
import { UsageError } from './usage.ts';

/** `montana compare <a> <b>`: two runs, or two hosts. Exit code 0 where they are equal, 1 where they differ. */
export const compare = async (a: string, b: string): Promise<number> => {
  const files = [journalFile(a), journalFile(b)] as const;
  const kinds = files.map(kindOf);
  if (kinds[0] !== kinds[1]) throw new UsageError(`${a} and ${b}: compare two runs, or two hosts`);
  if (kinds[0] === KIND_RUN) return told(await comparisonOfRuns(...files));
  if (kinds[0] !== KIND_HOST) throw new UsageError(`${a}: a journal of an unknown kind, ${kinds[0]}`);
  process.stdout.write(`a: ${a}\nb: ${b}\n`);
  return told(named(files.join(' and '), () => compareHosts(blocksOf(files[0]), blocksOf(files[1]))));
};

const comparisonOfRuns = async (a: string, b: string): Promise<Comparison> => {
  const runs = [await openRunJournal(a), await openRunJournal(b)] as const;
  const shown = runs.map(({ scenario }) => `${scenario.title}, seed ${scenario.seed}`);
  process.stdout.write(`a: ${a}  ${shown[0]}\nb: ${b}  ${shown[1]}\n`);
  const source = await sourceDigest();
  return compareRuns(...runs, { source, progress: { a: runsAgain('a'), b: runsAgain('b') } });
};

const told = ({ equal, lines }: Comparison): number => {
  process.stdout.write(`${lines.join('\n')}\n`);
  return equal ? 0 : 1;
};
