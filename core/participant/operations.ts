import type { Operation } from '../consensus/objects.ts';
import { priorityOrder } from '../operations/priority.ts';
import { type RejectReason, validateOperation } from '../operations/validate.ts';
import type { Settled } from '../transition/settled.ts';
import type { ParticipantConfig } from './context.ts';
import { isCopy } from './copies.ts';
import type { Mempool } from './mempool.ts';
import type { Session } from './session.ts';
import type { Verdict } from './types.ts';
import { ACCEPT, holdUntil, rejected, STALE } from './verdicts.ts';

/** Waiting operations in the order of 03 §6.4 for the window after `settled`, most urgent first. */
export const mostUrgentFirst =
  ({ state, window, network }: Settled) =>
  (operations: readonly Operation[]): readonly Operation[] =>
    priorityOrder(operations, state, window + 1, network.params.tau2Windows);

/**
 * What a user operation is worth against the last settled state (09 §12.12). One that waits for another may be valid two
 * windows later; one whose frontier moved past it, or whose receiver exists by now, never will.
 */
export const judgeOperation = (
  operation: Operation,
  settled: Settled,
  session: Session,
  mempool: Mempool,
  config: ParticipantConfig,
): Verdict => {
  const held = mempool.get(operation.id);
  if (isCopy(held, operation)) return ACCEPT;
  const isWanted = session.bodies.isWanted(operation.id);
  if (!isWanted && mempool.isClosedTo(operation)) return STALE;
  const reason = faultOf(operation, settled, session, config);
  // A body this window needs, whether it changes the state or not; but never a copy whose signature alone makes the difference.
  if (isWanted && reason !== 'InvalidSignature') session.bodies.keep(operation);
  if (reason !== undefined) return verdictOn(reason, operation, settled, session);
  if (held !== undefined) return ACCEPT;
  if (mempool.isClosedTo(operation)) return STALE;
  return mempool.add(operation, session.window, mostUrgentFirst(settled)) ? ACCEPT : STALE;
};

/** The same of one that is on its stem: nothing comes to remember it (06 §10). */
export const weighOperation = (
  operation: Operation,
  settled: Settled,
  session: Session,
  mempool: Mempool,
  config: ParticipantConfig,
): Verdict => {
  if (isCopy(mempool.get(operation.id), operation)) return ACCEPT;
  if (mempool.isClosedTo(operation)) return STALE;
  const reason = faultOf(operation, settled, session, config);
  return reason === undefined ? ACCEPT : verdictOn(reason, operation, settled, session);
};

const faultOf = (
  operation: Operation,
  { state }: Settled,
  { window }: Session,
  { network, verify }: ParticipantConfig,
): RejectReason | undefined =>
  validateOperation(operation, state, window, network.rules, network.params.tau2Windows, verify);

const verdictOn = (reason: RejectReason, operation: Operation, { state }: Settled, { window }: Session): Verdict => {
  switch (reason) {
    case 'AccountNotFound':
    case 'InsufficientBalance':
    case 'AccountCreationCooldownNotElapsed':
    case 'ReceiverNotActive':
      return holdUntil('final', window);
    case 'InvalidPrevHash':
      return state.account(operation.sender)?.frontierHash === operation.id ? STALE : holdUntil('final', window);
    case 'ReceiverAlreadyExists':
      return STALE;
    default:
      return rejected(reason);
  }
};
