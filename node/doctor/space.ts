import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Status } from '#node/api/schemas.ts';
import type { StoreReport } from '#node/store/check-store.ts';
import { bytesIn } from '#node/store/store-files.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** What the disk holds, in bytes. */
export interface Space {
  readonly free: number;
  /** What is final, and a snapshot that is put together. */
  readonly store: number;
  /** What the running node's process records in its journal; 0: nothing. */
  readonly journal: number;
}

const DAY = 86_400;

/** A node that cannot write a window stops. */
const LEAST = 256 * 2 ** 20;
const SCARCE_DAYS = 30;
const LAST_DAYS = 2;

/** What the archive of a store has, and takes of it. */
export type Kept = Pick<StoreReport, 'entries' | 'archiveBytes'>;

/**
 * How long the disk lasts, by what a window takes of it and by how many windows this node sees a day: no clock of others is asked. The
 * archive is of the windows that are kept, which after a snapshot are few; the state is of all that ever were. `kept`: undefined where
 * the store could not be looked at.
 */
export const spaceFinding = (space: Space, status: Status | undefined, kept: Kept | undefined): Finding => {
  const about = 'disk';
  const left = `${sizeText(space.free)} free, store ${sizeText(space.store)}`;
  const advice = 'make room, or move the stopped node to a larger disk';
  if (space.free < LEAST) return fail(about, left, advice);
  const seconds = status?.windowSeconds ?? null;
  if (status === undefined || seconds === null || kept === undefined || kept.entries === 0) {
    return ok(about, `${left}; growth is known when a node has run at the head for some windows`);
  }
  const state = Math.max(0, space.store - kept.archiveBytes) / (status.standing.finalWindow + 1);
  const perWindow = kept.archiveBytes / kept.entries + state + space.journal / status.counters.finalWindows;
  const perDay = (perWindow * DAY) / Math.max(seconds, Number.EPSILON);
  const days = Math.floor(space.free / Math.max(perDay, 1));
  // What is older than the archive is cleared away again: a store grows less than this.
  const what = `${left}, at most ${sizeText(perDay)} more a day: enough for ${days > MANY_DAYS ? `over ${MANY_DAYS}` : days} days`;
  if (days < LAST_DAYS) return fail(about, what, advice);
  return days < SCARCE_DAYS
    ? warn(about, what, space.journal > 0 ? `${advice}; journal: off saves most of it` : advice)
    : ok(about, what);
};

const MANY_DAYS = 3_650;

export const sizeText = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [size, unit] = [bytes, 0];
  for (; size >= 1_000 && unit < units.length - 1; unit++) size /= 1_000;
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
};

/** Looks at the disk of a node's folder. */
export const spaceOf = (path: string, isJournalOn: boolean): Space => {
  const { bavail, bsize } = statfsSync(path);
  return {
    free: bavail * bsize,
    store: bytesIn(path),
    journal: isJournalOn ? lastJournal(path) : 0,
  };
};

/** The file that the running process writes is the one that was changed last. */
const lastJournal = (path: string): number => {
  const folder = join(path, 'journal');
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return 0;
  const files = readdirSync(folder).map((name) => statSync(join(folder, name)));
  return files.sort((a, b) => b.mtimeMs - a.mtimeMs)[0]?.size ?? 0;
};
