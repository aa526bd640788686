import { accountFingerprint, encodeAddress } from '#core/crypto/ids.ts';
import { readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { inShell } from '#node/config/in-shell.ts';
import { type IdentityOptions, identityFile } from '#node/owner/identity-file.ts';
import { REQUEST_ENDING, requestText, writeRequest } from '#node/owner/payment-request.ts';
import { rowsText } from '#node/owner/rows.ts';
import { UsageError } from './usage.ts';

export interface AccountReceiveOptions extends IdentityOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** `montana account receive`: what a sender needs; asks no node. Exit code 0. Throws `Refused`, `UsageError`. */
export const accountReceive = (options: AccountReceiveOptions): number => {
  const { out } = options;
  if (out !== undefined && !out.endsWith(REQUEST_ENDING)) {
    throw new UsageError(`--out ${out}: a payment request is called <name>${REQUEST_ENDING}`);
  }
  const identity = readIdentity(identityFile(options));
  wipeIdentity(identity);
  const { accountId, accountKey } = identity;
  if (out !== undefined) writeRequest(out, accountKey);
  if (options.json === true) process.stdout.write(requestText(accountKey));
  else {
    const rows = [
      ['address', encodeAddress(accountId)],
      ['fingerprint', accountFingerprint(accountKey).words],
      ['request', out ?? `none written; --out bob${REQUEST_ENDING} makes one, which the first payment needs`],
    ] as const;
    const pay = `montana account send ${inShell(out ?? encodeAddress(accountId))} <amount>`;
    process.stdout.write(`${rowsText(rows)}\nWho pays you says ${pay}, and compares the fingerprint with you.\n`);
  }
  return 0;
};
