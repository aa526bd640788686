import { compareIds, type Id, toHex, ZERO_ID } from '../bytes/bytes.ts';
import { type BundleFields, makeBundle } from '../consensus/bundle.ts';
import { someIds, T_W, TAU2, type TestNode, testKey, testNodes, verify, WINDOW } from '../consensus/fixtures.suite.ts';
import { type HeaderFields, makeHeader } from '../consensus/header.ts';
import type { Anchor, Bundle, Header, Vote } from '../consensus/objects.ts';
import { PRECOMMIT } from '../consensus/objects.ts';
import { listRoot } from '../consensus/set-roots.ts';
import { makeVote } from '../consensus/vote.ts';
import { hash } from '../crypto/hash.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { accountOf, idOf } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { type AccountRecord, encodeAccountRecord, encodeNodeRecord } from '../state/records.ts';
import { State } from '../state/view.ts';
import { timechainStep } from '../timechain/chain.ts';
import { type AnchorMaterial, buildAnchorProof } from './build.ts';
import type { AnchorProof } from './proof.ts';
import type { AnchorQuestion } from './verify.ts';

export const OWNER: SigningKey = testKey(200);
export const DATA_HASH: Id = toHex(hash('mt-app', OWNER.publicKey));

/** D of W − 1 and of W. */
export const ITERATIONS = [3, 4] as const;

/** What a test changes about window W, everything else being as it should. Whatever it changes is signed as the rest. */
export interface SceneChanges {
  /** Nodes of S_{W−1}; all publish a bundle of W that lists the Anchor, and precommit header W in round 2. */
  readonly nodes?: readonly TestNode[];
  /** Nodes of S_{W−2}, the state of the first header. */
  readonly trusted?: readonly TestNode[];
  readonly account?: Partial<AccountRecord>;
  /** Signs the Anchor. */
  readonly signer?: SigningKey;
  /** Of the first node's bundle. */
  readonly bundle?: Partial<BundleFields>;
  /** Of header W − 1, and of header W. */
  readonly before?: Partial<HeaderFields>;
  readonly header?: Partial<HeaderFields>;
}

export interface Scene {
  readonly material: AnchorMaterial;
  /** Headers of W − 2, W − 1 and W, then those of W + 1 and W + 2. */
  readonly headers: readonly [Header, Header, Header];
  readonly later: readonly [Header, Header];
  readonly bundles: readonly Bundle[];
  readonly anchor: Anchor;
  readonly proof: AnchorProof;
  /** Asked by who trusts header W. */
  readonly question: AnchorQuestion;
}

const stateOf = (nodes: readonly TestNode[], accounts: readonly AccountRecord[]): State => {
  const base = new MemoryBase();
  const changes = {
    node: nodes.map(({ record }) => [record.nodeId, encodeNodeRecord(record)] as const),
    account: accounts.map((account) => [account.accountId, encodeAccountRecord(account)] as const),
  };
  base.commit(new State(base).apply(changes).delta);
  return new State(base);
};

/** A header of zeros but for what is given. */
export const headerAt = (window: number, changes: Partial<HeaderFields>, key: SigningKey): Header =>
  makeHeader(
    {
      prevProposalHash: ZERO_ID,
      window,
      protocolVersion: 1,
      controlRoot: ZERO_ID,
      nodeRoot: ZERO_ID,
      candidateRoot: ZERO_ID,
      accountRoot: ZERO_ID,
      stateRoot: ZERO_ID,
      timechainValue: T_W,
      includedBundlesRoot: ZERO_ID,
      includedRevealsRoot: ZERO_ID,
      winnerEndpoint: ZERO_ID,
      winnerId: ZERO_ID,
      proposerNodeId: ZERO_ID,
      target: 0n,
      fallbackDepth: 1,
      ...changes,
    },
    key,
  );

/** An Anchor cemented in `WINDOW` by nodes of weight 3, 2, 2 and 1: A = 8, Q = 6. */
export const scene = (changes: SceneChanges = {}): Scene => {
  const { nodes = testNodes(3n, 2n, 2n, 1n), trusted = nodes, signer = OWNER } = changes;
  const account = { ...accountOf(OWNER), ...changes.account };
  const before = stateOf(nodes, [account, accountOf(testKey(201))]);
  const trustedState = stateOf(trusted, [account]);
  const owned = { prevHash: account.frontierHash, sender: account.accountId, appId: idOf(1), dataHash: DATA_HASH };
  const anchor = makeOperation({ type: 'Anchor', ...owned }, signer) as Anchor;
  const proposer = nodes[0] as TestNode;
  const proposerNodeId = proposer.record.nodeId;
  const middleT = timechainStep(T_W, ITERATIONS[0]);
  const timechainValue = timechainStep(middleT, ITERATIONS[1]);
  const operations = [...someIds('others', 3), anchor.id].sort(compareIds);
  const bundles = nodes.map(({ record, key }, i) => {
    const own = i === 0 ? changes.bundle : {};
    const fields = { nodeId: record.nodeId, endpoint: timechainValue, window: WINDOW, operations, reveals: [] };
    return makeBundle({ ...fields, ...own }, key);
  });
  const included = bundles.map(({ nodeId, id }) => ({ nodeId, hash: id }));
  const first = headerAt(WINDOW - 2, { proposerNodeId, nodeRoot: trustedState.root('node') }, proposer.key);
  const middle = headerAt(
    WINDOW - 1,
    {
      prevProposalHash: first.id,
      proposerNodeId,
      nodeRoot: before.root('node'),
      accountRoot: before.root('account'),
      timechainValue: middleT,
      ...changes.before,
    },
    proposer.key,
  );
  const last = headerAt(
    WINDOW,
    {
      prevProposalHash: middle.id,
      proposerNodeId,
      timechainValue,
      includedBundlesRoot: listRoot(included),
      ...changes.header,
    },
    proposer.key,
  );
  const next = headerAt(WINDOW + 1, { prevProposalHash: last.id }, testKey(0));
  const afterNext = headerAt(WINDOW + 2, { prevProposalHash: next.id }, testKey(0));
  const certificate = nodes.map(
    ({ record, key }): Vote =>
      makeVote({ phase: PRECOMMIT, round: 2, window: WINDOW, proposalHash: last.id, nodeId: record.nodeId }, key),
  );
  const material: AnchorMaterial = {
    anchor,
    before,
    headers: [first, middle, last],
    iterations: ITERATIONS,
    included,
    bundles,
    certificate,
    trusted: trustedState,
    tau2Windows: TAU2,
  };
  const built = buildAnchorProof(material);
  if (!built.ok) throw new Error(built.error);
  const trust = { type: 'checkpoint', window: WINDOW, proposalHash: last.id } as const;
  const question = { dataHash: DATA_HASH, tau2Windows: TAU2, trust, verify, mostIterations: 7n };
  return {
    material,
    headers: [first, middle, last],
    later: [next, afterNext],
    bundles,
    anchor,
    proof: built.value,
    question,
  };
};
