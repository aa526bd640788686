import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
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

/** Writes a file that was not there, readable by its owner alone from its first byte on, and durable: whole, or not at all. */
export const writeOwn = (file: string, bytes: Uint8Array): void => {
  const handle = openSync(file, 'wx', 0o600);
  try {
    fchmodSync(handle, 0o600);
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
};

/** The same in the place of what is there: at every moment one whole file stands under the name. */
export const replaceOwn = (file: string, bytes: Uint8Array): void => {
  rmSync(`${file}.new`, { force: true });
  writeOwn(`${file}.new`, bytes);
  renameSync(`${file}.new`, file);
  syncFolder(dirname(file));
};

/** Takes a file away, durably; it may be gone already. */
export const removeOwn = (file: string): void => {
  rmSync(file, { force: true });
  syncFolder(dirname(file));
};
