import { existsSync, writeFileSync } from 'node:fs';
import type { Genesis } from '#core/genesis/genesis.ts';
import { configText } from '#node/config/config.ts';
import { makeNodeFolder, type NodeFolder } from '#node/config/folder.ts';
import { readGenesisFile, writeGenesisFile } from '#node/config/genesis-file.ts';
import type { Identity } from '#node/config/identity.ts';
import { selfTest } from '#node/config/self-test.ts';
import { described } from '#node/owner/described.ts';
import { makeRecoverable, restore } from '#node/owner/make-identity.ts';
import { rowsText } from '#node/owner/rows.ts';
import { showWords } from '#node/owner/shown.ts';
import { onStdinOnly } from './on-stdin-only.ts';
import { inShell } from './shell.ts';

export interface NodeInitOptions {
  readonly dir: string;
  readonly genesis?: string;
  readonly mnemonic?: string;
}

/** `montana node init`: a folder with identity, configuration and, where one is named, the genesis file. */
export const nodeInit = async ({ dir, genesis, mnemonic }: NodeInitOptions): Promise<number> => {
  onStdinOnly(mnemonic);
  selfTest();
  const network = genesis === undefined ? undefined : readGenesisFile(genesis);
  const folder = makeNodeFolder(dir);
  if (mnemonic === undefined) {
    const { identity, words } = makeRecoverable(folder.identity);
    showWords(words);
    settle(folder, identity, network);
  } else settle(folder, await restore(folder.identity, false), network);
  return 0;
};

/** What stands in the folder besides, and what of it all is no secret. */
const settle = (folder: NodeFolder, identity: Identity, network: Genesis | undefined): void => {
  if (!existsSync(folder.config)) writeFileSync(folder.config, configText());
  if (network !== undefined) writeGenesisFile(folder.genesis, network);
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
