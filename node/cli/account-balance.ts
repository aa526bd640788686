import { accountFingerprint, encodeAddress } from '#core/crypto/ids.ts';
import { accountCommand } from '#node/owner/account-command.ts';
import { amountText } from '#node/owner/amount.ts';
import { recordOf } from '#node/owner/chain.ts';
import { rowsText } from '#node/owner/rows.ts';
import { type RemoteOptions, withReader } from '#node/owner/wallet.ts';

/** `montana account balance`: the account after the last final window. Exit code 0; 1: there is none. Throws `Refused`. */
export const accountBalance = async (options: RemoteOptions): Promise<number> => {
  const [account, answer] = await withReader(options, async ({ account, chain }) => [
    account,
    await chain.account(account),
  ]);
  const record = recordOf(answer);
  if (options.json === true) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else if (record === undefined) {
    process.stdout.write(
      `no account yet in window ${answer.window}: it begins with the first payment to it; see "${accountCommand('receive', options)}"\n`,
    );
  } else {
    const rows: readonly (readonly [string, string])[] = [
      ['address', encodeAddress(account)],
      ['balance', amountText(record.balance)],
      ['fingerprint', accountFingerprint(record.currentPubkey).words],
      ['operations', `${record.opHeight} of its own; the last in window ${record.lastOpWindow}`],
      ['window', `${answer.window} is final`],
    ];
    process.stdout.write(rowsText(rows));
  }
  return record === undefined ? 1 : 0;
};
