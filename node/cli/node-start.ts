import { resolve } from 'node:path';
import { readConfig } from '#node/config/config.ts';
import { nodeFolder } from '#node/config/folder.ts';
import { readGenesisFile } from '#node/config/genesis-file.ts';
import { readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { selfTest } from '#node/config/self-test.ts';
import { openLog } from '#node/shell/log.ts';
import { type RunningNode, startNode } from '#node/shell/node.ts';
import type { NodeOptions } from '#node/shell/node-parts.ts';
import { oneLine } from '#node/shell/one-line.ts';
import { liveParts } from '#node/shell/parts.ts';
import { version } from './version.ts';

export interface NodeStartOptions {
  readonly dir: string;
}

/** What a node is started with, as its folder says it. Throws `Refused`. */
export const readNode = (dir: string): NodeOptions => {
  selfTest();
  const folder = nodeFolder(dir);
  const config = readConfig(folder.config);
  const genesis = readGenesisFile(resolve(folder.path, config.genesis));
  const identity = readIdentity(folder.identity);
  const log = openLog(folder.path, config.logLevel, config.logFile);
  return { folder, config, genesis, identity, version, log };
};

/** `montana node start`: runs until it is told to stop. Exit code 0; 1: it could not start, or could not go on. */
export const nodeStart = async ({ dir }: NodeStartOptions): Promise<number> => {
  let running: RunningNode | undefined;
  let options: NodeOptions | undefined;
  let isWanted = true;
  const stop = (): void => {
    if (!isWanted) process.exit(1);
    isWanted = false;
    void running?.stop();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.on('SIGHUP', () => {
    try {
      running?.reload();
    } catch (error) {
      options?.log.error({ reason: oneLine(error) }, 'settings not read again');
    }
  });
  // A process that started this one with a channel, as `montana devnet` does, takes it along. An end like this is a crash to the store.
  process.on('disconnect', () => process.exit(1));
  // The channel alone does not keep a process whose start has failed.
  process.channel?.unref();
  options = readNode(dir);
  const { log } = options;
  process.on('uncaughtException', (error) => {
    const reason = oneLine(error);
    log.fatal({ reason, stack: error.stack }, 'a fault of the program');
    process.stderr.write(`montana: a fault of the program: ${reason}; the log has more; start the node again\n`);
    // An end like this is a crash to the store.
    process.exit(1);
  });
  try {
    running = await startNode(options, liveParts);
  } finally {
    // Threads have copies of what they need.
    wipeIdentity(options.identity);
  }
  process.stdout.write(
    `montana: node ${options.identity.peerId} runs at ${running.addresses.join(', ') || 'no address'}\n`,
  );
  process.send?.('started');
  if (!isWanted) void running.stop();
  const failure = await running.ended;
  if (failure !== undefined) process.stderr.write(`montana: ${failure}\n`);
  // Nothing of the node is left; what a library still holds open must not keep the process.
  process.exit(failure === undefined ? 0 : 1);
};
