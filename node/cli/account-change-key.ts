import { encodeAddress } from '#core/crypto/ids.ts';
import { SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import type { OperationFields } from '#core/operations/codec.ts';
import { readIdentity } from '#node/config/identity.ts';
import { inShell } from '#node/config/in-shell.ts';
import { selfTest } from '#node/config/self-test.ts';
import { confirm } from '#node/owner/confirm.ts';
import { described } from '#node/owner/described.ts';
import { sayOutcome, teller } from '#node/owner/outcome.ts';
import { judge, publish, refuseWhileUnderWay, senderOf } from '#node/owner/publish.ts';
import { type AccountOptions, withWallet } from '#node/owner/wallet.ts';

export interface AccountChangeKeyOptions extends AccountOptions {
  readonly to: string;
  readonly yes?: boolean;
}

/** `montana account change-key`: exit code 0: settled; 1: not. Throws `Refused`. */
export const accountChangeKey = (options: AccountChangeKeyOptions): Promise<number> => {
  selfTest();
  const other = readIdentity(options.to);
  const newPubkey = other.accountKey;
  const { fingerprint } = described(other);
  return withWallet(options, async (wallet) => {
    refuseWhileUnderWay(wallet);
    const sender = await senderOf(wallet);
    const { accountId, frontierHash: prevHash } = sender.record;
    const address = encodeAddress(accountId);
    const fields: OperationFields = {
      type: 'ChangeKey',
      sender: accountId,
      prevHash,
      newSuiteId: SUITE_ML_DSA_65,
      newPubkey,
    };
    const { id } = judge(wallet, fields, sender, undefined);
    const question = `From then on only ${options.to} signs for ${address}; its key is "${fingerprint}".`;
    await confirm(question, options.yes === true, 'nothing was signed');
    const outcome = await publish(wallet, fields, teller(options.json));
    if (outcome.type === 'settled') {
      teller(options.json)(`now name both: --identity ${inShell(options.to)} --account ${address}`);
    }
    return sayOutcome(id, outcome, options);
  });
};
