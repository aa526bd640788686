import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes what happened to the names in a folder durable, where the system can. */
export const syncFolder = (path: string): void => {
  if (process.platform === 'win32') return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/** Modes of a new file: readable by its owner alone from its first byte on, or by whom the system lets read new files. */
const OWN = 0o600;
export const SHARED = 0o666;

/** Writes a file that was not there, durable: whole, or not at all. */
export const writeOwn = (file: string, bytes: Uint8Array, mode = OWN): void => {
  const handle = openSync(file, 'wx', mode);
  try {
    if (mode === OWN) fchmodSync(handle, OWN);
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
};

/** Writes a draft, which then takes the place of the file: at every moment a whole file stands under its name, or none. */
const through = (
  draft: string,
  file: string,
  bytes: Uint8Array,
  mode: number,
  place: (draft: string, file: string) => void,
): void => {
  writeOwn(draft, bytes, mode);
  try {
    place(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(file));
};

/** In the place of what is there, of a file that one process at a time writes. What a crash leaves is gone with the next time. */
export const replaceOwn = (file: string, bytes: Uint8Array): void => {
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  through(draft, file, bytes, OWN, renameSync);
};

/** A draft that no other process writes, and nobody's file. */
const draftOf = (file: string): string => `${file}.${randomBytes(6).toString('hex')}.new`;

/** As `writeOwn`, but whole at once. Unlike a rename, a link is never made over another file: `EEXIST`. */
export const placeNew = (file: string, bytes: Uint8Array, mode = OWN): void =>
  through(draftOf(file), file, bytes, mode, linkSync);

/** In the place of what is there, among files of others. */
export const placeOver = (file: string, bytes: Uint8Array, mode = OWN): void =>
  through(draftOf(file), file, bytes, mode, renameSync);

/** Takes a file away, durably; it may be gone already. */
export const removeOwn = (file: string): void => {
  rmSync(file, { force: true });
  syncFolder(dirname(file));
};
