import type { Operation } from '../consensus/objects.ts';
import { priorityOrder } from '../operations/priority.ts';
import { validateOperation } from '../operations/validate.ts';
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
  { network, verify }: ParticipantConfig,
): Verdict => {
  const held = mempool.get(operation.id);
  if (isCopy(held, operation)) return ACCEPT;
  const isWanted = session.bodies.isWanted(operation.id);
  if (!isWanted && mempool.isClosedTo(operation)) return STALE;
  const { rules, params } = network;
  const { state } = settled;
  const reason = validateOperation(operation, state, session.window, rules, params.tau2Windows, verify);
  // A body this window needs, whether it changes the state or not; but never a copy whose signature alone makes the difference.
  if (isWanted && reason !== 'InvalidSignature') session.bodies.keep(operation);
  switch (reason) {
    case undefined:
      if (held !== undefined) return ACCEPT;
      if (mempool.isClosedTo(operation)) return STALE;
      return mempool.add(operation, session.window, mostUrgentFirst(settled)) ? ACCEPT : STALE;
    case 'AccountNotFound':
    case 'InsufficientBalance':
    case 'AccountCreationCooldownNotElapsed':
    case 'ReceiverNotActive':
      return holdUntil('final', session.window);
    case 'InvalidPrevHash':
      return state.account(operation.sender)?.frontierHash === operation.id
        ? STALE
        : holdUntil('final', session.window);
    case 'ReceiverAlreadyExists':
      return STALE;
    default:
      return rejected(reason);
  }
};
