import { join } from 'node:path';
import { destination, type Logger, pino } from 'pino';
import { Refused, systemReason } from '#node/config/refused.ts';

export type { Logger } from 'pino';

/** The node's log: one JSON object a line, on stderr or appended to a file. What is logged is on its way when the call returns. */
export const openLog = (folder: string, level: string, file: string): Logger => {
  const options = { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` };
  if (file === 'stderr') return pino(options, destination({ dest: 2, sync: true }));
  const path = join(folder, file);
  try {
    return pino(options, destination({ dest: path, sync: true, append: true }));
  } catch (error) {
    throw new Refused(`${path}: the log cannot be written: ${systemReason(error)}; change logFile in montana.yaml`);
  }
};
