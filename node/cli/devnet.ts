import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DEVNET } from '#core/genesis/profiles.ts';
import type { Status } from '#node/api/schemas.ts';
import { systemCode } from '#node/config/refused.ts';
import { Devnet } from '#node/devnet/devnet.ts';
import { WORKING } from '#node/devnet/make.ts';
import { catchUpText } from '#node/shell/catch-up.ts';
import { LiveLines } from './live-lines.ts';
import { UsageError } from './usage.ts';
import { whole } from './whole.ts';

export interface DevnetCommandOptions {
  readonly nodes: string;
  readonly windows?: string;
  readonly dir?: string;
  readonly keep?: boolean;
  readonly late?: string;
  readonly kill?: string;
  readonly work?: boolean;
  readonly seed?: string;
}

/** With `--work`: windows of tenths of a second, and proofs that nodes can lead on for as long as it takes. */
const SHORT = { d0: 1_048_576n, tau2Windows: 600n, pruningIdleWindows: 2_400n };

/** Milliseconds between two looks. */
const PAUSE = 1_000;

const INTERRUPTED = 130;

/**
 * `montana devnet`: exit code 0: all state roots agreed; 1: they did not, or a node ended; with `--kill` also where journals do not agree,
 * with `--work` where anything is lost; 130: interrupted before `--windows` or the last kill. With `--late` a further node, no founder,
 * joins when that window is final.
 */
export const devnet = async (options: DevnetCommandOptions, script?: string): Promise<number> => {
  const nodes = whole('--nodes', options.nodes, 1, 64);
  const windows = options.windows === undefined ? undefined : whole('--windows', options.windows, 0, 1_000_000);
  const kills = options.kill === undefined ? undefined : whole('--kill', options.kill, 1, 10_000);
  const { work = false } = options;
  if (work && kills === undefined) throw new UsageError('--work goes with --kill');
  const late = options.late === undefined ? undefined : whole('--late', options.late, 0, 1_000_000);
  if (late !== undefined && windows !== undefined && late > windows)
    throw new UsageError(`--late ${late}: comes after the last window of --windows ${windows}; name an earlier one`);
  if (late !== undefined && kills !== undefined)
    throw new UsageError('--late and --kill do not go together; leave one out');
  if (options.dir !== undefined) mustBeEmpty(options.dir);
  let isInterrupted = false;
  const woken = new AbortController();
  const interrupt = (): void => {
    // The second time: at once. Nodes end with the process that started them.
    if (isInterrupted) process.exit(INTERRUPTED);
    isInterrupted = true;
    woken.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  const dir = resolve(options.dir ?? mkdtempSync(join(tmpdir(), 'montana-devnet-')));
  let isKept = options.dir !== undefined || options.keep === true;
  let network: Devnet | undefined;
  const lines = new LiveLines();
  try {
    network = await Devnet.make({
      ...{ nodes, dir, config: work ? WORKING : kills === undefined ? {} : { journal: 'on' } },
      ...(work ? { params: { ...DEVNET, ...SHORT } } : {}),
      ...(script === undefined ? {} : { script }),
    });
    if (late !== undefined) await network.newcomer({ entry: 'on' });
    process.stdout.write(`${nodes} nodes in ${dir}, network ${network.genesis.network.genesisHash}\n`);
    await network.startAll();
    if (kills !== undefined) {
      const { killNodes } = await import('./devnet-kill.ts');
      const code = await killNodes(network, { dir, times: kills, work, seed: options.seed, signal: woken.signal });
      // What went wrong is in the folders.
      if (code !== 0) isKept = true;
      return code;
    }
    let awaited = late;
    while (!isInterrupted) {
      const statuses = await network.statuses();
      const finals = statuses.map((status) => status?.standing.finalWindow ?? -1);
      lines.show(statuses.map((status, index) => nodeLine(status, index, index === nodes ? awaited : undefined)));
      const fault = network.fault();
      if (fault !== undefined) {
        process.stderr.write(`montana: ${fault}\n`);
        return 1;
      }
      if (windows !== undefined && finals.every((final) => final >= windows)) break;
      if (awaited !== undefined && Math.max(...finals) >= awaited) {
        awaited = undefined;
        await network.start(nodes);
      }
      await wait(PAUSE, undefined, { signal: woken.signal }).catch(() => {});
    }
    if (isInterrupted && windows !== undefined) return INTERRUPTED;
    process.stdout.write('all state roots agreed\n');
    return 0;
  } catch (error) {
    if (isInterrupted) return INTERRUPTED;
    if (kills !== undefined) isKept = true;
    throw error;
  } finally {
    // Whatever is still under way there breaks off.
    woken.abort();
    await network?.stopAll();
    // Of a network that was never made nothing is worth keeping.
    if (isKept && network !== undefined) process.stdout.write(`kept in ${dir}\n`);
    else rmSync(dir, { recursive: true, force: true });
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
  }
};

export const mustBeEmpty = (dir: string): void => {
  try {
    if (readdirSync(dir).length === 0) return;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw new UsageError(`--dir ${dir}: ${systemCode(error) === 'ENOTDIR' ? 'is no folder' : 'cannot be read'}`);
  }
  throw new UsageError(`--dir ${dir}: is not empty; name a folder that is not there yet`);
};

const nodeLine = (status: Status | undefined, index: number, awaited: number | undefined): string => {
  const name = `node-${index}`.padEnd(8);
  if (status === undefined)
    return `${name} ${awaited === undefined ? 'does not answer' : `joins after window ${awaited}`}`;
  const { standing, catchUp, peers, hashRate } = status;
  const final = String(standing.finalWindow).padStart(5);
  const rate = `${(hashRate / 1_000_000).toFixed(2)} M/s`.padStart(9);
  if (catchUp !== null) return `${name} catches up, ${catchUpText(catchUp)}`;
  return `${name} window ${String(standing.window).padStart(5)} round ${standing.round}  final ${final}  ${peers.length} peers ${rate}  root ${standing.stateRoot.slice(0, 16)}`;
};
