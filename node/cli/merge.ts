import type { Definition } from '#sim/campaign/definition.ts';
import type { RunResult } from '#sim/run/result.ts';
import {
  checkEqual,
  checkSame,
  holdsSweep,
  readDefinition,
  readFinished,
  tell,
  tellResults,
  writeSweep,
} from './sweep-folder.ts';
import { UsageError } from './usage.ts';

/** `montana merge <dir>… --out <dir>`: one sweep out of its shards; returns the exit code. */
export const merge = async (folders: readonly string[], { out }: { readonly out: string }): Promise<number> => {
  const finished = new Map<number, RunResult>();
  let definition: Definition | undefined;
  // What stands in `out` already is one of those merged: nothing is lost, and the command can be repeated.
  for (const folder of holdsSweep(out) ? [...folders, out] : folders) {
    const held = readDefinition(folder);
    const whole = wholeOf(held);
    definition ??= whole;
    checkSame(folder, whole, definition, `only sweeps that are the same as ${folders[0]} go together`);
    for (const [run, result] of readFinished(folder, held, tell)) {
      const before = finished.get(run);
      if (before !== undefined) checkEqual(before, result, folder);
      finished.set(run, result);
    }
  }
  if (definition === undefined) throw new UsageError('name the folders to merge');
  await writeSweep(out, { definition, finished });
  return tellResults(out, { definition, finished });
};

/** The sweep that a shard is part of. */
const wholeOf = (definition: Definition): Definition => ({ ...definition, shard: { index: 1, of: 1 } });
