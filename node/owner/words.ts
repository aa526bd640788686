import type { RejectReason } from '#core/operations/validate.ts';

/** States of an operation in the words of a wallet (03 §9). */
export const STATE_WORDS = {
  pending: 'pending: the network has it; it waits for a window',
  confirming: 'confirming: a quorum listed it; a hint, not yet final',
  confirmed: 'confirmed: irreversible',
} as const;

/** Why the network cannot take an operation, and what to do. */
const REASON_WORDS: Readonly<Record<RejectReason, string>> = {
  AccountNotFound:
    'your account is not there; it begins with the first payment to it: see "montana account receive --help"',
  InvalidPrevHash: 'another operation of your account came first; run the command again',
  ReceiverAlreadyExists: 'the account was created meanwhile; run the command again, and it is an ordinary payment',
  UnsupportedSuite: 'the key is of a kind that the network does not know; ask the receiver for another request',
  InvalidBinding: 'the key is not that of the address; ask the receiver for another request',
  SelfTransfer: 'an account cannot pay itself; name another receiver',
  ZeroAmount: 'nothing is no amount; write at least 1 moneta',
  InsufficientBalance: 'the balance is too small; wait for a payment, or write a smaller amount',
  AccountCreationCooldownNotElapsed:
    'your account may not create another one yet; let somebody else make the first payment, or wait',
  ReceiverNotActive:
    'there is no such account yet; ask the receiver for a payment request, which the first payment needs',
  InvalidSignature: 'the key of this identity is not the current one of the account; name the identity of the new key',
};

const isReason = (reason: string): reason is RejectReason => Object.hasOwn(REASON_WORDS, reason);

/** A reason of the network in words; one that is not of the rules as it is. */
export const reasonWords = (reason: string): string =>
  isReason(reason) ? REASON_WORDS[reason] : `the network says ${reason}`;

/** Whether the bytes of an operation are wrong whatever the state is: it can never settle (03 §6.1). */
export const isForGood = (reason: string): boolean =>
  (
    ['UnsupportedSuite', 'InvalidBinding', 'SelfTransfer', 'ZeroAmount', 'InvalidSignature'] satisfies RejectReason[]
  ).some((other) => other === reason);
