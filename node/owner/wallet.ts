import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Id } from '#core/bytes/bytes.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import type { Network } from '#core/genesis/network.ts';
import { AccountClient } from '#node/client/client.ts';
import { provenChain } from '#node/client/proven-chain.ts';
import { readConfig } from '#node/config/config.ts';
import { type NodeFolder, nodeFolder } from '#node/config/folder.ts';
import { BY_OPTION, readGenesisFile } from '#node/config/genesis-file.ts';
import { type Identity, readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { parseCheckpoint } from '#node/config/keys.ts';
import { Refused } from '#node/config/refused.ts';
import { type Chain, chainOf, type WholeChain } from './chain.ts';
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

/** Options of commands that can ask somebody else's node, which is believed only what it proves (09 §9). */
export interface RemoteOptions extends AccountOptions {
  /** Multiaddr with `/p2p/Qm…`. */
  readonly remote?: string;
  /** Genesis file of the network, whose founders are trusted. */
  readonly genesis?: string;
  /** `window:proposal_hash`. */
  readonly checkpoint?: string;
}

/** The folder of the node to ask. Throws `Refused` where an identity elsewhere was named, and no node. */
const folderOf = ({ node, dir, identity }: AccountOptions): NodeFolder => {
  const folder = nodeFolder(node ?? dir);
  if (node !== undefined || identity === undefined || existsSync(folder.config)) return folder;
  throw new Refused(
    `${dir}: there is no node; name the folder of a running node with --node, or, where the command takes it, somebody's node with --remote`,
  );
};

/** An account and the node that is asked about it: all that reading takes. */
export interface Reader {
  readonly account: Id;
  readonly chain: Chain;
}

/** The account that `--account` names, else the identity's own. Throws `Refused`. */
export const accountNamed = (options: AccountOptions): Id => {
  if (options.account !== undefined) return readAddress(options.account);
  const identity = readIdentity(identityFile(options));
  wipeIdentity(identity);
  return identity.accountId;
};

/** An account by way of a node of one's own. Throws `Refused`. */
export const readerOf = (options: AccountOptions): Reader & { readonly chain: WholeChain } => {
  const account = accountNamed(options);
  return { account, chain: chainOf(folderOf(options).socket) };
};

/** Does something with the account and a node, its own or another's. Throws `Refused`. */
export const withReader = async <T>(options: RemoteOptions, use: (reader: Reader) => Promise<T>): Promise<T> => {
  if (options.remote === undefined) return use(readerOf(options));
  return withWallet(options, use);
};

/** What signing takes besides. The caller wipes the identity. */
export interface Wallet extends Reader {
  readonly identity: Identity;
  readonly pending: Pending;
  readonly network: Network;
}

/** A node's own genesis, else that of `--genesis`. */
const genesisOf = ({ remote, genesis, ...options }: RemoteOptions): Genesis => {
  if (remote === undefined) {
    const folder = folderOf(options);
    return readGenesisFile(resolve(folder.path, readConfig(folder.config).genesis));
  }
  if (genesis !== undefined) return readGenesisFile(genesis, BY_OPTION);
  throw new Refused('--remote: what it says is judged by the founders of the network; name --genesis <file>');
};

/** Connects as the account of the identity: only accounts are let in. */
const connected = (address: string, { checkpoint }: RemoteOptions, genesis: Genesis, { seeds }: Identity) => {
  const parsed = checkpoint === undefined ? undefined : parseCheckpoint(checkpoint);
  if (checkpoint !== undefined && parsed === undefined) {
    throw new Refused(`--checkpoint ${checkpoint}: write window:proposal_hash`);
  }
  const trusted = parsed === undefined ? {} : { checkpoint: parsed };
  return AccountClient.connect({ seed: seeds.account, genesis, address, ...trusted });
};

/** Does something with a wallet; its secrets are gone afterwards. Throws `Refused`. */
export const withWallet = async <T>(options: RemoteOptions, use: (wallet: Wallet) => Promise<T>): Promise<T> => {
  const { remote } = options;
  const genesis = genesisOf(options);
  const file = identityFile(options);
  const identity = readIdentity(file);
  let client: AccountClient | undefined;
  try {
    const account = options.account === undefined ? identity.accountId : readAddress(options.account);
    if (remote !== undefined) client = await connected(remote, options, genesis, identity);
    const chain = client === undefined ? chainOf(folderOf(options).socket) : provenChain(client);
    return await use({
      account,
      chain,
      identity,
      network: genesis.network,
      pending: new Pending(file, account, genesis.network.genesisHash, options),
    });
  } finally {
    wipeIdentity(identity);
    await client?.close();
  }
};
