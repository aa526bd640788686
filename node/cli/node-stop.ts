import { setTimeout as wait } from 'node:timers/promises';
import { askStatus, askStop } from '#node/api/client.ts';
import { nodeFolder } from '#node/config/folder.ts';
import { Refused } from '#node/config/refused.ts';

export interface NodeStopOptions {
  readonly dir: string;
}

/** Milliseconds between two looks, and for all of them: Byes take τ₁/12 at most. */
const PAUSE = 100;
const PATIENCE = 30_000;

/** `montana node stop`: returns when the node has ended. Exit code 0; 1: none runs there, or it does not end. */
export const nodeStop = async ({ dir }: NodeStopOptions): Promise<number> => {
  const { socket } = nodeFolder(dir);
  const pid = await askStop(socket);
  if (pid === undefined) throw new Refused(`no node runs in ${dir}; nothing to stop`);
  for (const until = performance.now() + PATIENCE; performance.now() < until; await wait(PAUSE)) {
    if (!(await isServed(socket))) {
      process.stdout.write(`montana: the node with pid ${pid} has stopped\n`);
      return 0;
    }
  }
  throw new Refused(`the node with pid ${pid} does not end; look at its log, then "kill ${pid}"`);
};

/** Whether the node still has its socket. One that breaks off in the middle of an answer is about to lose it. */
const isServed = async (socket: string): Promise<boolean> => {
  try {
    return (await askStatus(socket)).type !== 'nobody';
  } catch {
    return true;
  }
};
