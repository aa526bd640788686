import type { Id } from '../bytes/bytes.ts';
import { id32, layout, Reader, u64 } from '../bytes/layout.ts';
import { exactWindow } from '../consensus/header.ts';
import type { Header } from '../consensus/objects.ts';
import { hashId } from '../crypto/hash.ts';
import { SUITE_ML_DSA_65, type Verify } from '../crypto/suite.ts';
import type { NodeRecord } from '../state/records.ts';
import { verifyTimechain } from '../timechain/chain.ts';

export type HeadersFault =
  | 'HeadersNotLinked'
  | 'UnknownProposer'
  | 'UnsupportedProposerSuite'
  | 'InvalidHeaderSignature';

/** A header as the next one names it. */
export interface Link {
  readonly id: Id;
  readonly window: bigint;
}

const linkOf = (header: Header): Link => ({ id: header.id, window: exactWindow(header) });

const follows = (parent: Id, window: bigint, before: Link): boolean =>
  parent === before.id && window === before.window + 1n;

/** Headers follow one another, each signed by its proposer (03 §10 row 5). Signatures are verified when all links hold. */
export const judgeHeaders = (
  headers: readonly Header[],
  nodeOf: (nodeId: Id) => NodeRecord | undefined,
  verify: Verify,
): HeadersFault | undefined => {
  for (let i = 1; i < headers.length; i++) {
    const header = headers[i] as Header;
    if (!follows(header.prevProposalHash, exactWindow(header), linkOf(headers[i - 1] as Header))) {
      return 'HeadersNotLinked';
    }
  }
  for (const { proposerNodeId, scope, signature } of headers) {
    const proposer = nodeOf(proposerNodeId);
    if (proposer === undefined) return 'UnknownProposer';
    if (proposer.suiteId !== SUITE_ML_DSA_65) return 'UnsupportedProposerSuite';
    if (!verify(proposer.nodePubkey, scope, signature)) return 'InvalidHeaderSignature';
  }
  return undefined;
};

/** The first fields of a header's signed scope. */
const scopeStart = layout('ProposalScopeStart', { prevProposalHash: id32, windowIndex: u64 });

/** The header that signed scopes lead to from `header`, one window each; undefined when one of them does not follow. */
export const lastOf = (header: Header, scopes: readonly Uint8Array[]): Link | undefined => {
  let last = linkOf(header);
  for (const scope of scopes) {
    const { prevProposalHash, windowIndex } = scopeStart.read(new Reader(scope));
    if (!follows(prevProposalHash, windowIndex, last)) return undefined;
    last = { id: hashId('mt-proposal', scope), window: windowIndex };
  }
  return last;
};

/** T of each header is that of the header before hashed D times (04 §2): Σ D hashes, the one costly check of a proof. */
export const judgeTimechain = (
  headers: readonly Header[],
  iterations: readonly number[],
): 'WrongTimechain' | undefined =>
  iterations.every((d, i) => {
    const [before, header] = [headers[i], headers[i + 1]] as [Header, Header];
    return verifyTimechain(before.timechainValue, header.timechainValue, BigInt(d));
  })
    ? undefined
    : 'WrongTimechain';
