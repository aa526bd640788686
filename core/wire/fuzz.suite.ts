import fc from 'fast-check';
import { fromHex, type Id, toHex } from '../bytes/bytes.ts';
import { makeBundle } from '../consensus/bundle.ts';
import { makeEvidence } from '../consensus/evidence.ts';
import { makeHeader } from '../consensus/header.ts';
import type { Header, Listed, Openings, ProtocolObject } from '../consensus/objects.ts';
import { makeProposal, makeReproposal } from '../consensus/proposal.ts';
import { makeReveal } from '../consensus/reveal.ts';
import { makeVote } from '../consensus/vote.ts';
import { sha256 } from '../crypto/hash.ts';
import { SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import { checkpointTree } from '../entry/checkpoint-tree.ts';
import { makeOpenings } from '../entry/openings.ts';
import { makeRegistration } from '../entry/registration.ts';
import { makeOperation } from '../operations/codec.ts';

/** Every property test here runs from one seed. */
export const SEED = 20261121;

/** Inputs every decoder has to survive. */
export const MALFORMED_INPUTS = 10_000;

export const KEY: SigningKey = {
  publicKey: new Uint8Array(1952).fill(5),
  sign(message) {
    const signature = new Uint8Array(SIGNATURE_SIZE);
    signature.set(sha256(message));
    return signature;
  },
};

export const anId = (value: number): Id => toHex(sha256(fromHex(value.toString(16).padStart(16, '0'))));

/** A stream of 32-bit integers. */
const stream = (seed: number) => {
  let state = seed | 0;
  return (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return ((state >>> 8) & 0xff_ffff) % bound;
  };
};

/** Bytes that are almost a value: flipped, cut, extended, or all made up with small numbers in front. */
export const damaged = (valid: readonly Uint8Array[], seed: number): Uint8Array => {
  const next = stream(seed);
  const source = valid[next(valid.length + 1)];
  if (source === undefined) {
    const bytes = new Uint8Array(next(160));
    for (let i = 0; i < bytes.length; i++) bytes[i] = next(3) === 0 ? next(256) : next(4);
    return bytes;
  }
  const size = [source.length, next(source.length + 1), source.length + next(40), Math.max(0, source.length - 1)][
    next(4)
  ];
  const bytes = new Uint8Array(size ?? 0);
  bytes.set(source.subarray(0, bytes.length));
  for (let flips = next(4); flips > 0 && bytes.length > 0; flips--) {
    // Half of them near the start, where counts and lengths stand.
    const at = next(2) === 0 ? next(Math.min(bytes.length, 64)) : next(bytes.length);
    bytes[at] = next(2) === 0 ? next(256) : (bytes[at] as number) ^ (1 << next(8));
  }
  return bytes;
};

/** Runs a decoder over damaged bytes: it must answer, not throw; what it accepts must encode to the same bytes. */
export const survives = (
  valid: readonly Uint8Array[],
  decode: (bytes: Uint8Array) => { readonly ok: boolean },
  check: (bytes: Uint8Array) => void = () => {},
): number => {
  let refused = 0;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const bytes = damaged(valid, seed);
      if (decode(bytes).ok) check(bytes);
      else refused++;
    }),
    { seed: SEED, numRuns: MALFORMED_INPUTS },
  );
  return refused;
};

export const aHeader = (window: number): Header =>
  makeHeader(
    {
      prevProposalHash: anId(1),
      window,
      protocolVersion: 1,
      controlRoot: anId(2),
      nodeRoot: anId(3),
      candidateRoot: anId(4),
      accountRoot: anId(5),
      stateRoot: anId(6),
      timechainValue: anId(7),
      includedBundlesRoot: anId(8),
      includedRevealsRoot: anId(9),
      winnerEndpoint: anId(10),
      winnerId: anId(11),
      proposerNodeId: anId(12),
      target: 2n ** 128n - 1n,
      fallbackDepth: 3,
    },
    KEY,
  );

export const LEADER = anId(99);
export const leaderOf = (): Id => LEADER;

const listed = (count: number): readonly Listed[] =>
  Array.from({ length: count }, (_, i) => ({ nodeId: anId(100 + i), hash: anId(200 + i) })).sort((a, b) =>
    a.nodeId < b.nodeId ? -1 : 1,
  );

const vote = (round: number, value: number) =>
  makeVote({ phase: 2, round, window: 7, proposalHash: anId(value), nodeId: anId(20) }, KEY);

/** What a chain of three segments opens. */
const openings = (): Openings => {
  const checkpoints = [anId(50), anId(51), anId(52), anId(53)];
  const tree = checkpointTree(checkpoints);
  const registration = makeRegistration(
    { suiteId: 1, operatorAccountId: anId(35), proofEndpoint: tree.root, wStart: 3n, vdfChainLength: 3n },
    KEY,
    KEY,
  );
  const segments = [{ index: 1, iterations: 9 }];
  const challenge = { registration: registration.id, window: 7, root: tree.root, init: anId(50), segments };
  return makeOpenings(registration, challenge, tree) as Openings;
};

/** One object of every kind that is gossiped. */
export const anyObjects = (): readonly ProtocolObject[] => {
  const own = { prevHash: anId(30), sender: anId(31) };
  const fresh = makeProposal(aHeader(7), listed(3), listed(1));
  return [
    makeOperation({ type: 'Transfer', ...own, link: anId(32), amount: 5n }, KEY),
    makeOperation(
      { type: 'TransferModeB', ...own, link: anId(32), suiteId: 1, receiverPubkey: KEY.publicKey, amount: 5n },
      KEY,
    ),
    makeOperation({ type: 'ChangeKey', ...own, newSuiteId: 1, newPubkey: KEY.publicKey }, KEY),
    makeOperation({ type: 'Anchor', ...own, appId: anId(33), dataHash: anId(34) }, KEY),
    makeRegistration(
      { suiteId: 1, operatorAccountId: anId(35), proofEndpoint: anId(36), wStart: 3n, vdfChainLength: 4n },
      KEY,
      KEY,
    ),
    openings(),
    makeBundle(
      { nodeId: anId(20), endpoint: anId(21), window: 7, operations: [anId(22), anId(23)], reveals: [anId(24)] },
      KEY,
    ),
    makeReveal({ nodeId: anId(20), window: 7, endpoint: anId(21) }, KEY),
    fresh,
    makeReproposal(fresh, 2, 5, LEADER, KEY),
    vote(1, 40),
    makeEvidence(2, vote(1, 40), vote(1, 41)),
  ];
};
