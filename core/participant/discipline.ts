import { IdSet } from '../collections/id-map.ts';
import type { ParticipantConfig } from './context.ts';
import type { Candidate } from './proposals.ts';
import type { Session } from './session.ts';
import { VOTING_RULES } from './voting-rules.ts';

/**
 * Collection discipline of a fresh proposal in `round` (09 §11.4.1, §12.6): every signer whose valid bundle this node accepted at
 * least grace(round) ticks before the proposal was first offered must be included, by any valid bundle of it, or be convicted.
 */
export const isDisciplined = (
  session: Session,
  candidate: Candidate,
  round: number,
  config: ParticipantConfig,
  tick: number,
): boolean => {
  if (config.network.rules.collection !== 'disciplined') return true;
  const { bundles, open } = session;
  const { graceOf } = config.voting ?? VOTING_RULES;
  const latest = candidate.offeredAt - graceOf(config.timers, round) * tick;
  let included: IdSet | undefined;
  for (const { slot, nodeId } of open.roster.members) {
    if (bundles.at(slot) === undefined || bundles.acceptedAt(slot) > latest || bundles.equivocators.get(slot)) continue;
    included ??= IdSet.from(candidate.proposal.bundles.map((entry) => entry.nodeId));
    if (!included.has(nodeId)) return false;
  }
  return true;
};
