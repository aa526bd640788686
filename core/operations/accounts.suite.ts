import { fromHex, type Id, toHex } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import { sha256 } from '../crypto/hash.ts';
import { accountId } from '../crypto/ids.ts';
import type { SigningKey, Verify } from '../crypto/suite.ts';
import { type AccountBirth, newAccount } from '../genesis/births.ts';
import type { AccountRecord } from '../state/records.ts';
import type { AccountSet } from './accounts.ts';

/** Accounts in memory. */
export class MemoryAccounts implements AccountSet {
  readonly records: IdMap<AccountRecord>;

  constructor(records: readonly AccountRecord[] = []) {
    this.records = IdMap.from(records.map((record) => [record.accountId, record]));
  }

  account(id: Id): AccountRecord | undefined {
    return this.records.get(id);
  }

  putAccount(record: AccountRecord): void {
    this.records.set(record.accountId, record);
  }

  supply(): bigint {
    let sum = 0n;
    for (const { balance } of this.records.values()) sum += balance;
    return sum;
  }
}

/** A 32-byte value of its own for every number. */
export const idOf = (n: number): Id => toHex(sha256(Uint8Array.of(n & 0xff, (n >> 8) & 0xff, n >> 16)));

const publicKeyOf = (n: number): Uint8Array => new Uint8Array(1952).fill(n & 0xff).fill(n >> 8, 1);

const signatureOf = (publicKey: Uint8Array, message: Uint8Array): Uint8Array => {
  const digest = sha256(fromHex(toHex(sha256(publicKey)) + toHex(sha256(message))));
  const signature = new Uint8Array(3309);
  signature.set(digest);
  return signature;
};

/** A key whose signatures cost two hashes; whoever knows the public key can make them, which no test here minds. */
export const cheapKey = (n: number): SigningKey => {
  const publicKey = publicKeyOf(n);
  return { publicKey, sign: (message) => signatureOf(publicKey, message) };
};

/** Verifies signatures of `cheapKey`. */
export const cheapVerify: Verify = (publicKey, message, signature) =>
  toHex(signatureOf(publicKey, message)) === toHex(signature);

export const ownId = (key: SigningKey): Id => accountId(1, key.publicKey);

/** The account of a key, funded, born in `window`. */
export const accountOf = (key: SigningKey, birth: Partial<AccountBirth> = {}, window = 0): AccountRecord =>
  newAccount(
    {
      accountId: ownId(key),
      balance: 1_000n,
      suiteId: 1,
      currentPubkey: key.publicKey,
      isNodeOperator: false,
      frontierHash: idOf(0),
      ...birth,
    },
    window,
  );
