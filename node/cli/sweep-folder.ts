import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isSweepAsExpected, type Results, resultsOf } from '#sim/campaign/aggregate.ts';
import { type Definition, definitionSchema, firstDifference } from '#sim/campaign/definition.ts';
import { countRuns, isInShard, plannedRun } from '#sim/campaign/grid.ts';
import { csvText, jsonText, tableText } from '#sim/campaign/tables.ts';
import { type RunResult, runResultSchema } from '#sim/run/result.ts';
import { makeFolder } from './folder.ts';
import { UsageError } from './usage.ts';

/** What a sweep is; written before its first run. */
const DEFINITION = 'sweep.json';
/** One finished run a line, each on the disk before the run counts. */
const RUNS = 'runs.jsonl';

const lineSchema = z.strictObject({ run: z.int().min(0), result: runResultSchema });

/** A sweep as a folder holds it. */
export interface StoredSweep {
  readonly definition: Definition;
  /** Results by number of the run. */
  readonly finished: Map<number, RunResult>;
}

export const holdsSweep = (folder: string): boolean => existsSync(join(folder, DEFINITION));

/** Reads what a folder is a sweep of. Throws `UsageError`. */
export const readDefinition = (folder: string): Definition => {
  const path = join(folder, DEFINITION);
  if (!existsSync(path)) throw new UsageError(`${folder}: holds no ${DEFINITION}, so it is no folder of a sweep`);
  const { data: definition } = definitionSchema.safeParse(parse(readFileSync(path, 'utf8')));
  if (definition !== undefined) return definition;
  throw new UsageError(`${path}: is not what this version writes; sweep into another folder`);
};

/** Results by number of the run. A torn last line, which a kill or a full disk leaves behind, is left out and told. */
export const readFinished = (
  folder: string,
  definition: Definition,
  tell: (note: string) => void,
): Map<number, RunResult> => readRuns(folder, definition, tell).finished;

/** Both. */
export const readSweep = (folder: string, tell: (note: string) => void): StoredSweep => {
  const definition = readDefinition(folder);
  return { definition, finished: readFinished(folder, definition, tell) };
};

/** The runs of a folder, and how many bytes of the file hold them. */
const readRuns = (
  folder: string,
  definition: Definition,
  tell: (note: string) => void,
): { readonly finished: Map<number, RunResult>; readonly bytes: number } => {
  const path = join(folder, RUNS);
  const finished = new Map<number, RunResult>();
  const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  let bytes = 0;
  for (let number = 1; bytes < content.length; number++) {
    const end = content.indexOf(0x0a, bytes);
    const line = end < 0 ? undefined : readLine(content.toString('utf8', bytes, end), definition);
    if (line === undefined) {
      if (end >= 0 && end + 1 < content.length) {
        throw new UsageError(`${path}: line ${number} is no run of this sweep; delete the line to make the run again`);
      }
      tell(`${path}: line ${number} is torn and left out: its run counts as not made`);
      break;
    }
    const before = finished.get(line.run);
    if (before !== undefined) checkEqual(before, line.result, `${path}: line ${number}`);
    finished.set(line.run, line.result);
    bytes = end + 1;
  }
  return { finished, bytes };
};

const readLine = (text: string, definition: Definition): z.infer<typeof lineSchema> | undefined => {
  const { data } = lineSchema.safeParse(parse(text));
  const isOwn =
    data !== undefined &&
    data.run < countRuns(definition) &&
    isInShard(data.run, definition.shard) &&
    data.result.seed === String(plannedRun(definition, data.run).seed);
  return isOwn ? data : undefined;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Two results of one run must be the same but for the time the machine took. */
export const checkEqual = (a: RunResult, b: RunResult, where: string): void => {
  const difference = firstDifference({ ...a, seconds: 0 }, { ...b, seconds: 0 });
  if (difference === undefined) return;
  const { path } = difference;
  throw new UsageError(`${where}: the run with seed ${a.seed} was made twice and differs in ${path}: ${a.reproduce}`);
};

/** Throws `UsageError` naming the first field in which the sweep of `folder` is another than the one that is wanted. */
export const checkSame = (folder: string, held: Definition, wanted: Definition, advice: string): void => {
  const difference = firstDifference(held, wanted);
  if (difference === undefined) return;
  const { path, a, b } = difference;
  const what =
    path === 'source'
      ? 'was made by other code of core and sim'
      : path === 'scenarios'
        ? 'was made from another text of the scenario'
        : `is another sweep: ${path} is ${shown(a)} there, ${shown(b)} here`;
  throw new UsageError(`${folder}: ${what}; ${advice}`);
};

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

/** A folder that a sweep writes to. */
export class SweepFolder {
  readonly path: string;
  readonly definition: Definition;
  readonly finished: Map<number, RunResult>;
  readonly #file: number;

  private constructor(path: string, definition: Definition, finished: Map<number, RunResult>, file: number) {
    this.path = path;
    this.definition = definition;
    this.finished = finished;
    this.#file = file;
  }

  /** Begins a sweep, or takes up the one that the folder holds if it is the same. Throws `UsageError`. */
  static async open(path: string, definition: Definition, tell: (note: string) => void): Promise<SweepFolder> {
    await makeFolder(path);
    if (holdsSweep(path)) {
      checkSame(path, readDefinition(path), definition, 'take another --out');
    } else {
      if (existsSync(join(path, RUNS)))
        throw new UsageError(`${path}: holds ${RUNS} without ${DEFINITION}; take another --out`);
      writeWhole(join(path, DEFINITION), `${JSON.stringify(definition, undefined, 2)}\n`);
    }
    const { finished, bytes } = readRuns(path, definition, tell);
    const file = openSync(join(path, RUNS), 'a');
    ftruncateSync(file, bytes);
    return new SweepFolder(path, definition, finished, file);
  }

  /** A run is finished: on the disk when this returns. */
  add(run: number, result: RunResult): void {
    writeAll(this.#file, lineOf(run, result));
    fsyncSync(this.#file);
    this.finished.set(run, result);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Writes a whole sweep, runs by number: what a merge makes. */
export const writeSweep = async (path: string, { definition, finished }: StoredSweep): Promise<void> => {
  await makeFolder(path);
  const runs = [...finished].sort(([a], [b]) => a - b);
  writeWhole(join(path, DEFINITION), `${JSON.stringify(definition, undefined, 2)}\n`);
  writeWhole(join(path, RUNS), runs.map(([run, result]) => lineOf(run, result)).join(''));
};

/** Writes the tables of a sweep beside it, prints the one for a person, and returns the exit code. */
export const tellResults = (path: string, { definition, finished }: StoredSweep): number => {
  const results: Results = resultsOf(definition, finished);
  const table = tableText(results);
  writeWhole(join(path, 'table.txt'), table);
  writeWhole(join(path, 'results.csv'), csvText(results));
  writeWhole(join(path, 'results.json'), jsonText(results));
  process.stdout.write(table);
  return isSweepAsExpected(results) ? 0 : 1;
};

/** A line on stderr. */
export const tell = (note: string): void => {
  process.stderr.write(`montana: ${note}\n`);
};

const lineOf = (run: number, result: RunResult): string => `${JSON.stringify({ run, result })}\n`;

const writeAll = (file: number, text: string): void => {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
};

/** A file is there as a whole, or as it was before: also after a kill. */
const writeWhole = (path: string, text: string): void => {
  const file = openSync(`${path}.new`, 'w');
  writeAll(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
};
