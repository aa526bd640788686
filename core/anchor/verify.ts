import { concat, equalBytes, fromHex, type Id } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { IdSet } from '../collections/id-map.ts';
import { type Basis, memberOf } from '../consensus/basis.ts';
import { decodeBundle } from '../consensus/bundle.ts';
import { decodeHeader } from '../consensus/header.ts';
import { type BundleFault, judgeBundle } from '../consensus/judge-bundle.ts';
import type { Anchor, Bundle, Header } from '../consensus/objects.ts';
import type { Member } from '../consensus/roster.ts';
import { SUITE_ML_DSA_65, type Verify } from '../crypto/suite.ts';
import { decodeOperation } from '../operations/codec.ts';
import { decodeProof, verifyProof } from '../state/proof.ts';
import { decodeAccountRecord } from '../state/records.ts';
import { type HeadersFault, judgeHeaders, judgeTimechain } from './header-chain.ts';
import { basisOn, provenNodeTable } from './node-table.ts';
import { type AnchorProof, decodeAnchorProof } from './proof.ts';
import { judgeTrust, type Trust, type TrustFault } from './trust.ts';

/** What a verifier asks of a proof, and what it brings itself. */
export interface AnchorQuestion {
  /** What was anchored: hash of the document, or the Merkle root of its batch, whose tree is the application's. */
  readonly dataHash: Id;
  readonly tau2Windows: bigint;
  readonly trust: Trust;
  readonly verify: Verify;
  /** Hashes of the timechain that the verifier will compute at most: a proof may claim any D. */
  readonly mostIterations: bigint;
}

/** What a valid proof proves: the data existed no later than window W. */
export interface AnchorVerdict {
  readonly anchor: Anchor;
  /** W. */
  readonly window: number;
  /** chain_length of those whose bundles list the Anchor, and Q(W). */
  readonly weight: bigint;
  readonly quorum: bigint;
}

export type AnchorFault =
  | 'Malformed'
  | 'NoHeaderBefore'
  | 'WrongDocument'
  | SenderFault
  | 'NodeTableMismatch'
  | ConfirmationFault
  | 'InsufficientWeight'
  | HeadersFault
  | TrustFault
  | 'TooManyIterations'
  | 'WrongTimechain';

/** Verifies the bytes of a proof without asking anybody (03 §10). */
export const verifyAnchorProof = (bytes: Uint8Array, question: AnchorQuestion): Result<AnchorVerdict, AnchorFault> => {
  const decoded = decodeAnchorProof(bytes);
  return decoded.ok ? judgeAnchorProof(decoded.value, question) : decoded;
};

/**
 * The checks of 03 §10 in the order of its table, (a) with row 3, (b) before it and (c) in row 2; then the trust, and last what
 * costs most, the timechain of row 5. The first fault counts. All of them must hold, so a header's roots may serve before the header
 * itself is judged.
 */
export const judgeAnchorProof = (proof: AnchorProof, question: AnchorQuestion): Result<AnchorVerdict, AnchorFault> => {
  const { dataHash, tau2Windows, trust, verify, mostIterations } = question;
  const parts = decodeParts(proof);
  if (parts === undefined) return fail('Malformed');
  const { anchor, bundles, headers } = parts;
  const header = headers.at(-1);
  const before = headers.at(-2);
  if (header === undefined || before === undefined) return fail('NoHeaderBefore');
  if (anchor.dataHash !== dataHash) return fail('WrongDocument');
  const senderFault = judgeSender(anchor, proof.account, before.accountRoot, verify);
  if (senderFault !== undefined) return fail(senderFault);
  const nodes = provenNodeTable(proof.nodes, before.nodeRoot);
  if (nodes === undefined) return fail('NodeTableMismatch');
  const basis = basisOn(nodes, header.window, tau2Windows);
  const confirmed = confirmedWeight(anchor.id, bundles, header, basis, verify);
  if (!confirmed.ok) return confirmed;
  const weight = confirmed.value;
  const { quorum } = basis.roster;
  if (weight < quorum) return fail('InsufficientWeight');
  const fault =
    judgeHeaders(headers, basis.nodeOf, verify) ??
    judgeTrust({ headers, basis, nodes }, proof, trust, tau2Windows, verify) ??
    (sum(proof.iterations) > mostIterations ? 'TooManyIterations' : judgeTimechain(headers, proof.iterations));
  return fault === undefined ? ok({ anchor, window: header.window, weight, quorum }) : fail(fault);
};

interface ProvenBundle {
  readonly bundle: Bundle;
  readonly inclusion: Uint8Array;
}

interface Parts {
  readonly anchor: Anchor;
  readonly bundles: readonly ProvenBundle[];
  readonly headers: readonly Header[];
}

/** Undefined unless every object decodes and every header but the first has its D. */
const decodeParts = (proof: AnchorProof): Parts | undefined => {
  const operation = decodeOperation(proof.anchor);
  if (!operation.ok || operation.value.type !== 'Anchor') return undefined;
  if (proof.headers.length > 0 && proof.iterations.length !== proof.headers.length - 1) return undefined;
  const headers: Header[] = [];
  for (const bytes of proof.headers) {
    const header = decodeHeader(bytes);
    if (!header.ok) return undefined;
    headers.push(header.value);
  }
  const bundles: ProvenBundle[] = [];
  for (const { bundle: bytes, inclusion } of proof.bundles) {
    const bundle = decodeBundle(bytes);
    if (!bundle.ok) return undefined;
    bundles.push({ bundle: bundle.value, inclusion });
  }
  return { anchor: operation.value, bundles, headers };
};

export type SenderFault = 'AccountNotProved' | 'UnsupportedSuite' | 'InvalidAnchorSignature';

/** Row 2 with (c): the key in force at W is that of the sender's record in S_{W−1}. */
const judgeSender = (
  { sender, scope, signature }: Anchor,
  inclusion: Uint8Array,
  accountRoot: Id,
  verify: Verify,
): SenderFault | undefined => {
  if (!verifyProof(accountRoot, inclusion, 'account')) return 'AccountNotProved';
  const record = recordIn(inclusion, sender);
  const account = record && decodeAccountRecord(record);
  if (!account?.ok) return 'AccountNotProved';
  const { suiteId, currentPubkey } = account.value;
  if (suiteId !== SUITE_ML_DSA_65) return 'UnsupportedSuite';
  return verify(currentPubkey, scope, signature) ? undefined : 'InvalidAnchorSignature';
};

/** What a proof says stands under `key`; undefined when it speaks of another key, or of absence. */
const recordIn = (proof: Uint8Array, key: Id): Uint8Array | undefined => {
  const decoded = decodeProof(proof);
  if (!decoded.ok || decoded.value.key !== key) return undefined;
  return decoded.value.leafValue.length > 0 ? decoded.value.leafValue : undefined;
};

export type ConfirmationFault = 'DuplicateSigner' | BundleFault | 'AnchorNotListed' | 'BundleNotIncluded';

/** Row 3 with (a), and the sum of row 4. A signer that comes twice is found before another signature is verified. */
const confirmedWeight = (
  opHash: Id,
  bundles: readonly ProvenBundle[],
  header: Header,
  basis: Basis,
  verify: Verify,
): Result<bigint, ConfirmationFault> => {
  const signers = new IdSet();
  let weight = 0n;
  for (const { bundle, inclusion } of bundles) {
    if (signers.has(bundle.nodeId)) return fail('DuplicateSigner');
    signers.add(bundle.nodeId);
    const fault = judgeBundle(bundle, basis, header.timechainValue, verify);
    if (fault !== undefined) return fail(fault);
    if (!bundle.operations.includes(opHash)) return fail('AnchorNotListed');
    if (!isIncluded(bundle, inclusion, header.includedBundlesRoot)) return fail('BundleNotIncluded');
    weight += (memberOf(bundle.nodeId, basis) as Member).weight;
  }
  return ok(weight);
};

/** (a): key node_id, record node_id ‖ bundle_hash. */
const isIncluded = ({ nodeId, id }: Bundle, inclusion: Uint8Array, root: Id): boolean => {
  const entry = recordIn(inclusion, nodeId);
  return entry !== undefined && equalBytes(entry, concat(fromHex(nodeId), fromHex(id))) && verifyProof(root, inclusion);
};

const sum = (values: readonly number[]): bigint => {
  let total = 0n;
  for (const value of values) total += BigInt(value);
  return total;
};
