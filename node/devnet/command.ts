import { spawn } from 'node:child_process';
import { MAIN } from './node-process.ts';

/** How a command of this program ended, and what it said. */
export interface Said {
  /** undefined: it was killed. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of this program to its end, or to `kill -9` after so many milliseconds. */
export const runCommand = (args: readonly string[], killAfter?: number): Promise<Said> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    }
    const killer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(killer);
      resolve({ code: code ?? undefined, ...said });
    });
  });
