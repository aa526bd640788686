import { existsSync } from 'node:fs';
import { DATA } from '#vectors/cases.ts';
import { NotVectors, runVectors } from '#vectors/runner.ts';
import { UsageError } from './usage.ts';

/** `montana vectors <file|dir>…`: exit code 1 when any case fails. */
export const vectors = (paths: readonly string[]): void => {
  if (paths.length === 0 && !existsSync(DATA)) {
    throw new UsageError(
      "the installed program carries no vectors; name a file, or the checkout's folder vectors/data",
    );
  }
  try {
    process.exitCode = runVectors(paths, (line) => console.log(line)) ? 0 : 1;
  } catch (error) {
    throw error instanceof NotVectors ? new UsageError(error.message) : error;
  }
};
