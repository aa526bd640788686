import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Genesis } from '#core/genesis/genesis.ts';
import { claimOf } from '#node/anchor/verify.ts';
import { readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { readPeers } from '#node/shell/peer-file.ts';
import { checkStore } from '#node/store/check-store.ts';
import { openStore } from '#node/store/lmdb-store.ts';
import { SnapshotFile } from '#node/store/snapshot-file.ts';
import { FILES } from '#node/store/store-files.ts';
import type { Founder } from './make.ts';

/** Whether a file is whole, by its name; `undefined`: a name that nobody gives, or a draft that a crash has left. */
type Judge = (path: string, name: string) => boolean | undefined;

const FIXED = ['montana.yaml', 'node.log', 'journal', 'proofs', ...FILES.flatMap((file) => [file, `${file}-lock`])];

const isSnapshot: Judge = (path, name) => {
  const [, window] = /^snapshot-(\d+)\.chunks$/.exec(name) ?? [];
  if (window === undefined) return undefined;
  const file = SnapshotFile.open(path);
  file?.close();
  return file?.window === Number(window);
};

/** Of the operator's account, in whose name an owner's commands were given; two after a kill, until the next command. */
const isSeen: Judge = (_, name) => /\.seen\.\d+$/.test(name) || undefined;

const isProof: Judge = (path, name) => {
  const [, id, kind] = /^([0-9a-f]{64})\.(wanted|proof)$/.exec(name) ?? [];
  if (id === undefined) return undefined;
  return kind === 'wanted' || claimOf(new Uint8Array(readFileSync(path)))?.anchor.id === id;
};

const OTHERS: readonly Judge[] = [(_, name) => FIXED.includes(name) || undefined, isSnapshot, isSeen];

const faultsIn = (folder: string, judge: Judge): readonly string[] =>
  namesIn(folder).flatMap((name) => {
    const path = join(folder, name);
    const isWhole = judge(path, name);
    if (isWhole === true) return [];
    return [`${path}: ${isWhole === undefined ? 'was left behind' : 'is torn'}`];
  });

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** What stands in the folder of a node that has stopped. */
export interface Folder {
  readonly faults: readonly string[];
  readonly window: number;
  readonly entries: number;
}

/**
 * Looks through the folder of a node that has stopped in order, after whatever crashes: the store is whole, opens, and all balances in it sum to
 * emission × window; every other file is one that a node writes, and whole.
 */
export const lookThrough = async ({ folder, nodeId }: Founder, genesis: Genesis): Promise<Folder> => {
  const { path, peers, token, identity } = folder;
  const faults = [
    ...faultsIn(path, (file, name) => {
      if (file === peers) return typeof readPeers(peers, genesis.network.genesisHash) === 'object';
      if (file === token) return /^[0-9a-f]{64}\n$/.test(readFileSync(token, 'utf8'));
      if (file !== identity) return OTHERS.map((judge) => judge(file, name)).find((isWhole) => isWhole !== undefined);
      const kept = readIdentity(identity);
      wipeIdentity(kept);
      return kept.nodeId === nodeId;
    }),
    ...faultsIn(join(path, 'proofs'), isProof),
  ];
  const { fault, window, entries } = await checkStore(path, genesis, () => {});
  if (fault !== undefined) faults.push(`${path}: ${fault}`);
  const store = openStore(path, genesis);
  try {
    const { settled } = store.opened();
    let sum = 0n;
    for (const { balance } of settled.state.accounts()) sum += balance;
    const due = genesis.network.params.emissionMoneta * BigInt(Math.max(settled.window, 0));
    if (sum !== due) faults.push(`${path}: balances sum to ${sum} moneta, ${due} are due`);
  } finally {
    store.close();
  }
  return { faults, window, entries };
};
