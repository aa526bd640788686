import { resolve } from 'node:path';
import { readConfig } from '#node/config/config.ts';
import { nodeFolder } from '#node/config/folder.ts';
import { readGenesisFile } from '#node/config/genesis-file.ts';
import { readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { Refused } from '#node/config/refused.ts';
import { selfTest } from '#node/config/self-test.ts';
import { openLog } from '#node/shell/log.ts';
import { type RunningNode, startNode } from '#node/shell/node.ts';
import type { NodeOptions } from '#node/shell/node-parts.ts';
import { oneLine } from '#node/shell/one-line.ts';
import { liveParts } from '#node/shell/parts.ts';
import { lastWords } from './last-words.ts';
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

/** Milliseconds a node in which something is wrong has to stop. */
const PATIENCE = 10_000;

/**
 * Ends this process, as a crash does to the store. Not `process.exit`: it waits for all threads, and LMDB's, ended in the middle of a
 * transaction, waits for itself for ever.
 */
const crash = (): void => void process.kill(process.pid, 'SIGKILL');
/** On a terminal it says how its catch-up goes. */
const withLines = (options: NodeOptions): NodeOptions =>
  process.stdout.isTTY ? { ...options, tell: (line) => void process.stdout.write(`montana: ${line}\n`) } : options;

/** `montana node start`: runs until it is told to stop. Exit code 0; 1: it could not start, or could not go on. */
export const nodeStart = async ({ dir }: NodeStartOptions): Promise<number> => {
  let running: RunningNode | undefined;
  let options: NodeOptions | undefined;
  let isWanted = true;
  /** Why a stop fails is in the log, unless that is why. */
  const stopped = (node: RunningNode | undefined): void => void node?.stop().catch(() => {});
  const stop = (): void => {
    if (!isWanted) crash();
    isWanted = false;
    stopped(running);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.on('SIGHUP', () => {
    try {
      running?.reload();
    } catch (error) {
      options?.log.error({ reason: oneLine(error) }, 'settings not read again');
    }
  });
  // A process that started this one with a channel, as `montana devnet` does, takes it along.
  process.on('disconnect', crash);
  // The channel alone does not keep a process whose start has failed.
  process.channel?.unref();
  options = readNode(dir);
  const { identity, log } = options;
  let fault: string | undefined;
  const say = (words: string | undefined): void => {
    if (words !== undefined) process.stderr.write(`montana: ${lastWords(words, dir)}\n`);
  };
  process.on('uncaughtException', (error) => {
    const reason = oneLine(error);
    try {
      log.fatal({ reason, stack: error.stack }, 'a fault of the program');
    } catch {
      // The log may be what has failed.
    }
    if (fault !== undefined) return;
    fault = `a fault of the program: ${reason}; the log has more; start the node again`;
    const giveUp = (): void => {
      say(fault);
      crash();
    };
    setTimeout(giveUp, PATIENCE).unref();
    stopped(running);
  });
  try {
    running = await startNode(withLines(options), liveParts);
  } catch (error) {
    throw new Refused(lastWords(fault ?? (error instanceof Refused ? error.message : oneLine(error)), dir));
  } finally {
    // Threads have copies of what they need.
    wipeIdentity(identity);
  }
  process.stdout.write(`montana: node ${identity.peerId} runs at ${running.addresses.join(', ') || 'no address'}\n`);
  process.send?.('started');
  if (!isWanted || fault !== undefined) stopped(running);
  const failure = (await running.ended) ?? fault;
  say(failure);
  // Nothing of the node is left; what a library still holds open must not keep the process.
  process.exit(failure === undefined ? 0 : 1);
};
