import { statfsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Genesis } from '#core/genesis/genesis.ts';
import { type Config, readConfig } from '#node/config/config.ts';
import type { NodeFolder } from '#node/config/folder.ts';
import { readGenesisFile } from '#node/config/genesis-file.ts';
import { readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { Refused, systemCode, systemReason } from '#node/config/refused.ts';
import { type Finding, fail, failed, ok, warn } from './finding.ts';

/** What was found, and what was read where it could be. */
interface Read<T> {
  readonly findings: readonly Finding[];
  readonly value?: T;
}

/** Findings of a look at the disk; where the system does not allow it, that. */
export const looking = (about: string, look: () => readonly Finding[]): readonly Finding[] => {
  try {
    return look();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const advice = 'ask the doctor as the user who owns the folder';
    return [fail(about, `cannot be looked at: ${systemReason(error)}`, advice)];
  }
};

/** Reads something whose errors are lines for the operator. */
const reading = <T>(about: string, read: () => T, said: (value: T) => Finding): Read<T> => {
  try {
    const value = read();
    return { findings: [said(value)], value };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { findings: error.message.split('\n').map((line) => failed(about, line)) };
  }
};

export const checkConfig = (folder: NodeFolder): Read<Config> =>
  reading(
    'config',
    () => readConfig(folder.config),
    () => ok('config', `${folder.config} has no fault`),
  );

export const checkGenesis = (folder: NodeFolder, config: Config | undefined): Read<Genesis> =>
  reading(
    'genesis',
    () => readGenesisFile(config === undefined ? folder.genesis : resolve(folder.path, config.genesis)),
    ({ network }) => ok('genesis', `network ${network.genesisHash}`),
  );

/** The kind of the identity (01 §7.5); nothing of its keys is kept. */
export const checkIdentity = (folder: NodeFolder): readonly Finding[] =>
  reading(
    'identity',
    () => {
      const identity = readIdentity(folder.identity);
      wipeIdentity(identity);
      return identity;
    },
    ({ mode, peerId }) =>
      mode === 'recoverable'
        ? ok('identity', `recoverable from its 24 words; ${peerId}`)
        : ok(
            'identity',
            `ephemeral: no words in the file; a lost file is recovered only from words kept elsewhere; ${peerId}`,
          ),
  ).findings;

/** Files that hold secrets or give power over the node: for their owner alone. */
const OWN = ['path', 'identity', 'socket', 'token'] as const;

/** Modes of the folder and of what is secret in it, and whose they are. */
export const checkModes = (folder: NodeFolder): readonly Finding[] => {
  const user = process.getuid?.();
  const found = OWN.flatMap((name): readonly Finding[] => {
    const path = folder[name];
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || user === undefined) return [];
    const digits = (stat.mode & 0o777).toString(8).padStart(4, '0');
    const right = name === 'path' ? 700 : 600;
    if ((stat.mode & 0o077) !== 0) {
      const word = name === 'path' ? warn : fail;
      return [word('modes', `${path}: others may enter or use it (mode ${digits})`, `run "chmod ${right} ${path}"`)];
    }
    if (stat.uid !== user && user !== 0) {
      return [
        fail('modes', `${path} belongs to user ${stat.uid}`, 'run the node and the doctor as the user who owns it'),
      ];
    }
    return [];
  });
  return found.length > 0 ? found : [ok('modes', 'folder, keys and socket are for their owner alone')];
};

/** Kinds of file systems as Linux numbers them (statfs(2)). */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x01021997, '9P'],
  [0x65735546, 'FUSE'],
]);
const PASSING: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'memory (tmpfs)'],
  [0x794c7630, "a container's own layer (overlay)"],
]);

/** LMDB maps its file: on a network's file system locks and maps do not hold what it needs. */
export const fileSystemFinding = (kind: number): Finding => {
  const about = 'file system';
  const [remote, passing] = [REMOTE.get(kind), PASSING.get(kind)];
  if (remote !== undefined) {
    return fail(
      about,
      `the folder is on ${remote}, where a database that maps its file can break`,
      'move the stopped node to a local disk',
    );
  }
  if (passing !== undefined) {
    return warn(
      about,
      `the folder is on ${passing}: it is gone with it, and with it the keys`,
      'put the folder on a disk or a volume',
    );
  }
  return ok(about, `local (type 0x${kind.toString(16)})`);
};

export const checkFileSystem = (path: string): readonly Finding[] =>
  process.platform === 'linux' ? [fileSystemFinding(statfsSync(path).type)] : [];
