import { describe, expect, it } from 'vitest';
import { casesOf } from '#vectors/cases.ts';
import { keyOf } from '#vectors/keys.ts';
import { concat, fromHex, type Id, littleEndian, toHex, ZERO_ID } from '../bytes/bytes.ts';
import type { Result } from '../bytes/result.ts';
import { sha256 } from '../crypto/hash.ts';
import { nodeId } from '../crypto/ids.ts';
import { mlDsa65 } from '../crypto/ml-dsa.ts';
import { decodeRegistration } from '../entry/registration.ts';
import { revealOrder, winnerOf } from '../lottery/cascade.ts';
import { type LotteryMode, lotteryWeight } from '../lottery/ticket.ts';
import type { NodeRecord } from '../state/records.ts';
import { participationPermille } from '../timechain/difficulty.ts';
import type { Basis } from './basis.ts';
import { decodeBundle, makeBundle } from './bundle.ts';
import { cement } from './cementing.ts';
import { judgeCertificate } from './certificate.ts';
import { decodeEvidence, isConflict, makeEvidence } from './evidence.ts';
import { decodeHeader, makeHeader } from './header.ts';
import { judgeAgainstHeld, judgeBundle } from './judge-bundle.ts';
import { judgeHeader } from './judge-header.ts';
import { judgeProposalSets } from './judge-proposal-sets.ts';
import { judgeReveal } from './judge-reveal.ts';
import {
  type Bundle,
  type EvidenceKind,
  type Header,
  type Listed,
  type Phase,
  PRECOMMIT,
  type Reveal,
  type Signed,
  type Vote,
} from './objects.ts';
import { decodeProposal, encodeProposal, makeProposal, makeReproposal } from './proposal.ts';
import { decodeReveal, makeReveal } from './reveal.ts';
import { isActive, isCemented, quorumOf, rosterOf } from './roster.ts';
import { controlRoot, listRoot } from './set-roots.ts';
import { decodeVote, makeVote, voteOf } from './vote.ts';

type Output = Readonly<Record<string, unknown>>;

/** What the cases of one function have in common, as JSON holds it. */
interface NodeInput {
  readonly key_seed?: Id;
  readonly node_id?: Id;
  readonly suite_id?: number;
  readonly chain_length: string;
  readonly chain_length_snapshot?: string;
  readonly start_window: string;
  readonly last_confirmation_window: string;
}

const nodeFrom = (input: NodeInput): NodeRecord => {
  const nodePubkey = input.key_seed === undefined ? new Uint8Array(1952) : keyOf(input.key_seed).publicKey;
  return {
    nodeId: input.node_id ?? nodeId(nodePubkey),
    nodePubkey,
    suiteId: input.suite_id ?? 1,
    operatorAccountId: ZERO_ID,
    startWindow: BigInt(input.start_window),
    chainLength: BigInt(input.chain_length),
    chainLengthSnapshot: BigInt(input.chain_length_snapshot ?? 0),
    chainLengthCheckpoints: [0n, 0n, 0n, 0n, 0n, 0n],
    lastConfirmationWindow: BigInt(input.last_confirmation_window),
  };
};

const basisFrom = (nodes: readonly NodeInput[], window: number | string, tau2: string | number): Basis => {
  const records = nodes.map(nodeFrom);
  return {
    window: Number(window),
    roster: rosterOf(records, Number(window), BigInt(tau2)),
    nodeOf: (id) => records.find((record) => record.nodeId === id),
  };
};

const signed = (name: string, { id, bytes, scope, signature }: Signed): Output => ({
  [name]: id,
  signed_scope: toHex(scope),
  signature_sha256: toHex(sha256(signature)),
  bytes_sha256: toHex(sha256(bytes)),
  size: bytes.length,
});

const run = <I>(topic: string, fn: string, call: (input: I) => Output): void => {
  const cases = casesOf(topic, fn);
  it(`${fn} (${cases.length})`, () => {
    expect(cases.length).toBeGreaterThan(0);
    for (const { id, in: input, out } of cases) expect({ id, ...call(input as I) }).toEqual({ id, ...out });
  });
};

const valueIn = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

describe('vectors: quorum and activity', () => {
  run('lottery', 'quorum', (input: { active_chain_length: string }) => ({
    quorum: String(quorumOf(BigInt(input.active_chain_length))),
  }));
  run('lottery', 'is_cemented', (input: { sum: string; active_chain_length: string }) => ({
    cemented: isCemented(BigInt(input.sum), BigInt(input.active_chain_length)),
  }));
  run('lottery', 'is_active', (input: NodeInput & { tau2_windows: string; window: string }) => ({
    active: isActive(
      { startWindow: BigInt(input.start_window), lastConfirmationWindow: BigInt(input.last_confirmation_window) },
      BigInt(input.window),
      BigInt(input.tau2_windows),
    ),
  }));
});

describe('vectors: objects', () => {
  run(
    'consensus_objects',
    'vdf_reveal',
    (input: { node_id: Id; window_index: string; endpoint: Id; signer_seed: Id }) => {
      const fields = { nodeId: input.node_id, window: BigInt(input.window_index), endpoint: input.endpoint };
      return signed('reveal_hash', makeReveal(fields, keyOf(input.signer_seed)));
    },
  );

  interface BundleInput {
    readonly node_id: Id;
    readonly endpoint: Id;
    readonly window_index: string;
    readonly op_hashes: readonly Id[];
    readonly reveal_hashes: readonly Id[];
    readonly signer_seed: Id;
  }
  run('consensus_objects', 'bundled_confirmation', (input: BundleInput) => {
    const fields = {
      nodeId: input.node_id,
      endpoint: input.endpoint,
      window: BigInt(input.window_index),
      operations: input.op_hashes,
      reveals: input.reveal_hashes,
    };
    return signed('bundle_hash', makeBundle(fields, keyOf(input.signer_seed)));
  });

  run('consensus_objects', 'proposal_header', (input: Readonly<Record<string, string>>) => {
    const id = (name: string): Id => input[name] as Id;
    const fields = {
      prevProposalHash: id('prev_proposal_hash'),
      window: BigInt(id('window_index')),
      protocolVersion: Number(input.protocol_version),
      controlRoot: id('control_root'),
      nodeRoot: id('node_root'),
      candidateRoot: id('candidate_root'),
      accountRoot: id('account_root'),
      stateRoot: id('state_root'),
      timechainValue: id('timechain_value'),
      includedBundlesRoot: id('included_bundles_root'),
      includedRevealsRoot: id('included_reveals_root'),
      winnerEndpoint: id('winner_endpoint'),
      winnerId: id('winner_id'),
      proposerNodeId: id('proposer_node_id'),
      target: BigInt(id('target')),
      fallbackDepth: Number(input.fallback_depth),
    };
    return signed('proposal_hash', makeHeader(fields, keyOf(id('signer_seed'))));
  });

  interface VoteInput {
    readonly phase: Phase;
    readonly round: number;
    readonly window: string;
    readonly proposal_hash: Id;
    readonly node_id: Id;
    readonly signer_seed: Id;
  }
  run('consensus_objects', 'proposal_vote', (input: VoteInput) => {
    const { phase, round, window, proposal_hash: proposalHash, node_id } = input;
    const fields = { phase, round, window: BigInt(window), proposalHash, nodeId: node_id };
    return signed('vote_hash', makeVote(fields, keyOf(input.signer_seed)));
  });

  const decoders: Readonly<Record<EvidenceKind, (bytes: Uint8Array) => Result<Bundle | Vote | Header | Reveal>>> = {
    1: decodeBundle,
    2: decodeVote,
    3: decodeHeader,
    4: decodeReveal,
  };
  run('consensus_objects', 'evidence', ({ kind, objects }: { kind: EvidenceKind; objects: [string, string] }) => {
    const decode = (hex: string) => valueIn(decoders[kind](fromHex(hex)));
    const evidence = makeEvidence(kind, decode(objects[0]), decode(objects[1]));
    expect(isConflict(evidence)).toBe(true);
    expect(decodeEvidence(evidence.bytes)).toEqual({ ok: true, value: evidence });
    return {
      bytes_sha256: toHex(sha256(evidence.bytes)),
      size: evidence.bytes.length,
      identifiers: [evidence.a.id, evidence.b.id],
    };
  });

  interface BodyInput {
    readonly header: string;
    readonly included_bundles: readonly { readonly node_id: Id; readonly bundle_hash: Id }[];
    readonly included_reveals: readonly { readonly node_id: Id; readonly reveal_hash: Id }[];
    readonly valid_round: number;
    readonly round?: number;
    readonly leader_seed?: Id;
  }
  run('consensus_objects', 'proposal_body', (input: BodyInput) => {
    const bundles = input.included_bundles.map(({ node_id, bundle_hash }) => ({ nodeId: node_id, hash: bundle_hash }));
    const reveals = input.included_reveals.map(({ node_id, reveal_hash }) => ({ nodeId: node_id, hash: reveal_hash }));
    const fresh = makeProposal(valueIn(decodeHeader(fromHex(input.header))), bundles, reveals);
    const key = keyOf(input.leader_seed ?? ZERO_ID);
    const leader = nodeId(key.publicKey);
    const proposal =
      input.round === undefined ? fresh : makeReproposal(fresh, input.valid_round, input.round, leader, key);
    const bytes = encodeProposal(proposal);
    expect(decodeProposal(bytes, () => leader)).toEqual({ ok: true, value: proposal });
    return {
      bytes_sha256: toHex(sha256(bytes)),
      size: bytes.length,
      included_bundles_root: listRoot(bundles),
      included_reveals_root: listRoot(reveals),
      ...(proposal.reproposal && { leader_signed_scope: toHex(proposal.reproposal.scope) }),
    };
  });
});

describe('vectors: sets', () => {
  run('consensus_objects', 'proposal_set_root', (input: { items: { author_node_id: Id; hash: Id }[] }) => ({
    root: listRoot(input.items.map(({ author_node_id, hash }) => ({ nodeId: author_node_id, hash }))),
  }));
  run('consensus_objects', 'control_root', (input: { objects: { nodereg_hash: Id; object_bytes: string }[] }) => ({
    root: controlRoot(
      input.objects.map((object) => {
        const bytes = fromHex(object.object_bytes);
        return { id: object.nodereg_hash, bytes, scope: bytes };
      }),
      'whole',
    ),
  }));

  interface CementingInput {
    readonly window: string;
    readonly tau2_windows: string;
    readonly nodes: readonly NodeInput[];
    readonly bundles: readonly { readonly node_id: Id; readonly op_hashes: Id[]; readonly reveal_hashes: Id[] }[];
  }
  run('consensus_objects', 'cementing', ({ window, tau2_windows, nodes, bundles }: CementingInput) => {
    const { roster } = basisFrom(nodes, window, tau2_windows);
    const listings = bundles.map((bundle) => ({
      nodeId: bundle.node_id,
      operations: bundle.op_hashes,
      reveals: bundle.reveal_hashes,
    }));
    const cemented = cement(roster, listings);
    return {
      active_nodes: roster.members.length,
      active_chain_length: String(roster.activeWeight),
      quorum: String(roster.quorum),
      included_weight: String(cemented.weight),
      sufficient: cemented.weight >= roster.quorum,
      participation_permille: participationPermille(cemented.weight, roster.activeWeight),
      cemented_ops: cemented.operations,
      cemented_reveals: cemented.reveals,
    };
  });

  interface SetsInput {
    readonly window: number;
    readonly tau2_windows: string;
    readonly t_w: Id;
    readonly node_table: readonly NodeInput[];
    readonly reveals: readonly { readonly node_id: Id; readonly reveal_hash: Id; readonly ticket: string }[];
    readonly penalised: readonly Id[];
    readonly active_previous: readonly { readonly node_id: Id; readonly ticket: string }[];
    readonly bundles: readonly string[];
    readonly registrations: readonly string[];
    readonly header: Readonly<
      Record<'included_bundles_root' | 'included_reveals_root' | 'winner_id' | 'control_root', Id>
    >;
    readonly body: {
      readonly included_bundles: readonly { readonly node_id: Id; readonly bundle_hash: Id }[];
      readonly included_reveals: readonly { readonly node_id: Id; readonly reveal_hash: Id }[];
    };
  }
  run('consensus_objects', 'validate_proposal_sets', (input: SetsInput) => {
    const basis = basisFrom(input.node_table, input.window, input.tau2_windows);
    const ticketOf = ({ node_id, ticket }: { node_id: Id; ticket: string }) => ({
      nodeId: node_id,
      ticket: BigInt(ticket),
    });
    const bundles = input.bundles.map((hex) => valueIn(decodeBundle(fromHex(hex))));
    const proposal = {
      header: {
        includedBundlesRoot: input.header.included_bundles_root,
        includedRevealsRoot: input.header.included_reveals_root,
        winnerId: input.header.winner_id,
        winnerEndpoint: ZERO_ID,
        controlRoot: input.header.control_root,
      },
      bundles: input.body.included_bundles.map(({ node_id, bundle_hash }) => ({ nodeId: node_id, hash: bundle_hash })),
      reveals: input.body.included_reveals.map(({ node_id, reveal_hash }) => ({ nodeId: node_id, hash: reveal_hash })),
    };
    const bodies = {
      bundles,
      reveals: input.reveals.map(({ node_id, reveal_hash }) => ({ nodeId: node_id, id: reveal_hash })),
      registrations: input.registrations.map((hex) => valueIn(decodeRegistration(fromHex(hex)))),
    };
    const drawWinner = (included: readonly Listed[]): { winnerId: Id; winnerEndpoint: Id } => {
      const names = included.map(({ nodeId: id }) => id);
      const tickets = input.reveals.filter(({ node_id }) => names.includes(node_id)).map(ticketOf);
      const order = revealOrder(tickets, input.penalised);
      return { winnerId: winnerOf(order, input.active_previous.map(ticketOf)) as Id, winnerEndpoint: ZERO_ID };
    };
    const error = judgeProposalSets(proposal, bodies, basis, input.t_w, drawWinner, mlDsa65.verify);
    if (error !== undefined) return { error };
    const { weight } = cement(basis.roster, bundles);
    return { ok: true, quorum: String(basis.roster.quorum), included_weight: String(weight) };
  });
});

describe('vectors: judging', () => {
  interface RevealInput {
    readonly mode: LotteryMode;
    readonly window: string;
    readonly tau2_windows: string;
    readonly t_w: Id;
    readonly aggregate_w_minus_2: Id;
    readonly target: string;
    readonly node_table: readonly NodeInput[];
    readonly seen: readonly Id[];
    readonly reveal: string;
  }
  run('consensus_objects', 'validate_reveal', (input: RevealInput) => {
    const decoded = decodeReveal(fromHex(input.reveal));
    if (!decoded.ok) return { error: decoded.error };
    const nodes = input.node_table.map(nodeFrom);
    const basis = {
      window: Number(input.window),
      timechainValue: input.t_w,
      aggregate: input.aggregate_w_minus_2,
      target: BigInt(input.target),
      mode: input.mode,
      signerOf: (id: Id) => {
        const node = nodes.find((record) => record.nodeId === id);
        return (
          node && {
            publicKey: node.nodePubkey,
            suiteId: node.suiteId,
            isActive: isActive(node, BigInt(input.window), BigInt(input.tau2_windows)),
            lotteryWeight: lotteryWeight(node.chainLength, node.chainLengthSnapshot),
          }
        );
      },
    };
    const error = judgeReveal(decoded.value, basis, mlDsa65.verify);
    if (error !== undefined) return { error };
    return input.seen.includes(decoded.value.nodeId) ? { error: 'Duplicate' } : { ok: true };
  });

  interface Count {
    readonly first: number;
    readonly count: number;
  }
  interface BundleCase {
    readonly window: string;
    readonly tau2_windows: string;
    readonly t_w: Id;
    readonly node_table: readonly NodeInput[];
    readonly seen: readonly { readonly node_id: Id; readonly bundle_hash: Id }[];
    readonly bundle?: string;
    readonly bundle_fields?: { signer_seed: Id; window_index: string; op_hashes: Count; reveal_hashes: Count };
  }
  const consecutive = ({ first, count }: Count): readonly Id[] =>
    Array.from({ length: count }, (_, i) => (first + i).toString(16).padStart(64, '0'));
  const bundleBytes = ({ bundle, bundle_fields: fields, t_w }: BundleCase): Uint8Array => {
    if (fields === undefined) return fromHex(bundle as string);
    const key = keyOf(fields.signer_seed);
    const made = {
      nodeId: nodeId(key.publicKey),
      endpoint: t_w,
      window: BigInt(fields.window_index),
      operations: consecutive(fields.op_hashes),
      reveals: consecutive(fields.reveal_hashes),
    };
    return makeBundle(made, key).bytes;
  };
  run('consensus_objects', 'validate_bundle', (input: BundleCase) => {
    const decoded = decodeBundle(bundleBytes(input));
    if (!decoded.ok) return { error: decoded.error };
    const bundle = decoded.value;
    const held = input.seen.find(({ node_id }) => node_id === bundle.nodeId)?.bundle_hash;
    const basis = basisFrom(input.node_table, input.window, input.tau2_windows);
    const error = judgeBundle(bundle, basis, input.t_w, mlDsa65.verify) ?? judgeAgainstHeld(bundle, held);
    return error === undefined ? { ok: true, bundle_hash: bundle.id } : { error };
  });

  interface HeaderCase {
    readonly previous: { readonly proposal_hash: Id; readonly window: string; readonly protocol_version: number };
    readonly max_supported_version: number;
    readonly node_table: readonly NodeInput[];
    readonly cascade: readonly Id[];
    readonly round: number;
    readonly t_w: Id;
    readonly target: string;
    readonly header: string;
  }
  run('consensus_objects', 'validate_header', (input: HeaderCase) => {
    const decoded = decodeHeader(fromHex(input.header));
    if (!decoded.ok) return { error: decoded.error };
    const basis = {
      ...basisFrom(input.node_table, Number(input.previous.window) + 1, 1_000),
      parent: input.previous.proposal_hash,
      protocolVersion: input.previous.protocol_version,
      maxProtocolVersion: input.max_supported_version,
      cascade: input.cascade,
      target: BigInt(input.target),
    };
    const error = judgeHeader(decoded.value, basis, input.t_w, input.round, mlDsa65.verify);
    return error === undefined ? { ok: true, proposal_hash: decoded.value.id } : { error };
  });

  interface CertificateCase {
    readonly window: string;
    readonly tau2_windows: string;
    readonly node_table: readonly NodeInput[];
    readonly round: number;
    readonly proposal_hash: Id;
    readonly signatures: readonly { readonly node_id: Id; readonly signature: string }[];
  }
  run('consensus_objects', 'certificate', (input: CertificateCase) => {
    const { round, proposal_hash: proposalHash, signatures } = input;
    const window = Number(input.window);
    const basis = basisFrom(input.node_table, window, input.tau2_windows);
    const votes = signatures.map(({ node_id, signature }) =>
      voteOf({ phase: PRECOMMIT, round, window, proposalHash, nodeId: node_id, signature: fromHex(signature) }),
    );
    const { valid, weight } = judgeCertificate(votes, basis, mlDsa65.verify);
    // 0x48 is written here as 09 §3 prints it; its codec belongs to the wire.
    const bytes = concat(
      ...[
        littleEndian(BigInt(input.window), 8),
        Uint8Array.of(PRECOMMIT),
        littleEndian(round, 2),
        fromHex(proposalHash),
      ],
      ...[littleEndian(signatures.length, 2), littleEndian(0, 2), littleEndian(signatures.length, 2)],
      ...signatures.flatMap(({ node_id, signature }) => [fromHex(node_id), fromHex(signature)]),
    );
    const result = {
      bytes_sha256: toHex(sha256(bytes)),
      size: bytes.length,
      quorum: String(basis.roster.quorum),
      valid,
    };
    return valid ? { ...result, weight: String(weight) } : result;
  });
});
