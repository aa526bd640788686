import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import type { Basis } from '../consensus/basis.ts';
import { judgeCertificate, signersWeight } from '../consensus/certificate.ts';
import { exactWindow } from '../consensus/header.ts';
import { type Header, PRECOMMIT, type Vote } from '../consensus/objects.ts';
import { type Roster, rosterOf } from '../consensus/roster.ts';
import { voteOf } from '../consensus/vote.ts';
import type { Verify } from '../crypto/suite.ts';
import type { NodeRecord } from '../state/records.ts';
import { lastOf } from './header-chain.ts';
import { type NodeTable, provenNodeTable } from './node-table.ts';
import type { AnchorProof } from './proof.ts';

/**
 * What a verifier believes before it sees the proof (09 §9).
 *
 * - `checkpoint` of W or later: its header commits every header before it by hash, and with them all that the proof says.
 * - `checkpoint` before W: the proof's first header is that one. Header W then needs a certificate whose signers have weight ≥ Q by
 *   S_{W−1} and ≥ Q by the checkpoint's state.
 * - `genesis`: the same, counted by the founders' records.
 * - `chain`: 03 §10 row 5 as printed. A header chain from T_0 is believed, with the keys it brings: whoever hashes a whole chain
 *   can invent one, so this is for networks without certificates, and for conformance.
 */
export type Trust =
  | { readonly type: 'checkpoint'; readonly window: number; readonly proposalHash: Id }
  | { readonly type: 'genesis'; readonly timechainValue: Id; readonly founders: readonly NodeRecord[] }
  | { readonly type: 'chain'; readonly timechainValue: Id };

export type TrustFault =
  | 'InvalidCertificate'
  | 'TrustedTableMismatch'
  | 'LaterNotLinked'
  | 'UnboundHeaders'
  | 'WrongGenesis'
  | 'WrongCheckpoint'
  | 'NoCertificate'
  | 'InsufficientTrust';

/** Headers of a proof that are linked and signed, and what header W is judged by. */
export interface LinkedHeaders {
  readonly headers: readonly Header[];
  readonly basis: Basis;
  readonly nodes: NodeTable;
}

/** Whether linked headers are those of the chain that a verifier trusts; first fault first. */
export const judgeTrust = (
  { headers, basis, nodes }: LinkedHeaders,
  proof: AnchorProof,
  trust: Trust,
  tau2Windows: bigint,
  verify: Verify,
): TrustFault | undefined => {
  const first = headers[0] as Header;
  const header = headers.at(-1) as Header;
  const certificate = certificateOf(proof, header);
  if (certificate.length > 0 !== proof.round > 0) return 'InvalidCertificate';
  if (certificate.length > 0 && !judgeCertificate(certificate, basis, verify).valid) return 'InvalidCertificate';
  const trusted = trustedTable(proof.trusted, headers, nodes);
  if (trusted === 'TrustedTableMismatch') return trusted;
  const last = lastOf(header, proof.later);
  if (last === undefined) return 'LaterNotLinked';
  if (trust.type === 'checkpoint' && trust.window >= header.window) {
    return last.id === trust.proposalHash && last.window === BigInt(trust.window) ? undefined : 'WrongCheckpoint';
  }
  // Nothing commits headers after W to a verifier that trusts an earlier one.
  if (proof.later.length > 0) return 'UnboundHeaders';
  if (trust.type === 'checkpoint') {
    if (first.id !== trust.proposalHash || exactWindow(first) !== BigInt(trust.window)) return 'WrongCheckpoint';
    if (trusted === undefined) return 'TrustedTableMismatch';
    return judgeSigners(certificate, rosterOf(trusted.values(), trust.window + 1, tau2Windows));
  }
  if (exactWindow(first) !== 0n || first.prevProposalHash !== ZERO_ID) return 'WrongGenesis';
  if (first.timechainValue !== trust.timechainValue) return 'WrongGenesis';
  return trust.type === 'chain' ? undefined : judgeSigners(certificate, rosterOf(trust.founders, 0, tau2Windows));
};

/** A valid certificate whose signers reach the quorum of the trusted state too (09 §9). */
const judgeSigners = (
  certificate: readonly Vote[],
  roster: Roster,
): 'NoCertificate' | 'InsufficientTrust' | undefined => {
  if (certificate.length === 0) return 'NoCertificate';
  return signersWeight(certificate, roster) >= roster.quorum ? undefined : 'InsufficientTrust';
};

/** The precommits of a proof (09 §3, 0x48). */
const certificateOf = ({ round, certificate }: AnchorProof, { id, window }: Header): readonly Vote[] =>
  certificate.map(({ nodeId, signature }) =>
    voteOf({ phase: PRECOMMIT, round, window, proposalHash: id, nodeId, signature }),
  );

/** Nodes after the first header, where the proof brings them: its table of S_{W−1} when that is the first one. */
const trustedTable = (
  records: readonly Uint8Array[],
  headers: readonly Header[],
  nodes: NodeTable,
): NodeTable | 'TrustedTableMismatch' | undefined => {
  if (records.length > 0) return provenNodeTable(records, (headers[0] as Header).nodeRoot) ?? 'TrustedTableMismatch';
  return headers.length === 2 ? nodes : undefined;
};
