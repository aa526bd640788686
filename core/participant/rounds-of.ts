import { depthOf, leaderOf } from '../lottery/cascade.ts';
import type { SessionPorts } from './context.ts';
import { isDisciplined } from './discipline.ts';
import { FirstValid } from './first-valid.ts';
import { castVote, proposeAgain, proposeFresh } from './own.ts';
import type { Rounds } from './rounds.ts';
import type { Session } from './session.ts';
import { Voting, type VotingPorts } from './voting.ts';

/** How the window of a session becomes final under the network's rules, tied to what the node holds of it. */
export const roundsOf = (session: Session, ports: SessionPorts): Rounds => {
  const { config } = ports;
  const { identity } = config;
  const { open, votes, proposals, bodies, convictions, bundles } = session;
  const voting: VotingPorts = {
    votes,
    proposals,
    figures: config.timers,
    nil: open.nilHash,
    isVoter: identity !== undefined && open.roster.slotOf(identity.nodeId) >= 0,
    deadline: (ticks) => ports.now + ticks * ports.tick,
    depthOf,
    isLeader: (round) => identity !== undefined && leaderOf(open.cascade, round) === identity.nodeId,
    judge: (candidate) => bodies.judge(candidate),
    isDisciplined: (candidate, round) => isDisciplined(session, candidate, round, config, ports.tick),
    isContested: ({ proposal }) => convictions.isContested(proposal.header),
    isComplete: () => bundles.complete,
    castVote: (phase, round, value) => castVote(session, ports, phase, round, value),
    proposeFresh: (round) => proposeFresh(session, ports, round),
    propose: (valid, round) => proposeAgain(ports, valid, round),
    changed: () => ports.changed(),
    wantProposal: (hash) => bodies.requireProposal(hash),
    decide: (candidate, round) => ports.decide(candidate, round),
    contradiction: (reason) => ports.stop(reason),
  };
  return config.network.rules.finality === 'votes' ? new Voting(voting, config.voting) : new FirstValid(voting);
};
