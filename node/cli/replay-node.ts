import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { faultInWords, JournalReader, KIND_HOST } from '#core/journal/container.ts';
import { troubleInWords } from '#core/journal/difference.ts';
import { HostReplay, type ReplayOptions } from '#core/journal/replay.ts';
import { pieces } from './journals.ts';

const IS_JOURNAL = /^\d{6}\.journal$/;

/** The journals of a live node's processes in the order they ran, where `folder` holds such, or its `journal` does; else none. */
export const nodeJournals = (folder: string): readonly string[] => {
  for (const path of [folder, join(folder, 'journal')]) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) continue;
    const files = readdirSync(path).filter((file) => IS_JOURNAL.test(file));
    if (files.length > 0) return files.sort().map((file) => join(path, file));
  }
  return [];
};

export interface NodeReplay {
  readonly equal: boolean;
  /** A line a journal, and one for each that does not end as it should. */
  readonly lines: readonly string[];
}

/**
 * Feeds a node's journals, one process after another, to the same core. A process that was killed leaves its journal without an end
 * mark, the last block possibly torn; what that held was neither durable nor said. Any other fault is a difference, and so is a
 * missing file.
 */
export const replayNode = (files: readonly string[], options: ReplayOptions): NodeReplay => {
  const host = new HostReplay(options);
  const lines: string[] = [];
  const refuse = (line: string): NodeReplay => ({ equal: false, lines: [...lines, line] });
  for (const [index, file] of files.entries()) {
    const name = basename(file);
    if (Number.parseInt(name, 10) !== index + 1) return refuse(`${name}: the journal before it is missing`);
    if (index > 0) host.follow();
    const reader = new JournalReader();
    for (const piece of pieces(file)) {
      for (const block of reader.push(piece)) {
        const trouble = host.take(block);
        if (trouble !== undefined) return refuse(`${name}: ${host.name} differs: ${troubleInWords(trouble)}`);
      }
      if (reader.kind !== undefined && reader.kind !== KIND_HOST)
        return refuse(`${name}: this is no journal of a host`);
      if (reader.fault !== undefined) break;
    }
    const end = reader.finish();
    const isTorn = end.type === 'damaged' && end.fault.reason === 'Truncated';
    if (end.type === 'damaged' && !isTorn) return refuse(`${name}: ${faultInWords(end.fault)}`);
    const { inputs, effects, digest } = host.tally;
    lines.push(
      `${name}: ${host.name} equal: ${inputs} inputs, ${effects} effects, ${host.windows} windows, digest ${digest}`,
    );
    if (isTorn) lines.push(`${name}: its process was killed: ${faultInWords(end.fault)}; that block is left out`);
    else if (end.type === 'unfinished') lines.push(`${name}: its process was killed after block ${end.blocks}`);
  }
  return { equal: true, lines };
};
