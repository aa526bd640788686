import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { buildGenesis, type Genesis } from '#core/genesis/genesis.ts';
import type { Constants } from '#core/genesis/params.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { MONTANA } from '#core/genesis/rules.ts';
import { configText } from '#node/config/config.ts';
import { makeNodeFolder, type NodeFolder } from '#node/config/folder.ts';
import { freshBytes } from '#node/config/fresh-bytes.ts';
import { writeGenesisFile } from '#node/config/genesis-file.ts';
import { type Identity, wipeIdentity, writeEphemeral } from '#node/config/identity.ts';
import type { KeyName } from '#node/config/keys.ts';

export interface DevnetPlan {
  /** Founders. */
  readonly nodes: number;
  /** Holds genesis.yaml and the folders of the nodes. */
  readonly dir: string;
  /** By default those of 09 §2. */
  readonly params?: Constants;
  /** What every node's montana.yaml says besides, or each node's. */
  readonly config?: Settings | ((index: number, founders: readonly Founder[]) => Settings);
}

export type Settings = { readonly [K in KeyName]?: unknown };

/** What nodes say besides that are put to work and killed: they keep journals, and serve the API over TCP. */
export const WORKING: Settings = { journal: 'on', api: '127.0.0.1:0' };

/** A founder of the network, or who came later. */
export interface Founder {
  readonly folder: NodeFolder;
  readonly nodeId: string;
  readonly peerId: string;
  /** Of 127.0.0.1. */
  readonly port: number;
  /** Multiaddr with `/p2p/Qm…`. */
  readonly address: string;
}

export interface MadeDevnet {
  readonly genesis: Genesis;
  readonly founders: readonly Founder[];
}

/** Makes a network of founders with fresh identities: genesis file, folders, configurations, ports that are free now. */
export const makeDevnet = async (plan: DevnetPlan): Promise<MadeDevnet> => {
  const { nodes, dir, params = DEVNET, config = {} } = plan;
  makeNodeFolder(dir);
  const ports = await freePorts(nodes);
  const made = ports.map((port, index) => {
    const folder = makeNodeFolder(join(dir, `node-${index}`));
    const seeds = { account: freshBytes(32), node: freshBytes(32), app: freshBytes(64) };
    return { folder, port, identity: writeEphemeral(folder.identity, seeds) };
  });
  const genesis = buildGenesis({
    params,
    rules: MONTANA,
    founders: made.map(({ identity }) => keysOf(identity)),
  });
  const file = join(dir, 'genesis.yaml');
  writeGenesisFile(file, genesis);
  const founders = made.map(({ folder, port, identity: { nodeId, peerId } }) => ({
    folder,
    nodeId,
    peerId,
    port,
    address: `${listenAt(port)}/p2p/${peerId}`,
  }));
  const peers = founders.map(({ address }) => address);
  for (const [index, { folder, port, identity }] of made.entries()) {
    const own = typeof config === 'function' ? config(index, founders) : config;
    writeFileSync(
      folder.config,
      configText({ genesis: '../genesis.yaml', listen: [listenAt(port)], peers, diversity: 'off', ...own }),
    );
    wipeIdentity(identity);
  }
  return { genesis, founders };
};

/**
 * Makes a node that is no founder, and seeks no entry: the folder `name` beside theirs, with a fresh identity and them as first peers.
 */
export const makeNewcomer = async (
  dir: string,
  name: string,
  founders: readonly Founder[],
  config: Settings,
): Promise<Founder> => {
  const [port] = (await freePorts(1)) as [number];
  const folder = makeNodeFolder(join(dir, name));
  const identity = writeEphemeral(folder.identity, {
    account: freshBytes(32),
    node: freshBytes(32),
    app: freshBytes(64),
  });
  const peers = founders.map(({ address }) => address);
  const common = { genesis: '../genesis.yaml', listen: [listenAt(port)], peers, diversity: 'off', entry: 'off' };
  writeFileSync(folder.config, configText({ ...common, ...config }));
  wipeIdentity(identity);
  const { nodeId, peerId } = identity;
  return { folder, nodeId, peerId, port, address: `${listenAt(port)}/p2p/${peerId}` };
};

const keysOf = ({ accountKey, nodeKey }: Identity) => ({ accountPubkey: accountKey, nodePubkey: nodeKey });

/** Multiaddr of a port of this machine. */
export const listenAt = (port: number): string => `/ip4/127.0.0.1/tcp/${port}`;

/** Ports of 127.0.0.1 that nobody has at this moment. */
const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};
