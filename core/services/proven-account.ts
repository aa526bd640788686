import type { Id } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { judgeCertificate } from '../consensus/certificate.ts';
import { decodeHeader, exactWindow } from '../consensus/header.ts';
import type { Header } from '../consensus/objects.ts';
import { rosterOf } from '../consensus/roster.ts';
import type { Verify } from '../crypto/suite.ts';
import type { Network } from '../genesis/network.ts';
import { encodeProof, rootProven } from '../state/proof.ts';
import { type AccountRecord, decodeAccountRecord, type NodeRecord } from '../state/records.ts';
import { decodeCertificate } from './certificate-proof.ts';
import { ACCOUNT_PROVEN } from './host-request.ts';

/**
 * What a client believes before it asks (09 §9): the nodes of S_w, after window `window`. Those of genesis: −1 and the founders. With a
 * checkpoint, the header of its window is the one it names, and no other.
 */
export interface TrustedNodes {
  readonly window: number;
  readonly nodes: readonly NodeRecord[];
  readonly checkpoint?: { readonly window: number; readonly proposalHash: Id };
}

/** An account as it was after a final window. */
export interface ProvenAccount {
  readonly window: number;
  readonly stateRoot: Id;
  /** undefined: there was none. */
  readonly account: AccountRecord | undefined;
}

/**
 * Why an answer proves nothing.
 * - `Malformed`: not its bytes; of another window in itself.
 * - `WrongAccount`: about another.
 * - `WrongRoot`: not in the state of its header.
 * - `BeforeTrust`: of a window before the trusted one.
 * - `WrongCheckpoint`: of the checkpoint's window, with another header.
 * - `NoCertificate`: no certificate for this header.
 * - `InsufficientTrust`: its signers among the trusted nodes weigh less than their quorum, or one of those signatures does not hold.
 */
export type UnprovenAccount =
  | 'Malformed'
  | 'WrongAccount'
  | 'WrongRoot'
  | 'BeforeTrust'
  | 'WrongCheckpoint'
  | 'NoCertificate'
  | 'InsufficientTrust';

/** What a client believes of a host's answer to op 11 (10 §4, 09 §9). Signatures are verified last. */
export const judgeProvenAccount = (
  bytes: Uint8Array,
  account: Id,
  trust: TrustedNodes,
  { params }: Pick<Network, 'params'>,
  verify: Verify,
): Result<ProvenAccount, UnprovenAccount> => {
  const decoded = ACCOUNT_PROVEN.decode(bytes);
  if (!decoded.ok) return fail('Malformed');
  const { window, proof, nodeRoot, candidateRoot, certificate } = decoded.value;
  const header = decodeHeader(decoded.value.header);
  if (!header.ok || exactWindow(header.value) !== window) return fail('Malformed');
  if (proof.key !== account) return fail('WrongAccount');
  const { accountRoot, stateRoot } = header.value;
  const isOfHeader = nodeRoot === header.value.nodeRoot && candidateRoot === header.value.candidateRoot;
  if (!isOfHeader || rootProven(encodeProof(proof), 'account') !== accountRoot) return fail('WrongRoot');
  const fault = headerFault(header.value, certificate, trust, params.tau2Windows, verify);
  if (fault !== undefined) return fail(fault);
  const record = proof.leafValue.length === 0 ? ok(undefined) : decodeAccountRecord(proof.leafValue);
  return record.ok ? ok({ window: header.value.window, stateRoot, account: record.value }) : fail('Malformed');
};

/**
 * Whether precommits of trusted nodes for a header weigh a quorum, counted by the trusted state (09 §9). The signers that it does not
 * know count for nothing: their table is not here.
 */
const headerFault = (
  header: Header,
  certificate: Uint8Array,
  { window, nodes, checkpoint }: TrustedNodes,
  tau2Windows: bigint,
  verify: Verify,
): UnprovenAccount | undefined => {
  if (checkpoint !== undefined && header.window === checkpoint.window) {
    return header.id === checkpoint.proposalHash ? undefined : 'WrongCheckpoint';
  }
  if (header.window <= window || header.window < (checkpoint?.window ?? 0)) return 'BeforeTrust';
  const votes = decodeCertificate(certificate);
  if (!votes.ok) return 'NoCertificate';
  if (!votes.value.every(({ proposalHash }) => proposalHash === header.id)) return 'NoCertificate';
  const roster = rosterOf(nodes, window + 1, tau2Windows);
  const known = votes.value.filter(({ nodeId }) => roster.slotOf(nodeId) >= 0);
  const basis = { window: header.window, roster, nodeOf: () => undefined };
  return judgeCertificate(known, basis, verify).valid ? undefined : 'InsufficientTrust';
};
