import type { CatchUp } from '#core/sync/progress.ts';
import type { CatchUpStatus } from '#node/api/schemas.ts';

/** Windows that a node at the head may be behind what it heard. */
const MOST_BEHIND = 2;

/** Milliseconds between two lines about the same phase. */
const PAUSE = 10_000;

/** Progress with the peer by its id. */
export type Progress = Pick<CatchUp, 'phase' | 'done' | 'total'> & { readonly peer: string | null };

/** How far a node is on its way to the others, as its operator is told (06 §7). */
export class CatchUpReport {
  /** Of a snapshot that is under way. */
  #snapshot: Progress | undefined;
  #advice: string | null = null;
  #lastLine: { readonly phase: string; readonly at: number } | undefined;

  /** Whether it is worth a line: a phase begins, or lasts. */
  told(progress: Progress, now = performance.now()): boolean {
    this.#snapshot = progress.phase === 'archive' ? undefined : progress;
    const last = this.#lastLine;
    if (last !== undefined && last.phase === progress.phase && now - last.at < PAUSE) return false;
    this.#lastLine = { phase: progress.phase, at: now };
    return true;
  }

  /** Whether it is new. */
  advised(text: string): boolean {
    const isNew = this.#advice !== text;
    this.#advice = text;
    return isNew;
  }

  /** A snapshot is the state, or a window became final without one. */
  moved(): void {
    this.#snapshot = undefined;
    this.#advice = null;
  }

  /** `finalWindow`: the last one here, `heard`: of others, as they say. Null: the node is at the head, as far as it knows. */
  status(finalWindow: number, heard: number | undefined): CatchUpStatus | null {
    const behind = windowsBehind(finalWindow, heard);
    if (behind === 0) {
      this.#lastLine = undefined;
      return null;
    }
    const windows = { phase: 'archive', done: finalWindow + 1, total: finalWindow + 1 + behind, peer: null } as const;
    return { ...(this.#snapshot ?? windows), advice: this.#advice };
  }
}

/** Windows that this node is behind; 0 at the head. */
export const windowsBehind = (finalWindow: number, heard: number | undefined): number => {
  const behind = heard === undefined ? 0 : heard - finalWindow;
  return behind > MOST_BEHIND ? behind : 0;
};

const WORDS: Readonly<Record<CatchUp['phase'], string>> = {
  archive: 'windows',
  chunks: 'chunks of a snapshot',
  side: 'archive entries behind the snapshot',
  measure: 'difficulties measured',
};

/** For a person, in one line. */
export const catchUpText = ({ phase, done, total, peer }: Progress): string =>
  `${WORDS[phase]}: ${done} of ${total === 0 ? 'an unknown number' : total}${peer === null ? '' : `, from ${peer}`}`;
