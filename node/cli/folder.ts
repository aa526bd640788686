import { mkdir } from 'node:fs/promises';
import { UsageError } from './usage.ts';

/** Makes the folder that `--out` names, if it is not there. Throws `UsageError`. */
export const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new UsageError(`--out ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
};
