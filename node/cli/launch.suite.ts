import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { copyFileSync, linkSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');
const LAUNCHER = join(ROOT, 'node/montana.mjs');

/** How a process ended, and what it said. Its pipes are closed: no child of it is left. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the launcher in a Node; by default in the pinned one, which needs no child. */
export const start = (args: readonly string[], node = process.execPath): ChildProcessWithoutNullStreams =>
  spawn(node, [LAUNCHER, ...args], { cwd: ROOT });

export const ended = (child: ChildProcessWithoutNullStreams): Promise<Ended> =>
  new Promise((resolve) => {
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('close', (status, signal) => {
      resolve({ status, signal, stdout: `${Buffer.concat(stdout)}`, stderr: `${Buffer.concat(stderr)}` });
    });
  });

/** The command line, to its end. */
export const montana = (...args: readonly string[]): Promise<Ended> => ended(start(args));

/** The pinned Node under another name in `folder`: to the launcher a foreign one, so that it starts a child. */
export const foreignNode = (folder: string): string => {
  const pinned = join(ROOT, 'node_modules/node/bin/node');
  const other = join(folder, 'node');
  try {
    linkSync(pinned, other);
  } catch {
    copyFileSync(pinned, other);
  }
  return other;
};
