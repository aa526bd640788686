import { selfTest } from '#node/config/self-test.ts';
import { parseAmount } from '#node/owner/amount.ts';
import { recordOf } from '#node/owner/chain.ts';
import { confirm } from '#node/owner/confirm.ts';
import { sayOutcome, teller } from '#node/owner/outcome.ts';
import { readReceiver } from '#node/owner/payment-request.ts';
import { judge, publish, refuseWhileUnderWay, senderOf } from '#node/owner/publish.ts';
import { transferFields, transferText } from '#node/owner/transfer.ts';
import { type RemoteOptions, withWallet } from '#node/owner/wallet.ts';
import { UsageError } from './usage.ts';

export interface AccountSendOptions extends RemoteOptions {
  readonly yes?: boolean;
}

/** `montana account send`: exit code 0: settled; 1: not. Throws `Refused`, `UsageError`. */
export const accountSend = (to: string, amount: string, options: AccountSendOptions): Promise<number> => {
  const moneta = parseAmount(amount);
  if (moneta === undefined) {
    throw new UsageError(`${amount}: write an amount as 12.5, which is Montana with nine decimals, or as 300moneta`);
  }
  selfTest();
  const receiver = readReceiver(to);
  return withWallet(options, async (wallet) => {
    refuseWhileUnderWay(wallet);
    const sender = await senderOf(wallet);
    const there = recordOf(await wallet.chain.account(receiver.account));
    const fields = transferFields(sender.record, receiver, there, moneta);
    const { id } = judge(wallet, fields, sender, there);
    await confirm(transferText(receiver, there, moneta), options.yes === true, 'nothing was signed');
    return sayOutcome(id, await publish(wallet, fields, teller(options.json)), options);
  });
};
