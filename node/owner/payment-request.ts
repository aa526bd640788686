import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import type { Id } from '#core/bytes/bytes.ts';
import { accountId, decodeAddress, encodeAddress } from '#core/crypto/ids.ts';
import { PUBLIC_KEY_SIZE, SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import { Refused, systemReason } from '#node/config/refused.ts';

/** What files of this form are called. */
export const REQUEST_ENDING = '.montana-request';

/** Whom to pay. The first payment creates the account, for which it takes its first key (03 §7). */
export interface Receiver {
  readonly account: Id;
  /** 1952 bytes; undefined: only the address is known. */
  readonly key: Uint8Array | undefined;
}

/** A payment request: JSON that names an account and has its first key in base64. Nothing of it is secret. */
const requestSchema = z.strictObject({
  montana: z.literal('payment request'),
  version: z.literal(1),
  address: z.string(),
  suite: z.literal(SUITE_ML_DSA_65),
  key: z.base64(),
});

export const requestText = (accountKey: Uint8Array): string =>
  `${JSON.stringify({
    montana: 'payment request',
    version: 1,
    address: encodeAddress(accountId(SUITE_ML_DSA_65, accountKey)),
    suite: SUITE_ML_DSA_65,
    key: Buffer.from(accountKey).toString('base64'),
  })}\n`;

/** Throws `Refused`; never over another file. */
export const writeRequest = (file: string, accountKey: Uint8Array): void => {
  try {
    writeFileSync(file, requestText(accountKey), { flag: 'wx' });
  } catch (error) {
    throw new Refused(`${file}: cannot be written: ${systemReason(error)}; name another file with --out`);
  }
};

/** The receiver that an address or the path of a payment request names. Throws `Refused`. */
export const readReceiver = (named: string): Receiver => {
  if (!named.endsWith(REQUEST_ENDING)) {
    const advice = `copy it again, or name a payment request, a file called <name>${REQUEST_ENDING}`;
    return { account: readAddress(named, advice), key: undefined };
  }
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(named, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) value = undefined;
    else throw new Refused(`${named}: cannot be read: ${systemReason(error)}; name a payment request, or an address`);
  }
  const request = requestSchema.safeParse(value);
  const key = request.success ? new Uint8Array(Buffer.from(request.data.key, 'base64')) : undefined;
  if (key?.length !== PUBLIC_KEY_SIZE) {
    throw new Refused(`${named}: is no payment request of this version; ask the receiver for another`);
  }
  const account = readAddress(request.data!.address);
  if (account === accountId(SUITE_ML_DSA_65, key)) return { account, key };
  throw new Refused(`${named}: the key is not that of the address; somebody changed the file; ask the receiver again`);
};

/** The account that an address names. Throws `Refused`. */
export const readAddress = (address: string, advice = 'copy it again'): Id => {
  const account = decodeAddress(address);
  if (account.ok) return account.value;
  throw new Refused(`${address}: is no address; one begins with mt, and a wrong letter is noticed: ${advice}`);
};
