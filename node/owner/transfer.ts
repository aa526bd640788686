import { accountFingerprint, encodeAddress } from '#core/crypto/ids.ts';
import { SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import type { OperationFields } from '#core/operations/codec.ts';
import type { AccountRecord } from '#core/state/records.ts';
import { Refused } from '#node/config/refused.ts';
import { amountText } from './amount.ts';
import type { Receiver } from './payment-request.ts';
import { reasonWords } from './words.ts';

/**
 * The transfer that pays `receiver`: mode A where the account is there, mode B where the first payment creates it (03 §5, §7). `there` is
 * the receiver's record, if any. Throws `Refused`: it is not there and its key is not known.
 */
export const transferFields = (
  { accountId: sender, frontierHash: prevHash }: AccountRecord,
  { account: link, key }: Receiver,
  there: AccountRecord | undefined,
  amount: bigint,
): OperationFields => {
  const own = { sender, prevHash, link, amount };
  if (there !== undefined) return { type: 'Transfer', ...own };
  if (key === undefined) throw new Refused(`${encodeAddress(link)}: ${reasonWords('ReceiverNotActive')}`);
  return { type: 'TransferModeB', ...own, suiteId: SUITE_ML_DSA_65, receiverPubkey: key };
};

/** What is about to happen, for a person who is to say yes: the six words are the receiver's to confirm (01 §7.6). */
export const transferText = (receiver: Receiver, there: AccountRecord | undefined, amount: bigint): string => {
  const key = there?.currentPubkey ?? receiver.key;
  const words = key === undefined ? '' : `, whose key is "${accountFingerprint(key).words}"`;
  const creates = there === undefined ? ' This payment creates the account.' : '';
  return `Pay ${amountText(amount)} to ${encodeAddress(receiver.account)}${words}.${creates} Nobody can take it back.`;
};
