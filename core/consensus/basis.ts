import type { Id } from '../bytes/bytes.ts';
import { SUITE_ML_DSA_65 } from '../crypto/suite.ts';
import type { NodeRecord } from '../state/records.ts';
import type { Member, Roster } from './roster.ts';

/** What objects of one window are judged on: S_{W−1} and the roster it gives (04 D-5). */
export interface Basis {
  readonly window: number;
  readonly roster: Roster;
  /** A node of S_{W−1}, active or not. */
  nodeOf(nodeId: Id): NodeRecord | undefined;
}

export type SignerFault = 'UnknownNode' | 'UnsupportedSuite' | 'NotActive';

/** Known node → suite → active (04 §4, first checks of every node-signed object). */
export const judgeSigner = (nodeId: Id, basis: Basis): SignerFault | undefined => {
  const member = memberOf(nodeId, basis);
  if (member !== undefined) return member.suiteId === SUITE_ML_DSA_65 ? undefined : 'UnsupportedSuite';
  const node = basis.nodeOf(nodeId);
  if (node === undefined) return 'UnknownNode';
  return node.suiteId === SUITE_ML_DSA_65 ? 'NotActive' : 'UnsupportedSuite';
};

export const memberOf = (nodeId: Id, { roster }: Basis): Member | undefined => roster.members[roster.slotOf(nodeId)];
