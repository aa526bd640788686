import { blob, id32, layout, list, raw, u8, u16, u32 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { HEADER_SIZE } from '../consensus/header.ts';
import { SIGNATURE_SIZE } from '../crypto/suite.ts';
import { anchorLayout } from '../operations/codec.ts';
import { RECORD_SIZES } from '../state/records.ts';

/** What a proposal_hash covers, in bytes (04 §8). */
const HEADER_SCOPE_SIZE = HEADER_SIZE - SIGNATURE_SIZE;

/** Headers of either kind in one proof: 32 years of one-minute windows. The bytes that are there bound them first. */
const MOST_HEADERS = 1 << 24;

const PROOF_VERSION = 1;

/** A bundle of W, and its inclusion under included_bundles_root of header W (03 §10 a). */
const provenBundle = layout('ProvenBundle', { bundle: blob, inclusion: blob });

/** A precommit for header W without what all of them share. */
const precommit = layout('AnchorPrecommit', { nodeId: id32, signature: raw(SIGNATURE_SIZE) });

/**
 * Proof that an Anchor was cemented in window W (03 §10): 3465 bytes and its lists; with four nodes and a checkpoint
 * at W about 33 000, with a certificate 46 000. A verifier checks all it carries, also what its own trust could do without.
 */
export const anchorProofLayout = layout('AnchorProof', {
  version: u8,
  /** The operation. */
  anchor: raw(anchorLayout.minimum),
  /** The sender's record under account_root of header W − 1: the key in force at W (03 §10 c). */
  account: blob,
  /** All records under node_root of header W − 1 (03 §10 b). */
  nodes: list(raw(RECORD_SIZES.node)),
  /** Bundles of W that list the operation, together of weight ≥ Q(W). */
  bundles: list(provenBundle),
  /** Headers of successive windows; the last one is that of W. */
  headers: list(raw(HEADER_SIZE), u32, MOST_HEADERS),
  /** D of their windows but the first: how many hashes lead from one header's T to the next one's. */
  iterations: list(u32, u32, MOST_HEADERS),
  /** Signed scopes of the headers after W, up to the verifier's checkpoint. */
  later: list(raw(HEADER_SCOPE_SIZE), u32, MOST_HEADERS),
  /** Round of the certificate, 0 without one. */
  round: u16,
  /** Precommits for header W of weight ≥ Q(W), ascending node_id; empty without a certificate. */
  certificate: list(precommit),
  /** All records under node_root of the first header, for who trusts that one; empty when it is header W − 1. */
  trusted: list(raw(RECORD_SIZES.node)),
});

/** The parts of a proof as they are carried, not yet judged. */
export type AnchorProof = Omit<ReturnType<typeof anchorProofLayout.read>, 'version'>;

export const encodeAnchorProof = (proof: AnchorProof): Uint8Array =>
  anchorProofLayout.encode({ version: PROOF_VERSION, ...proof });

/** Parts are views of `bytes`. `Malformed`: not a proof of version 1, or bytes left over. */
export const decodeAnchorProof = (bytes: Uint8Array): Result<AnchorProof, 'Malformed'> => {
  const decoded = anchorProofLayout.decode(bytes);
  if (!decoded.ok || decoded.value.version !== PROOF_VERSION) return fail('Malformed');
  const { version: _, ...proof } = decoded.value;
  return ok(proof);
};
