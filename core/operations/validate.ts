import type { Operation, Transfer, TransferModeB } from '../consensus/objects.ts';
import { accountId } from '../crypto/ids.ts';
import { SUITE_ML_DSA_65, type Verify } from '../crypto/suite.ts';
import type { Rules } from '../genesis/rules.ts';
import type { AccountRecord } from '../state/records.ts';
import type { AccountView } from './accounts.ts';

/** Why an operation that decodes is refused, in the order of the checks (03 §6.1). */
export const REJECT_REASONS = [
  'AccountNotFound',
  'InvalidPrevHash',
  'ReceiverAlreadyExists',
  'UnsupportedSuite',
  'InvalidBinding',
  'SelfTransfer',
  'ZeroAmount',
  'InsufficientBalance',
  'AccountCreationCooldownNotElapsed',
  'ReceiverNotActive',
  'InvalidSignature',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/**
 * validate(op, S(W−1), W), 03 §6.1: undefined, or the first broken rule. `view` is S(W−1), `window` is W. Everything an operation
 * is judged by is in that one settled state (03 §6.2).
 */
export const validateOperation = (
  operation: Operation,
  view: AccountView,
  window: number,
  rules: Pick<Rules, 'creationCooldown'>,
  tau2Windows: bigint,
  verify: Verify,
): RejectReason | undefined =>
  validateOperationUnsigned(operation, view, window, rules, tau2Windows) ?? signatureFault(operation, view, verify);

/** Checks 1 to 10: everything but the signature, which costs a hundred times as much. */
export const validateOperationUnsigned = (
  operation: Operation,
  view: AccountView,
  window: number,
  rules: Pick<Rules, 'creationCooldown'>,
  tau2Windows: bigint,
): RejectReason | undefined => {
  const sender = view.account(operation.sender);
  if (sender === undefined) return 'AccountNotFound';
  if (operation.prevHash !== sender.frontierHash) return 'InvalidPrevHash';
  switch (operation.type) {
    case 'Transfer':
      return amountFault(operation, sender) ?? (view.account(operation.link) ? undefined : 'ReceiverNotActive');
    case 'TransferModeB':
      return (
        birthFault(operation, view) ??
        amountFault(operation, sender) ??
        (creationCooldownElapsed(sender, window, rules, tau2Windows) ? undefined : 'AccountCreationCooldownNotElapsed')
      );
    case 'ChangeKey':
      return operation.newSuiteId === SUITE_ML_DSA_65 ? undefined : 'UnsupportedSuite';
    case 'Anchor':
      return undefined;
  }
};

/** Checks 3 to 5: the account to be created is not there, and its id is that of the key it is given. */
const birthFault = ({ link, suiteId, receiverPubkey }: TransferModeB, view: AccountView): RejectReason | undefined => {
  if (view.account(link) !== undefined) return 'ReceiverAlreadyExists';
  if (suiteId !== SUITE_ML_DSA_65) return 'UnsupportedSuite';
  if (link !== accountId(suiteId, receiverPubkey)) return 'InvalidBinding';
  return undefined;
};

/** Checks 6 to 8. */
const amountFault = (
  { sender, link, amount }: Transfer | TransferModeB,
  { balance }: AccountRecord,
): RejectReason | undefined => {
  if (sender === link) return 'SelfTransfer';
  if (amount === 0n) return 'ZeroAmount';
  if (balance < amount) return 'InsufficientBalance';
  return undefined;
};

/**
 * Check 9: τ₂ windows lie between two creations by one account (03 A-2, 02 A-S2). Counted from birth, they also lie before the
 * first, or a chain of newborns would create one account per window; founders' accounts were born in window 0 and are exempt.
 */
export const creationCooldownElapsed = (
  { creationWindow, lastAccountCreationWindow }: AccountRecord,
  window: number,
  { creationCooldown }: Pick<Rules, 'creationCooldown'>,
  tau2Windows: bigint,
): boolean => {
  const isBorn = creationCooldown === 'from-birth' && creationWindow > lastAccountCreationWindow;
  const since = isBorn ? creationWindow : lastAccountCreationWindow;
  return since === 0 || BigInt(window) >= BigInt(since) + tau2Windows;
};

/** Check 11: the sender's current key signed; for ChangeKey that is the old one. */
const signatureFault = (operation: Operation, view: AccountView, verify: Verify): RejectReason | undefined => {
  const sender = view.account(operation.sender);
  const isSigned = sender !== undefined && verify(sender.currentPubkey, operation.scope, operation.signature);
  return isSigned ? undefined : 'InvalidSignature';
};
