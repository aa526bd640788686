import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { makeHeader } from '#core/consensus/header.ts';
import type { Header } from '#core/consensus/objects.ts';
import { rosterOf } from '#core/consensus/roster.ts';
import { hashId } from '#core/crypto/hash.ts';
import { SIGNATURE_SIZE } from '#core/crypto/suite.ts';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { MAINNET } from '#core/genesis/profiles.ts';
import { MONTANA } from '#core/genesis/rules.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { encodeNodeRecord } from '#core/state/records.ts';
import { type Changes, State } from '#core/state/view.ts';
import { lotteryBasis } from '#core/transition/open-window.ts';
import type { PastWindow, SideState } from '#core/transition/settled.ts';
import { configText } from '#node/config/config.ts';
import { makeNodeFolder } from '#node/config/folder.ts';
import { writeGenesisFile } from '#node/config/genesis-file.ts';
import { writeRecoverable } from '#node/config/identity.ts';
import { newMasterSeed } from '#node/config/mnemonic.ts';
import { Archive, retentionOf } from '#node/store/archive.ts';
import { Environment } from '#node/store/environment.ts';
import { Heads } from '#node/store/heads.ts';
import { LmdbBase } from '#node/store/lmdb-base.ts';
import { FILE, openStore } from '#node/store/lmdb-store.ts';
import { recordOf } from './accounts.ts';

/** Accounts and windows that go into one transaction. */
const ACCOUNTS_AT_ONCE = 25_000;
const WINDOWS_AT_ONCE = 500;

/** Nobody verifies the headers of this history. */
const unsigned = (publicKey: Uint8Array) => ({ publicKey, sign: () => new Uint8Array(SIGNATURE_SIZE) });

/**
 * The folder of a node that is alone in its network and has closed as many windows of the main network as it remembers, 4τ₂: its
 * state has `accounts` accounts. What its windows changed is made up, but for the last: the node goes on from there.
 */
export const makeFolder = (path: string, accounts: number, tell: (line: string) => void): void => {
  const folder = makeNodeFolder(path);
  const identity = writeRecoverable(folder.identity, newMasterSeed().masterSeed);
  const founders = [{ accountPubkey: identity.accountKey, nodePubkey: identity.nodeKey }];
  const genesis = buildGenesis({ params: MAINNET, rules: MONTANA, founders });
  writeGenesisFile(folder.genesis, genesis);
  const config = { listen: ['/ip4/127.0.0.1/tcp/0'], discover: 'off', diversity: 'off' };
  writeFileSync(folder.config, configText(config));
  openStore(path, genesis).close();

  const { params } = genesis.network;
  const tau2 = Number(params.tau2Windows);
  const last = 4 * tau2 + tau2 / 2;
  const environment = new Environment(join(path, FILE));
  const base = new LmdbBase(environment);
  const heads = new Heads(environment);
  const archive = new Archive(environment, params, retentionOf(params));
  const put = (changes: Changes): void => base.commit(new State(base).apply(changes).delta);

  const begun = performance.now();
  for (let first = 0; first < accounts; first += ACCOUNTS_AT_ONCE) {
    const count = Math.min(ACCOUNTS_AT_ONCE, accounts - first);
    put({ account: Array.from({ length: count }, (_, i) => recordOf(first + i, 0n)) });
    tell(`${first + count} of ${accounts} accounts, ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
  }
  const [node] = [...new State(base).nodes()];
  if (node === undefined) throw new Error('there is no founder');
  const seen = { ...node, chainLength: BigInt(last), lastConfirmationWindow: BigInt(last) };
  put({ node: [[node.nodeId, encodeNodeRecord(seen)]] });

  const state = new State(base);
  const roots = state.roots();
  const key = unsigned(identity.nodeKey);
  const past: PastWindow[] = [];
  let side: SideState = heads.read().side;
  for (let first = 0; first <= last; first += WINDOWS_AT_ONCE) {
    environment.transaction(() => {
      for (let window = first; window <= Math.min(last, first + WINDOWS_AT_ONCE - 1); window++) {
        const timechainValue = hashId('mt-app', `${window}`.padStart(64, '0'));
        const header: Header = makeHeader(
          {
            prevProposalHash: side.proposalHash,
            window,
            protocolVersion: 1,
            controlRoot: ZERO_ID,
            ...roots,
            timechainValue,
            includedBundlesRoot: ZERO_ID,
            includedRevealsRoot: ZERO_ID,
            winnerEndpoint: ZERO_ID,
            winnerId: node.nodeId,
            proposerNodeId: node.nodeId,
            target: side.target,
            fallbackDepth: 1,
          },
          key,
        );
        past.push({ window, timechainValue, aggregate: timechainValue, d: Number(params.d0) });
        side = { ...side, proposalHash: header.id, timechainValue };
        const entry = { header, bundles: [], reveals: [], operations: [], registrations: [] };
        const proposal = { kind: 'proposal', id: header.id, header, bundles: [], reveals: [] } as const;
        const written = { proposal: { ...proposal, validRound: 0, reproposal: undefined }, entry, certificate: [] };
        const record = { ...written, operations: [], registrations: [], settled: { window } };
        archive.write(record as unknown as FinalRecord);
      }
    });
    tell(`${Math.min(last, first + WINDOWS_AT_ONCE)} of ${last} windows`);
  }
  const basisOf = (window: number) => lotteryBasis(rosterOf([seen], window, params.tau2Windows));
  side = {
    ...side,
    participation: new Array<number>(tau2 / 2).fill(1_000),
    basis: basisOf(last),
    basisBefore: basisOf(last - 1),
    order: { window: last - 1, order: [node.nodeId] },
    past: past.slice(-4 * tau2),
    digest: side.proposalHash,
  };
  environment.transaction(() => heads.write({ window: last, side }));
  environment.close();
};

if (import.meta.main) {
  const [path, accounts] = process.argv.slice(2) as [string, string];
  makeFolder(path, Number(accounts), (line) => process.stderr.write(`${line}\n`));
}
