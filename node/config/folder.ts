import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Refused, systemReason } from './refused.ts';

/** Where a node's folder is when nobody says otherwise. */
export const DEFAULT_FOLDER = 'montana-node';

/** What stands in a node's folder. */
export interface NodeFolder {
  readonly path: string;
  readonly config: string;
  /** Keys; readable by its owner only. */
  readonly identity: string;
  /** What `node init` calls the genesis file. */
  readonly genesis: string;
  /** Who else is out there; may be removed while no node runs. */
  readonly peers: string;
  /** Unix socket of the API. */
  readonly socket: string;
  /** What requests over TCP bear; readable by its owner only. */
  readonly token: string;
  /** Where the API is served over TCP, while it is. */
  readonly address: string;
  /** Recordings of the protocol's inputs. */
  readonly journal: string;
}

export const nodeFolder = (path: string): NodeFolder => ({
  path: resolve(path),
  config: join(path, 'montana.yaml'),
  identity: join(path, 'identity.bin'),
  genesis: join(path, 'genesis.yaml'),
  peers: join(path, 'peers.bin'),
  socket: join(path, 'api.sock'),
  token: join(path, 'api.token'),
  address: join(path, 'api.address'),
  journal: join(path, 'journal'),
});

/** Makes the folder, for its owner only. Throws `Refused`. */
export const makeNodeFolder = (path: string): NodeFolder => {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Refused(`${path}: cannot be made: ${systemReason(error)}; name another folder with --dir`);
  }
  return nodeFolder(path);
};
