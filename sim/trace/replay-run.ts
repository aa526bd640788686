import type { Id } from '#core/bytes/bytes.ts';
import { Run, type RunProgress } from '#sim/run/run.ts';
import { BLOCK } from './digest.ts';
import { type EndLine, type RunJournal, RunLines, type WindowLine } from './run-journal.ts';
import { shortId, timeText } from './words.ts';

export interface ReplayRunOptions {
  /** Digest of the present source. */
  readonly source: Id;
  readonly progress?: (view: RunProgress) => void;
}

/** `lines`: what is to be told, for a person. */
export interface ReplayedRun {
  readonly equal: boolean;
  readonly lines: readonly string[];
}

/** What to say before: the source has changed, so a difference may come from that. Undefined: it has not. */
export const sourceWarning = (journal: RunJournal, source: Id): string | undefined =>
  journal.source === source
    ? undefined
    : `recorded with other source (${shortId(journal.source)}, this is ${shortId(source)}): a difference may come from that`;

/** Runs a recorded scenario again and compares window by window; stops at the first difference. */
export const replayRun = (journal: RunJournal, { source, progress }: ReplayRunOptions): ReplayedRun => {
  const warning = sourceWarning(journal, source);
  const warnings = warning === undefined ? [] : [warning];
  const made = new RunLines();
  let window = 0;
  let difference: readonly string[] | undefined;
  const run: Run = new Run(journal.scenario, {
    ...(progress === undefined ? {} : { progress }),
    watch: (_host, notice, at) => {
      if (difference !== undefined) return;
      const line = made.window(run.world, notice, at);
      if (line === undefined) return;
      const recorded = journal.windows[window++];
      if (recorded === undefined) {
        // An interrupted run says nothing of what comes next.
        if (journal.end !== undefined) difference = [`window ${line.window} is final ${timeText(at)}: it was not`];
      } else difference = windowDifference(recorded, line);
    },
  });
  const isDue = (): boolean => journal.end !== undefined || window < journal.windows.length;
  while (isDue() && difference === undefined && run.advance());
  if (difference === undefined && window < journal.windows.length) {
    difference = [
      `window ${window} is not final at the end of the run: it was ${timeText(journal.windows[window]?.at ?? 0)}`,
    ];
  }
  if (difference === undefined && journal.end !== undefined) {
    difference = endDifference(journal.end, made.end(run.world, run.result(0)));
  }
  if (difference !== undefined) return { equal: false, lines: [...warnings, ...difference] };
  const extent = `${journal.windows.length} windows, ${run.world.happenings} happenings`;
  const text =
    journal.end === undefined
      ? `equal up to window ${journal.windows.length - 1}, where the journal ends: the run was interrupted`
      : `equal: ${extent}, trace ${journal.end.digest}`;
  return { equal: true, lines: [...warnings, text] };
};

/** The fields of a window that differ, in words; undefined: none. */
export const windowDifference = (recorded: WindowLine, now: WindowLine): readonly string[] | undefined => {
  const lines: string[] = [];
  if (recorded.at !== now.at) lines.push(`  final: recorded ${timeText(recorded.at)}, now ${timeText(now.at)}`);
  if (recorded.round !== now.round) lines.push(`  round: recorded ${recorded.round}, now ${now.round}`);
  if (recorded.root !== now.root) lines.push(`  state root: recorded ${recorded.root}, now ${now.root}`);
  lines.push(...traceDifference(recorded, now));
  return lines.length === 0 ? undefined : [`window ${recorded.window} differs, ${timeText(recorded.at)}:`, ...lines];
};

const endDifference = (recorded: EndLine, now: EndLine): readonly string[] | undefined => {
  const lines: string[] = [];
  if (recorded.at !== now.at) lines.push(`  time: recorded ${timeText(recorded.at)}, now ${timeText(now.at)}`);
  lines.push(...traceDifference(recorded, now));
  if (recorded.finalWindow !== now.finalWindow) {
    lines.push(`  final everywhere: recorded window ${recorded.finalWindow}, now ${now.finalWindow}`);
  }
  for (const { name, observed } of recorded.properties) {
    const found = now.properties.find((property) => property.name === name)?.observed ?? 'not judged';
    if (found !== observed) lines.push(`  ${name}: recorded ${observed}, now ${found}`);
  }
  return lines.length === 0
    ? undefined
    : [`all windows are equal, the end differs, ${timeText(recorded.at)}:`, ...lines];
};

const traceDifference = (
  recorded: Pick<WindowLine, 'happenings' | 'digest' | 'blocks'>,
  now: Pick<WindowLine, 'happenings' | 'digest' | 'blocks'>,
): readonly string[] => {
  const lines: string[] = [];
  if (recorded.happenings !== now.happenings) {
    lines.push(`  happenings: recorded ${recorded.happenings}, now ${now.happenings}`);
  }
  if (recorded.digest !== now.digest) lines.push(`  trace digest: recorded ${recorded.digest}, now ${now.digest}`);
  const parted = recorded.blocks.findIndex((block, i) => block !== now.blocks[i]);
  if (parted >= 0) {
    const block = (recorded.happenings - (recorded.happenings % BLOCK)) / BLOCK - recorded.blocks.length + parted;
    lines.push(`  the first part of the trace that differs: happenings ${block * BLOCK} to ${(block + 1) * BLOCK - 1}`);
  }
  return lines;
};
