import { closeSync, lstatSync, openSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Refused, systemCode, systemReason } from '#node/config/refused.ts';

/** Milliseconds between two looks at the mark of another one, and after which a crash has left it. */
const PAUSE = 20;
const LONGEST = 30_000;

/** Whether the mark was made now. Another's is left alone unless it is old. Throws `Refused` where none can be made. */
const isMade = (mark: string): boolean => {
  try {
    closeSync(openSync(mark, 'wx', 0o600));
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') {
      throw new Refused(`${mark}: cannot be made: ${systemReason(error)}; make the folder writable, and room in it`);
    }
  }
  const made = lstatSync(mark, { throwIfNoEntry: false })?.mtimeMs;
  if (made !== undefined && Math.abs(Date.now() - made) > LONGEST) rmSync(mark, { force: true });
  return false;
};

/** Does something that takes seconds at most while no other process does it: one with the file `mark`, which only lasts as long. */
export const alone = async <T>(mark: string, act: () => Promise<T>): Promise<T> => {
  while (!isMade(mark)) await wait(PAUSE);
  try {
    return await act();
  } finally {
    rmSync(mark, { force: true });
  }
};
