import { compareIds, type Id } from '../bytes/bytes.ts';
import { makeBundle } from '../consensus/bundle.ts';
import { makeHeader } from '../consensus/header.ts';
import { MAX_OPS_PER_BUNDLE, MAX_REVEALS_PER_BUNDLE } from '../consensus/judge-bundle.ts';
import type { Bundle, Operation, Phase, Registration, Reveal } from '../consensus/objects.ts';
import { makeProposal, makeReproposal } from '../consensus/proposal.ts';
import { makeReveal } from '../consensus/reveal.ts';
import { makeVote } from '../consensus/vote.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { depthOf } from '../lottery/cascade.ts';
import { validateOperationUnsigned } from '../operations/validate.ts';
import { applyWindow, headerFields } from '../transition/apply.ts';
import type { SessionPorts } from './context.ts';
import type { EntryChecks } from './entry-checks.ts';
import { charged, listed } from './evaluation.ts';
import type { Mempool } from './mempool.ts';
import { mostUrgentFirst } from './operations.ts';
import type { OpenRecords } from './records.ts';
import type { RegistrationPool } from './registrations.ts';
import type { Session } from './session.ts';
import type { Quorate } from './voting.ts';

const signer = (ports: SessionPorts): { readonly nodeId: Id; readonly key: SigningKey } => {
  ports.config.meter.signatures++;
  return ports.config.identity as { readonly nodeId: Id; readonly key: SigningKey };
};

/** t = 0 of a window: reveal (if its ticket is below the target) and bundle, persisted and published, once (09 §12.3). */
export const publishBundleAndReveal = (
  session: Session,
  mempool: Mempool,
  registrations: RegistrationPool,
  checks: EntryChecks,
  ports: SessionPorts,
  records: OpenRecords,
): void => {
  const { identity } = ports.config;
  const { open, timechainValue } = session;
  if (identity === undefined || timechainValue === undefined) return;
  const slot = open.roster.slotOf(identity.nodeId);
  if (slot < 0 || session.bundles.at(slot) !== undefined) return;
  const own: (Bundle | Reveal)[] = [];
  const ticket = open.lottery(timechainValue).ticketOf(identity.nodeId);
  if (ticket !== undefined && ticket.ticket < open.target) {
    const fields = { nodeId: identity.nodeId, window: open.window, endpoint: ticket.endpoint };
    own.push(makeReveal(fields, signer(ports).key));
  }
  const entering = registrations.confirmable(open, timechainValue, (id) => checks.isProven(id));
  const operations = confirmableOperations(session, mempool, ports, MAX_OPS_PER_BUNDLE - entering.length);
  const reveals = session.revealsBefore.listable().slice(0, MAX_REVEALS_PER_BUNDLE);
  mempool.confirm(operations, open.window);
  records.list([...reveals, ...operations, ...entering], mempool.memory(open.window));
  const fields = {
    nodeId: identity.nodeId,
    endpoint: timechainValue,
    window: open.window,
    operations: identifiers([...operations, ...entering]),
    reveals: identifiers(reveals),
  };
  own.push(makeBundle(fields, signer(ports).key));
  ports.publish(...own);
};

const identifiers = (objects: readonly (Operation | Registration | Reveal)[]): readonly Id[] =>
  objects.map(({ id }) => id).sort(compareIds);

/**
 * Operations this node may confirm: fully valid against S_{W−1}, one per sender, the most urgent where not all fit (04 §4, 03
 * §6.4). Signatures were judged on entry: a key change moves the frontier, so one that still fits it was signed by the key in force.
 */
const confirmableOperations = (
  session: Session,
  mempool: Mempool,
  ports: SessionPorts,
  most: number,
): readonly Operation[] => {
  const { settled, window } = session.open;
  const { rules, params } = ports.config.network;
  const valid = mempool.confirmable(
    (operation) => validateOperationUnsigned(operation, settled.state, window, rules, params.tau2Windows) === undefined,
  );
  return valid.length <= most ? valid : mostUrgentFirst(settled)(valid).slice(0, most);
};

export const castVote = (session: Session, ports: SessionPorts, phase: Phase, round: number, value: Id): void => {
  const { nodeId, key } = signer(ports);
  ports.publish(makeVote({ phase, round, window: session.window, proposalHash: value, nodeId }, key));
};

/**
 * A fresh proposal of `round` with every valid bundle held; after all 255 depths the header already signed for this one, verbatim
 * (09 §11.2.1). False while T_W, bundles of weight ≥ Q or a body it needs is missing, which only a restart can bring about once
 * round 1 has begun.
 */
export const proposeFresh = (session: Session, ports: SessionPorts, round: number): boolean => {
  const { open, timechainValue } = session;
  const { identity, verify, memo, meter } = ports.config;
  if (identity === undefined) return false;
  const depth = depthOf(round);
  const signed = session.ownProposalOf(depth);
  if (signed !== undefined) {
    ports.emit({ type: 'publish', object: signed });
    return true;
  }
  if (timechainValue === undefined || !session.mayStart) return false;
  const bodies = session.bodies.draft();
  if (bodies === undefined) return false;
  const bundles = listed(bodies.bundles);
  const reveals = listed(bodies.reveals);
  const input = {
    timechainValue,
    bundles,
    reveals,
    operations: bodies.operations,
    registrations: bodies.registrations,
    proposer: identity.nodeId,
    fallbackDepth: depth,
  };
  const { verifications } = meter;
  const outcome = applyWindow(open.settled, input, verify, undefined, ports.prework(open.settled));
  const header = makeHeader(headerFields(outcome, open, identity.nodeId, depth), signer(ports).key);
  const settled = outcome.settle(header.id, header.protocolVersion);
  meter.verifications = verifications;
  const applied = charged(meter, bodies.operations.length + bodies.registrations.length, () =>
    memo.applied(open.settled, header.id, () => ({ valid: true, outcome, settled })),
  );
  const proposal = makeProposal(header, bundles, reveals);
  session.proposals.add(proposal, proposal, ports.now).evaluation = { applied, bodies };
  ports.publish(proposal);
  return true;
};

/** The valid value again, header verbatim, under this round's leader signature (09 §11.2.1, §3). */
export const proposeAgain = (ports: SessionPorts, valid: Quorate, round: number): void => {
  const { nodeId, key } = signer(ports);
  ports.publish(makeReproposal(valid.candidate.proposal, valid.round, round, nodeId, key));
};
