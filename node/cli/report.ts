import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resultsOf } from '#sim/campaign/aggregate.ts';
import { runReport } from '#sim/report/run-report.ts';
import { sweepReport } from '#sim/report/sweep-report.ts';
import { runResultSchema } from '#sim/run/result.ts';
import { suggestion } from '#sim/run/settings.ts';
import { openRunJournal, RUN_JOURNAL } from './journals.ts';
import { sweepCommand } from './sweep.ts';
import { holdsSweep, readSweep, tell } from './sweep-folder.ts';
import { UsageError } from './usage.ts';

export interface ReportOptions {
  readonly metric: readonly string[];
}

/** `montana report <dir>`: writes <dir>/report.html and prints its path. */
export const report = async (folder: string, options: ReportOptions): Promise<void> => {
  const page = holdsSweep(folder) ? ofSweep(folder, options) : await ofRun(folder, options);
  const path = join(folder, 'report.html');
  await writeFile(path, page);
  process.stdout.write(`${path}\n`);
};

const ofSweep = (folder: string, options: ReportOptions): string => {
  const { definition, finished } = readSweep(folder, tell);
  const metrics = options.metric.flatMap((names) => names.split(','));
  const known = Object.keys(resultsOf(definition, finished).metrics);
  if (known.length === 0) throw new UsageError(`${folder}: no run of the sweep is finished yet`);
  const unknown = metrics.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--metric ${unknown}: no run has it${suggestion(unknown, known)}; it is one of ${known.join(', ')}`,
    );
  }
  const reproduce = sweepCommand(definition);
  return sweepReport(definition, finished, metrics.length === 0 ? { reproduce } : { reproduce, metrics });
};

const ofRun = async (folder: string, { metric }: ReportOptions): Promise<string> => {
  const path = join(folder, 'result.json');
  if (!existsSync(path)) {
    throw new UsageError(
      `${folder}: holds neither a run nor a sweep; \`montana run\` and \`montana sweep\` with --out make one`,
    );
  }
  if (metric.length > 0) throw new UsageError('--metric: only for a sweep; the report of a run shows all metrics');
  const { data: result } = runResultSchema.safeParse(parse(await readFile(path, 'utf8')));
  if (result === undefined) throw new UsageError(`${path}: is no result of this version; make the run again`);
  const hasJournal = existsSync(join(folder, RUN_JOURNAL));
  return runReport(result, hasJournal ? await openRunJournal(join(folder, RUN_JOURNAL)) : undefined);
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
