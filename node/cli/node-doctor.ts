import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Genesis } from '#core/genesis/genesis.ts';
import { askReady, askStatus } from '#node/api/client.ts';
import type { Status } from '#node/api/schemas.ts';
import type { Config } from '#node/config/config.ts';
import { type NodeFolder, nodeFolder } from '#node/config/folder.ts';
import { Refused } from '#node/config/refused.ts';
import { type Finding, failed, ok, warn } from '#node/doctor/finding.ts';
import {
  checkConfig,
  checkFileSystem,
  checkGenesis,
  checkIdentity,
  checkModes,
  looking,
} from '#node/doctor/folder-checks.ts';
import { headFinding, paceFindings, peerFindings, reachFinding } from '#node/doctor/running.ts';
import { type Kept, spaceFinding, spaceOf } from '#node/doctor/space.ts';
import { oneLine } from '#node/shell/one-line.ts';
import { checkStore } from '#node/store/check-store.ts';
import { filesIn } from '#node/store/store-files.ts';
import { spanText } from './node-status.ts';
import { version } from './version.ts';

export interface NodeDoctorOptions {
  readonly dir: string;
  readonly json?: boolean;
}

/** Milliseconds between two questions: a hash rate is that since the last one. */
const SAMPLE = 1_000;

/** `montana node doctor`: a line for everything it looked at. Exit code 0; 1: something fails. */
export const nodeDoctor = async ({ dir, json = false }: NodeDoctorOptions): Promise<number> => {
  const folder = nodeFolder(dir);
  if (!existsSync(folder.path)) {
    throw new Refused(`${dir}: there is no such folder; make one with "montana node init --dir ${dir}"`);
  }
  const findings: Finding[] = [];
  await examine(folder, (...found) => {
    findings.push(...found);
    if (!json) for (const finding of found) process.stdout.write(lineOf(finding));
  });
  const isSound = findings.every(({ level }) => level !== 'fail');
  if (json) process.stdout.write(`${JSON.stringify({ schema: 1, version, isSound, findings })}\n`);
  return isSound ? 0 : 1;
};

const lineOf = ({ level, about, what, advice }: Finding): string =>
  `${level.padEnd(5)}${about.padEnd(13)} ${what}${advice === undefined ? '' : `; ${advice}`}\n`;

/** `tell` hears what was found when it was: what comes later may take long. */
const examine = async (folder: NodeFolder, tell: (...found: readonly Finding[]) => void): Promise<void> => {
  const config = checkConfig(folder);
  const genesis = checkGenesis(folder, config.value);
  tell(programFinding(process.versions.node), ...config.findings, ...genesis.findings, ...checkIdentity(folder));
  tell(...looking('modes', () => checkModes(folder)));
  tell(...looking('file system', () => checkFileSystem(folder.path)));
  const store = genesis.value && (await lookAtStore(folder, genesis.value));
  if (store !== undefined) tell(store.finding);
  const { status: asked, finding } = await statusOf(folder.socket);
  tell(finding);
  const head = asked && (await headOf(folder.socket));
  // Windows that are caught up with say nothing of the network's pace.
  const status = asked && (head?.level === 'ok' ? asked : { ...asked, windowSeconds: null });
  if (status !== undefined && head !== undefined) tell(head, ...linkFindings(status, config.value));
  const isJournalOn = config.value?.journal === true;
  tell(...looking('disk', () => [spaceFinding(spaceOf(folder.path, isJournalOn), status, store?.kept)]));
};

/** What the running node says of itself, after a moment in which it counts its hashing. */
const statusOf = async (socket: string): Promise<{ readonly finding: Finding; readonly status?: Status }> => {
  const about = 'node';
  try {
    if ((await askStatus(socket)).type !== 'nobody') await wait(SAMPLE);
    const asked = await askStatus(socket);
    if (asked.type === 'nobody') {
      return {
        finding: warn(about, 'none runs here: pace, peers and reachability are unknown', 'start it, then ask again'),
      };
    }
    if (asked.type === 'busy') return { finding: warn(about, 'it is starting or stopping', 'ask again in a moment') };
    const { status } = asked;
    return {
      finding: ok(about, `pid ${status.pid}, version ${status.version}, up ${spanText(status.uptimeSeconds)}`),
      status,
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { finding: failed(about, error.message) };
  }
};

/** Of a node that answers. */
const headOf = async (socket: string): Promise<Finding> => {
  try {
    return headFinding(await askReady(socket));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return warn('head', `how far others are is unknown: ${error.message}`, 'ask again, or restart the node');
  }
};

/** Without a readable configuration the links are judged by the defaults. */
const linkFindings = (status: Status, config: Config | undefined): readonly Finding[] => {
  const wanted = config ?? { listen: status.addresses, maxOutbound: status.peers.length, diversity: true };
  return [...paceFindings(status), ...peerFindings(status, wanted), reachFinding(status, wanted)];
};

/** The program is tested with this major version of Node, and brings it along as a package. */
const MAJOR = 24;

export const programFinding = (node: string): Finding => {
  const what = `Montana ${version} on Node ${node}`;
  return Number.parseInt(node, 10) === MAJOR
    ? ok('program', what)
    : warn('program', `${what}, tested on Node ${MAJOR}`, 'run "npm rebuild node" where it is installed');
};

/** `kept`: where it is whole. */
const lookAtStore = async (
  { path }: NodeFolder,
  genesis: Genesis,
): Promise<{ readonly finding: Finding; readonly kept?: Kept }> => {
  if (filesIn(path).length === 0) return { finding: ok('store', 'none yet: the first start makes it') };
  const isShown = process.stderr.isTTY === true;
  const tell = (line: string): boolean => isShown && process.stderr.write(`\r\x1b[K${line}`);
  try {
    const report = await checkStore(path, genesis, tell);
    const { window, paths, entries, fault } = report;
    if (fault !== undefined) return { finding: failed('store', fault) };
    const what = `whole at final window ${window}: ${paths} places proven, ${entries} archive entries linked`;
    return { finding: ok('store', what), kept: report };
  } catch (error) {
    return { finding: failed('store', oneLine(error)) };
  } finally {
    tell('');
  }
};
