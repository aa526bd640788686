import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { crosscheck as check } from '#node/crosscheck/crosscheck.ts';
import { mustBeEmpty } from './devnet.ts';
import { whole } from './whole.ts';

export interface CrosscheckCommandOptions {
  readonly nodes: string;
  readonly windows: string;
  readonly dir?: string;
}

const INTERRUPTED = 130;

/** `montana crosscheck`: exit code 0: both halves hold; 1: they do not; 130: interrupted. */
export const crosscheck = async (options: CrosscheckCommandOptions): Promise<number> => {
  const nodes = whole('--nodes', options.nodes, 1, 16);
  const windows = whole('--windows', options.windows, 1, 1_000);
  if (options.dir !== undefined) mustBeEmpty(options.dir);
  const dir = resolve(options.dir ?? mkdtempSync(join(tmpdir(), 'montana-crosscheck-')));
  const woken = new AbortController();
  const interrupt = (): void => {
    // The second time: at once. Nodes end with the process that started them.
    if (woken.signal.aborted) process.exit(INTERRUPTED);
    woken.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  const startedAt = performance.now();
  try {
    const { equal, lines } = await check({
      ...{ nodes, windows, dir, signal: woken.signal },
      tell: (line) => process.stderr.write(`${line}\n`),
    });
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    const verdict = equal
      ? 'both shells agree, and every journal replays'
      : 'the shells differ, or could not be compared';
    process.stdout.write(`${[...lines, `${verdict} (${seconds} s)`].join('\n')}\n`);
    return equal ? 0 : 1;
  } catch (error) {
    if (woken.signal.aborted) return INTERRUPTED;
    throw error;
  } finally {
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
    else process.stdout.write(`kept in ${dir}\n`);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
  }
};
