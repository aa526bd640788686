import { resolve } from 'node:path';
import type { Id } from '#core/bytes/bytes.ts';
import type { Network } from '#core/genesis/network.ts';
import { readConfig } from '#node/config/config.ts';
import { nodeFolder } from '#node/config/folder.ts';
import { readGenesisFile } from '#node/config/genesis-file.ts';
import { type Identity, readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { type Chain, chainOf } from './chain.ts';
import { type IdentityOptions, identityFile } from './identity-file.ts';
import { readAddress } from './payment-request.ts';
import { Pending } from './pending.ts';

/** Options of all commands of an account. */
export interface AccountOptions extends IdentityOptions {
  /** Folder of the node to ask; by default `dir`. */
  readonly node?: string;
  /** Address of the account, where it is not the first one of the identity's key. */
  readonly account?: string;
  readonly json?: boolean;
}

const folderOf = ({ node, dir }: AccountOptions) => nodeFolder(node ?? dir);

/** An account and the node that is asked about it: all that reading takes. */
export interface Reader {
  readonly account: Id;
  readonly chain: Chain;
}

/** The account that `--account` names, else the identity's own. Throws `Refused`. */
export const readerOf = (options: AccountOptions): Reader => {
  const chain = chainOf(folderOf(options).socket);
  if (options.account !== undefined) return { account: readAddress(options.account), chain };
  const identity = readIdentity(identityFile(options));
  wipeIdentity(identity);
  return { account: identity.accountId, chain };
};

/** What signing takes besides. The caller wipes the identity. */
export interface Wallet extends Reader {
  readonly identity: Identity;
  readonly pending: Pending;
  readonly network: Network;
}

/** Does something with a wallet; its secrets are gone afterwards. Throws `Refused`. */
export const withWallet = async <T>(options: AccountOptions, use: (wallet: Wallet) => Promise<T>): Promise<T> => {
  const folder = folderOf(options);
  const { network } = readGenesisFile(resolve(folder.path, readConfig(folder.config).genesis));
  const file = identityFile(options);
  const identity = readIdentity(file);
  try {
    const account = options.account === undefined ? identity.accountId : readAddress(options.account);
    const chain = chainOf(folder.socket);
    return await use({ account, chain, identity, network, pending: new Pending(file, account) });
  } finally {
    wipeIdentity(identity);
  }
};
