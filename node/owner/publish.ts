import { equalBytes } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import { SIGNATURE_SIZE, type SigningKey } from '#core/crypto/suite.ts';
import { makeOperation, type OperationFields } from '#core/operations/codec.ts';
import { validateOperationUnsigned } from '#core/operations/validate.ts';
import type { AccountRecord } from '#core/state/records.ts';
import { withAccountKey } from '#node/config/identity.ts';
import { Refused } from '#node/config/refused.ts';
import { recordOf } from './chain.ts';
import { follow, type Outcome } from './follow.ts';
import type { Wallet } from './wallet.ts';
import { reasonWords } from './words.ts';

type Tell = (words: string) => void;

/** The account of a wallet as it is now. Throws `Refused`: not there, of another key by now, or told by a node that is behind. */
export const senderOf = async ({ account, chain, identity, pending }: Wallet): Promise<SenderNow> => {
  const answer = await chain.account(account);
  pending.see(answer.window);
  const record = recordOf(answer);
  if (record === undefined) throw new Refused(reasonWords('AccountNotFound'));
  if (!equalBytes(record.currentPubkey, identity.accountKey)) throw new Refused(reasonWords('InvalidSignature'));
  return { record, window: answer.window };
};

export interface SenderNow {
  readonly record: AccountRecord;
  /** The state's. */
  readonly window: number;
}

/** An operation's id does not depend on who signed it (01 R2): what is only judged needs no key. */
const UNSIGNED: SigningKey = { publicKey: new Uint8Array(0), sign: () => new Uint8Array(SIGNATURE_SIZE) };

/**
 * Judges an operation by the rules before it is signed (03 §6.1), as the first of the window after `sender`'s. Throws `Refused`.
 */
export const judge = (
  { network: { rules, params } }: Wallet,
  fields: OperationFields,
  sender: SenderNow,
  receiver: AccountRecord | undefined,
): Operation => {
  const operation = makeOperation(fields, UNSIGNED);
  const known = [sender.record, ...(receiver === undefined ? [] : [receiver])];
  const view = { account: (id: string) => known.find(({ accountId }) => accountId === id) };
  const fault = validateOperationUnsigned(operation, view, sender.window + 1, rules, params.tau2Windows);
  if (fault !== undefined) throw new Refused(reasonWords(fault));
  return operation;
};

/** Signs, makes durable, says and follows. Nothing else of the account may be under way. Throws `Refused`. */
export const publish = async (wallet: Wallet, fields: OperationFields, tell: Tell): Promise<Outcome> => {
  const operation = withAccountKey(wallet.identity, (key) => makeOperation(fields, key));
  wallet.pending.write(operation);
  return carryOn(wallet, operation, tell);
};

/**
 * Follows what is durable; it is forgotten when it can settle no more, or has. Throws `Refused` where the node ends, or is behind, before
 * the end is known: the operation lives on then.
 */
export const carryOn = async ({ chain, pending }: Wallet, operation: Operation, tell: Tell): Promise<Outcome> => {
  pending.see((await chain.account(operation.sender)).window);
  const outcome = await follow(chain, operation, tell);
  try {
    if (outcome.type === 'settled') pending.see((await chain.account(operation.sender)).window);
    if (outcome.type !== 'refused') pending.remove(operation);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // How it ended is said all the same.
    tell(`warning: ${error.message}; until "${pending.resume}" has ended it, the operation counts as under way`);
  }
  return outcome;
};

/** Refuses to begin anything while an operation of the account is under way: a payment repeated is a payment twice. */
export const refuseWhileUnderWay = (wallet: Wallet): void => {
  if (wallet.pending.read() !== undefined) {
    throw new Refused(
      `an operation of this account is under way, as after a crash; "${wallet.pending.resume}" takes it up and says how it ends`,
    );
  }
};
