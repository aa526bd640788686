import { existsSync } from 'node:fs';
import type { Genesis } from '#core/genesis/genesis.ts';
import { configText } from '#node/config/config.ts';
import { replaceOwn } from '#node/config/durable.ts';
import { makeNodeFolder, type NodeFolder } from '#node/config/folder.ts';
import { BY_OPTION, readGenesisFile, writeGenesisFile } from '#node/config/genesis-file.ts';
import { type Identity, readIdentity } from '#node/config/identity.ts';
import { inShell } from '#node/config/in-shell.ts';
import { Refused, systemReason } from '#node/config/refused.ts';
import { selfTest } from '#node/config/self-test.ts';
import { described } from '#node/owner/described.ts';
import { makeRecoverable, refuseOther, restore } from '#node/owner/make-identity.ts';
import { rowsText } from '#node/owner/rows.ts';
import { showWords } from '#node/owner/shown.ts';
import { onStdinOnly } from './on-stdin-only.ts';

export interface NodeInitOptions {
  readonly dir: string;
  readonly genesis?: string;
  readonly mnemonic?: string;
}

/**
 * `montana node init`: a folder with identity, configuration and, where one is named, the genesis file. The identity comes last, so that
 * after a crash the same command begins again; one that stands there without a configuration becomes the node's.
 */
export const nodeInit = async ({ dir, genesis, mnemonic }: NodeInitOptions): Promise<number> => {
  onStdinOnly(mnemonic);
  selfTest();
  const network = genesis === undefined ? undefined : readGenesisFile(genesis, BY_OPTION);
  const folder = makeNodeFolder(dir);
  const prepare = (): void => writeSettings(folder, network);
  const identity =
    mnemonic === undefined ? newIdentity(folder, prepare) : await restore(folder.identity, false, prepare);
  tell(folder, identity, network);
  return 0;
};

/** One that is there already without a configuration, as from "montana keys new", else a new one. */
const newIdentity = (folder: NodeFolder, prepare: () => void): Identity => {
  if (existsSync(folder.identity) && !existsSync(folder.config)) {
    const identity = readIdentity(folder.identity);
    prepare();
    return identity;
  }
  refuseOther(folder.identity);
  prepare();
  const { identity, words } = makeRecoverable(folder.identity);
  showWords(words);
  return identity;
};

/** What stands in the folder besides; the configuration last. */
const writeSettings = ({ path, config, genesis }: NodeFolder, network: Genesis | undefined): void => {
  try {
    if (network !== undefined) writeGenesisFile(genesis, network);
    if (!existsSync(config)) replaceOwn(config, Buffer.from(configText()));
  } catch (error) {
    throw new Refused(`${path}: cannot be written: ${systemReason(error)}; make room, and the folder writable`);
  }
};

/** What of it all is no secret. */
const tell = (folder: NodeFolder, identity: Identity, network: Genesis | undefined): void => {
  const { peerId, nodeId, accountId, address } = described(identity);
  const rows = [
    ['folder', folder.path],
    ['peer id', peerId],
    ['node id', nodeId],
    ['account id', accountId],
    ['address', address],
    ['network', network?.network.genesisHash ?? 'none yet: put the genesis file of your network there as genesis.yaml'],
  ] as const;
  const start = `montana node start --dir ${inShell(folder.path)}`;
  process.stdout.write(`${rowsText(rows)}\nNext: look at montana.yaml there, name peers in it, then ${start}\n`);
};
