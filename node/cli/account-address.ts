import { encodeAddress } from '#core/crypto/ids.ts';
import { type AccountOptions, accountNamed } from '#node/owner/wallet.ts';

/** `montana account address`: asks no node. Exit code 0. Throws `Refused`. */
export const accountAddress = (options: AccountOptions): number => {
  const account = accountNamed(options);
  const address = encodeAddress(account);
  process.stdout.write(options.json === true ? `${JSON.stringify({ address, accountId: account })}\n` : `${address}\n`);
  return 0;
};
