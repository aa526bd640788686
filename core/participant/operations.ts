import type { Operation } from '../consensus/objects.ts';
import { validateOperation } from '../operations/validate.ts';
import type { Settled } from '../transition/settled.ts';
import type { ParticipantConfig } from './context.ts';
import type { Mempool } from './mempool.ts';
import type { Session } from './session.ts';
import type { Verdict } from './types.ts';
import { ACCEPT, holdUntil, rejected, STALE } from './verdicts.ts';

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
  if (session.bodies.isWanted(operation.id)) session.bodies.keep(operation);
  if (mempool.get(operation.id) !== undefined) return ACCEPT;
  if (mempool.isBanned(operation.id)) return STALE;
  const { state } = settled;
  if (state.account(operation.sender)?.frontierHash === operation.id) return STALE;
  const { rules, params } = network;
  const reason = validateOperation(operation, state, session.window, rules, params.tau2Windows, verify);
  switch (reason) {
    case undefined:
      if (!mempool.hasRoom(operation)) return STALE;
      mempool.add(operation, session.window);
      return ACCEPT;
    case 'AccountNotFound':
    case 'InvalidPrevHash':
    case 'InsufficientBalance':
    case 'AccountCreationCooldownNotElapsed':
    case 'ReceiverNotActive':
      return holdUntil('final', session.window);
    case 'ReceiverAlreadyExists':
      return STALE;
    default:
      return rejected(reason);
  }
};
