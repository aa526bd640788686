import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Id } from '#core/bytes/bytes.ts';
import { makeHeader } from '#core/consensus/header.ts';
import type { Listed } from '#core/consensus/objects.ts';
import { makeProposal } from '#core/consensus/proposal.ts';
import { hashId } from '#core/crypto/hash.ts';
import { SIGNATURE_SIZE } from '#core/crypto/suite.ts';
import { buildGenesis, type Genesis } from '#core/genesis/genesis.ts';
import { MAINNET } from '#core/genesis/profiles.ts';
import { MONTANA } from '#core/genesis/rules.ts';
import { leaderOf } from '#core/lottery/cascade.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { anchorOfInterval, intervalOf } from '#core/snapshot/anchor-windows.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import type { WritableBase } from '#core/state/state.ts';
import { State } from '#core/state/view.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { applyWindow, headerFields } from '#core/transition/apply.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { configText } from '#node/config/config.ts';
import { makeNodeFolder, type NodeFolder } from '#node/config/folder.ts';
import { writeGenesisFile } from '#node/config/genesis-file.ts';
import { writeRecoverable } from '#node/config/identity.ts';
import type { KeyName } from '#node/config/keys.ts';
import { newMasterSeed } from '#node/config/mnemonic.ts';
import { Archive, retentionOf } from '#node/store/archive.ts';
import { Environment } from '#node/store/environment.ts';
import { Heads } from '#node/store/heads.ts';
import { LmdbBase } from '#node/store/lmdb-base.ts';
import { openStore } from '#node/store/lmdb-store.ts';
import { FILE } from '#node/store/store-files.ts';
import { recordOf } from './accounts.ts';

/** Accounts and windows that go into one transaction. */
const ACCOUNTS_AT_ONCE = 25_000;
const WINDOWS_AT_ONCE = 500;

/** Windows that are left for the node to close until its first snapshot anchor. */
const LEFT = 3;

export interface FolderPlan {
  readonly accounts: number;
  readonly tau2Windows: number;
  /** D of genesis: a window takes a node alone a second or so. */
  readonly d0?: number;
  /** What montana.yaml says besides. */
  readonly config?: { readonly [K in KeyName]?: unknown };
  tell(line: string): void;
}

export interface MadeFolder {
  readonly folder: NodeFolder;
  readonly genesis: Genesis;
  /** `Qm…` */
  readonly peerId: string;
  /** The first window that the node will serve a snapshot of. */
  readonly anchor: number;
}

/** Nobody verifies the headers of this history: a certificate of a later window vouches for it (09 §9). */
const unsigned = (publicKey: Uint8Array) => ({ publicKey, sign: () => new Uint8Array(SIGNATURE_SIZE) });

/** What these stand for is never asked for. */
const listOf = (nodeIds: readonly Id[], window: number): readonly Listed[] =>
  nodeIds.map((nodeId) => ({ nodeId, hash: hashId('mt-app', nodeId, `${window}`.padStart(64, '0')) }));

/**
 * The folder of a node that is alone in its network and has closed a few windows more than it remembers, 4τ₂: a real chain, whose T is
 * hashed where others will measure D. Its state got `accounts` accounts out of nowhere before the last window. It is about to reach a
 * snapshot anchor.
 */
export const makeFolder = (path: string, plan: FolderPlan): MadeFolder => {
  const { accounts, config = {}, tell } = plan;
  const folder = makeNodeFolder(path);
  const identity = writeRecoverable(folder.identity, newMasterSeed().masterSeed);
  const founders = [{ accountPubkey: identity.accountKey, nodePubkey: identity.nodeKey }];
  const own = { d0: BigInt(plan.d0 ?? 4_194_304), tau2Windows: BigInt(plan.tau2Windows) };
  const genesis = buildGenesis({ params: { ...MAINNET, ...own }, rules: MONTANA, founders });
  const { params } = genesis.network;
  writeGenesisFile(folder.genesis, genesis);
  const settings = { listen: ['/ip4/127.0.0.1/tcp/0'], discover: 'off', diversity: 'off' };
  writeFileSync(folder.config, configText({ ...settings, ...config }));
  openStore(path, genesis).close();

  const tau2 = Number(params.tau2Windows);
  const interval = intervalOf(params, 4 * tau2) + 2;
  const anchor = anchorOfInterval(params, interval, () => 1);
  if (anchor === undefined) throw new Error('the interval has no anchor');
  const environment = new Environment(join(path, FILE));
  const archive = new Archive(environment, params, retentionOf(params));
  const heads = new Heads(environment);
  const key = unsigned(identity.nodeKey);

  const close = (settled: Settled): FinalRecord => {
    const open = openWindow(settled);
    const { window, previousT } = open;
    const isMeasured = window > 2 * tau2 && window % tau2 === 1;
    const known = open.timechainValue ?? (isMeasured ? timechainStep(previousT, open.d) : undefined);
    const bundles = listOf([identity.nodeId], window);
    const reveals = open.lotteryBefore === undefined ? [] : listOf([identity.nodeId], window - 1);
    const proposer = leaderOf(open.cascade, 1) as Id;
    const timechainValue = known ?? hashId('mt-app', previousT);
    const lists = { bundles, reveals, operations: [], registrations: [] };
    const outcome = applyWindow(settled, { timechainValue, ...lists, proposer, fallbackDepth: 1 }, () => true);
    const header = makeHeader(headerFields(outcome, open, proposer, 1), key);
    const entry = { header, bundles, reveals, operations: [], registrations: [] };
    const proposal = makeProposal(header, bundles, reveals);
    const written = { delta: outcome.delta, proposal, entry, operations: [], registrations: [], certificate: [] };
    return { settled: outcome.settle(header.id, header.protocolVersion), ...written };
  };

  let settled = genesisSettled(genesis, new MemoryBase());
  const last = anchor - LEFT;
  while (settled.window < last - 1) {
    const end = Math.min(last - 1, settled.window + WINDOWS_AT_ONCE);
    environment.transaction(() => {
      while (settled.window < end) {
        const record = close(settled);
        archive.write(record);
        settled = record.settled;
      }
    });
    // Versions of a window stand on those before it.
    settled = { ...settled, state: copied(settled.state, new MemoryBase()) };
    tell(`${end + 1} of ${last + 1} windows`);
  }

  const base = new LmdbBase(environment);
  copied(settled.state, base);
  const begun = performance.now();
  for (let first = 0; first < accounts; first += ACCOUNTS_AT_ONCE) {
    const count = Math.min(ACCOUNTS_AT_ONCE, accounts - first);
    const account = Array.from({ length: count }, (_, i) => recordOf(first + i, 0n));
    base.commit(new State(base).apply({ account }).delta);
    tell(`${first + count} of ${accounts} accounts, ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
  }
  const record = close({ ...settled, state: new State(base.version) });
  base.commit(record.delta);
  environment.transaction(() => {
    archive.write(record);
    heads.write(record.settled);
  });
  environment.close();
  return { folder, genesis, peerId: identity.peerId, anchor };
};

/** The tables of a state in another base, without the versions they stand on. */
const copied = (state: State, base: WritableBase): State => {
  const tables = { account: state.range('account'), node: state.range('node'), candidate: state.range('candidate') };
  base.commit(new State(base).apply(tables).delta);
  return new State(base);
};

if (import.meta.main) {
  const [path, accounts] = process.argv.slice(2) as [string, string];
  const tau2Windows = Number(MAINNET.tau2Windows);
  makeFolder(path, { accounts: Number(accounts), tau2Windows, tell: (line) => process.stderr.write(`${line}\n`) });
}
