import { type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import type { Basis } from '#core/consensus/basis.ts';
import { decodeBundle, makeBundle } from '#core/consensus/bundle.ts';
import { cement, type Listing } from '#core/consensus/cementing.ts';
import { judgeCertificate } from '#core/consensus/certificate.ts';
import { makeEvidence } from '#core/consensus/evidence.ts';
import { decodeHeader, headerLayout, makeHeader } from '#core/consensus/header.ts';
import { judgeAgainstHeld, judgeBundle } from '#core/consensus/judge-bundle.ts';
import { judgeHeader } from '#core/consensus/judge-header.ts';
import { judgeProposalSets } from '#core/consensus/judge-proposal-sets.ts';
import { judgeReveal } from '#core/consensus/judge-reveal.ts';
import type { Bundle, EvidenceKind, Listed, Phase, Signed } from '#core/consensus/objects.ts';
import { PRECOMMIT } from '#core/consensus/objects.ts';
import { encodeProposal, makeProposal, makeReproposal } from '#core/consensus/proposal.ts';
import { decodeReveal, makeReveal } from '#core/consensus/reveal.ts';
import { isActive, rosterOf } from '#core/consensus/roster.ts';
import { controlRoot, listRoot } from '#core/consensus/set-roots.ts';
import { decodeVote, makeVote, voteOf } from '#core/consensus/vote.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { nodeId } from '#core/crypto/ids.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { decodeRegistration } from '#core/entry/registration.ts';
import { revealOrder, winnerOf } from '#core/lottery/cascade.ts';
import { lotteryWeight } from '#core/lottery/ticket.ts';
import type { NodeRecord } from '#core/state/records.ts';
import { participationPermille } from '#core/timechain/difficulty.ts';
import * as payloads from '#core/wire/payloads.ts';
import type { Output } from '../compare.ts';
import { type Handlers, readFields } from '../handler.ts';
import { Input } from '../input.ts';
import { keyOf, publicKey } from '../keys.ts';
import { modeOf, ticketsOf } from './lottery.ts';

/** A node with what the checks read; the rest is zero. */
const nodeFrom = (input: Input): NodeRecord => {
  const nodePubkey = input.has('key_seed') ? publicKey(input.id('key_seed')) : new Uint8Array(1952);
  return {
    nodeId: input.has('node_id') ? input.id('node_id') : nodeId(nodePubkey),
    nodePubkey,
    suiteId: input.has('suite_id') ? input.number('suite_id') : 1,
    operatorAccountId: '0'.repeat(64),
    startWindow: input.big('start_window'),
    chainLength: input.big('chain_length'),
    chainLengthSnapshot: input.has('chain_length_snapshot') ? input.big('chain_length_snapshot') : 0n,
    chainLengthCheckpoints: [0n, 0n, 0n, 0n, 0n, 0n],
    lastConfirmationWindow: input.big('last_confirmation_window'),
  };
};

/** S_{W−1} as far as a case gives it. */
const basisFrom = (input: Input, table = 'node_table'): Basis => {
  const nodes = input.list(table).map(nodeFrom);
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const window = input.number('window');
  return { window, roster: rosterOf(nodes, window, input.big('tau2_windows')), nodeOf: (id) => byId.get(id) };
};

const listingsFrom = (input: Input): readonly Listing[] =>
  input.list('bundles').map((bundle) => ({
    nodeId: bundle.id('node_id'),
    operations: bundle.ids('op_hashes'),
    reveals: bundle.ids('reveal_hashes'),
  }));

const signedOutput = (object: Signed, idName: string): Output => ({
  signed_scope: object.scope,
  [idName]: object.id,
  signature_sha256: sha256(object.signature),
  bytes_sha256: sha256(object.bytes),
  size: object.bytes.length,
});

const listedFrom = (input: Input, name: string, hash: string): readonly Listed[] =>
  input.list(name).map((entry) => ({ nodeId: entry.id('node_id'), hash: entry.id(hash) }));

/** `count` consecutive numbers from `first`, each 32 bytes big-endian. */
const consecutive = (input: Input): readonly Id[] =>
  Array.from({ length: input.number('count') }, (_, i) =>
    (input.big('first') + BigInt(i)).toString(16).padStart(64, '0'),
  );

/** A bundle too long to print. */
const bundleFromFields = (fields: Input, endpoint: Id): Bundle => {
  const key = keyOf(fields.id('signer_seed'));
  return makeBundle(
    {
      nodeId: nodeId(key.publicKey),
      endpoint,
      window: fields.big('window_index'),
      operations: consecutive(fields.inner('op_hashes')),
      reveals: consecutive(fields.inner('reveal_hashes')),
    },
    key,
  );
};

const evidenceDecoders = { 1: decodeBundle, 2: decodeVote, 3: decodeHeader, 4: decodeReveal };

/** 04 §3–§10; 09 §3. */
export const consensus: Handlers = {
  vdf_reveal: (input) => {
    const fields = { nodeId: input.id('node_id'), window: input.big('window_index'), endpoint: input.id('endpoint') };
    return signedOutput(makeReveal(fields, keyOf(input.id('signer_seed'))), 'reveal_hash');
  },
  bundled_confirmation: (input) => {
    const fields = {
      nodeId: input.id('node_id'),
      endpoint: input.id('endpoint'),
      window: input.big('window_index'),
      operations: input.ids('op_hashes'),
      reveals: input.ids('reveal_hashes'),
    };
    return signedOutput(makeBundle(fields, keyOf(input.id('signer_seed'))), 'bundle_hash');
  },
  proposal_header: (input) => {
    const unsigned = new Input({ ...input.fields, signature: '00'.repeat(3309) });
    const { windowIndex, signature: _, ...fields } = readFields(headerLayout, unsigned);
    const header = makeHeader({ ...fields, window: windowIndex }, keyOf(input.id('signer_seed')));
    return signedOutput(header, 'proposal_hash');
  },
  proposal_vote: (input) => {
    const vote = makeVote(
      {
        phase: input.number('phase') as Phase,
        round: input.number('round'),
        window: input.big('window'),
        proposalHash: input.id('proposal_hash'),
        nodeId: input.id('node_id'),
      },
      keyOf(input.id('signer_seed')),
    );
    return signedOutput(vote, 'vote_hash');
  },
  proposal_set_root: (input) => ({
    root: listRoot(input.list('items').map((item) => ({ nodeId: item.id('author_node_id'), hash: item.id('hash') }))),
  }),
  control_root: (input) => ({
    root: controlRoot(
      input.list('objects').map((object) => {
        const bytes = object.bytes('object_bytes');
        return { id: object.id('nodereg_hash'), bytes, scope: bytes };
      }),
      'whole',
    ),
  }),
  certificate: (input) => {
    const basis = basisFrom(input);
    const named = { phase: PRECOMMIT, round: input.number('round'), proposalHash: input.id('proposal_hash') } as const;
    const signatures = input.list('signatures').map((entry) => ({
      nodeId: entry.id('node_id'),
      signature: entry.bytes('signature'),
    }));
    const total = signatures.length;
    const bytes = payloads.PROOF_RESPONSE.encode({ window: input.big('window'), ...named, total, from: 0, signatures });
    const votes = signatures.map((entry) => voteOf({ ...named, window: basis.window, ...entry }));
    return {
      bytes_sha256: sha256(bytes),
      size: bytes.length,
      quorum: basis.roster.quorum,
      ...judgeCertificate(votes, basis, mlDsa65.verify),
    };
  },
  evidence: (input) => {
    const kind = input.number('kind') as EvidenceKind;
    const [first, second] = input.byteStrings('objects').map((bytes) => {
      const decoded = evidenceDecoders[kind](bytes);
      if (!decoded.ok) throw new Error(decoded.error);
      return decoded.value;
    });
    if (first === undefined || second === undefined) throw new Error('not two objects');
    const evidence = makeEvidence(kind, first, second);
    return {
      bytes_sha256: sha256(evidence.bytes),
      size: evidence.bytes.length,
      identifiers: [evidence.a.id, evidence.b.id],
    };
  },
  proposal_body: (input) => {
    const header = decodeHeader(input.bytes('header'));
    if (!header.ok) throw new Error(header.error);
    const bundles = listedFrom(input, 'included_bundles', 'bundle_hash');
    const reveals = listedFrom(input, 'included_reveals', 'reveal_hash');
    const fresh = makeProposal(header.value, bundles, reveals);
    const roots = { included_bundles_root: listRoot(bundles), included_reveals_root: listRoot(reveals) };
    if (input.number('valid_round') === 0) {
      const bytes = encodeProposal(fresh);
      return { ...roots, bytes_sha256: sha256(bytes), size: bytes.length };
    }
    const leader = keyOf(input.id('leader_seed'));
    const again = makeReproposal(
      fresh,
      input.number('valid_round'),
      input.number('round'),
      nodeId(leader.publicKey),
      leader,
    );
    const bytes = encodeProposal(again);
    return {
      ...roots,
      leader_signed_scope: again.reproposal?.scope,
      bytes_sha256: sha256(bytes),
      size: bytes.length,
    };
  },
  cementing: (input) => {
    const { roster } = basisFrom(input, 'nodes');
    const cemented = cement(roster, listingsFrom(input));
    return {
      active_nodes: roster.members.length,
      active_chain_length: roster.activeWeight,
      quorum: roster.quorum,
      included_weight: cemented.weight,
      sufficient: cemented.weight >= roster.quorum,
      participation_permille: participationPermille(cemented.weight, roster.activeWeight),
      cemented_ops: cemented.operations,
      cemented_reveals: cemented.reveals,
    };
  },
  validate_reveal: (input) => {
    const decoded = decodeReveal(input.bytes('reveal'));
    if (!decoded.ok) return { error: decoded.error };
    const nodes = new Map(input.list('node_table').map((entry) => [nodeFrom(entry).nodeId, nodeFrom(entry)]));
    const window = input.number('window');
    const error = judgeReveal(
      decoded.value,
      {
        window,
        timechainValue: input.id('t_w'),
        aggregate: input.id('aggregate_w_minus_2'),
        target: input.big('target'),
        mode: modeOf(input),
        signerOf: (id) => {
          const node = nodes.get(id);
          return (
            node && {
              publicKey: node.nodePubkey,
              suiteId: node.suiteId,
              isActive: isActive(node, BigInt(window), input.big('tau2_windows')),
              lotteryWeight: lotteryWeight(node.chainLength, node.chainLengthSnapshot),
            }
          );
        },
      },
      mlDsa65.verify,
    );
    if (error !== undefined) return { error };
    return input.ids('seen').includes(decoded.value.nodeId) ? { error: 'Duplicate' } : { ok: true };
  },
  validate_bundle: (input) => {
    const endpoint = input.id('t_w');
    const made = input.has('bundle_fields') ? bundleFromFields(input.inner('bundle_fields'), endpoint) : undefined;
    const decoded = decodeBundle(made?.bytes ?? input.bytes('bundle'));
    if (!decoded.ok) return { error: decoded.error };
    const bundle = decoded.value;
    const seen = input.list('seen').find((entry) => entry.id('node_id') === bundle.nodeId);
    const error =
      judgeBundle(bundle, basisFrom(input), endpoint, mlDsa65.verify) ??
      judgeAgainstHeld(bundle, seen?.id('bundle_hash'));
    return error === undefined ? { ok: true, bundle_hash: bundle.id } : { error };
  },
  validate_header: (input) => {
    const decoded = decodeHeader(input.bytes('header'));
    if (!decoded.ok) return { error: decoded.error };
    const previous = input.inner('previous');
    const nodes = new Map(input.list('node_table').map((entry) => [nodeFrom(entry).nodeId, nodeFrom(entry)]));
    const window = previous.number('window') + 1;
    const error = judgeHeader(
      decoded.value,
      {
        window,
        roster: rosterOf(nodes.values(), window, 0n),
        nodeOf: (id) => nodes.get(id),
        parent: previous.id('proposal_hash'),
        protocolVersion: previous.number('protocol_version'),
        cascade: input.ids('cascade'),
        target: input.big('target'),
        maxProtocolVersion: input.number('max_supported_version'),
      },
      input.id('t_w'),
      input.number('round'),
      mlDsa65.verify,
    );
    return error === undefined ? { ok: true, proposal_hash: decoded.value.id } : { error };
  },
  validate_proposal_sets: (input) => {
    const basis = basisFrom(input);
    const header = input.inner('header');
    const body = input.inner('body');
    const tickets = input.list('reveals').map((reveal) => ({
      nodeId: reveal.id('node_id'),
      ticket: reveal.big('ticket'),
      id: reveal.id('reveal_hash'),
    }));
    const bundles: Bundle[] = [];
    for (const bytes of input.byteStrings('bundles')) {
      const decoded = decodeBundle(bytes);
      if (!decoded.ok) return { error: 'BundleInvalid' };
      bundles.push(decoded.value);
    }
    const registrations = input.byteStrings('registrations').map((bytes) => {
      const decoded = decodeRegistration(bytes);
      if (!decoded.ok) throw new Error(decoded.error);
      return decoded.value;
    });
    const error = judgeProposalSets(
      {
        header: {
          includedBundlesRoot: header.id('included_bundles_root'),
          includedRevealsRoot: header.id('included_reveals_root'),
          winnerId: header.id('winner_id'),
          winnerEndpoint: ZERO_ID,
          controlRoot: header.id('control_root'),
        },
        bundles: listedFrom(body, 'included_bundles', 'bundle_hash'),
        reveals: listedFrom(body, 'included_reveals', 'reveal_hash'),
      },
      { bundles, reveals: tickets, registrations },
      basis,
      input.id('t_w'),
      (reveals) => {
        const cemented = reveals.flatMap(({ hash }) => tickets.filter(({ id }) => id === hash));
        const order = revealOrder(cemented, input.ids('penalised'));
        return {
          winnerId: winnerOf(order, ticketsOf(input, 'active_previous')) ?? ZERO_ID,
          // The cases name the winner only.
          winnerEndpoint: ZERO_ID,
        };
      },
      mlDsa65.verify,
    );
    if (error !== undefined) return { error };
    return { ok: true, quorum: basis.roster.quorum, included_weight: cement(basis.roster, bundles).weight };
  },
};
