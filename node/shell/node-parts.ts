import type { Genesis } from '#core/genesis/genesis.ts';
import type { Config } from '#node/config/config.ts';
import type { NodeFolder } from '#node/config/folder.ts';
import type { Identity } from '#node/config/identity.ts';
import type { Doorkeeper, Transport, TransportEvents } from '#node/transport/transport.ts';
import type { Logger } from './log.ts';
import type { Protocol, ProtocolEvents } from './protocol.ts';

/** All that a node is started with. */
export interface NodeOptions {
  readonly folder: NodeFolder;
  readonly config: Config;
  readonly genesis: Genesis;
  readonly identity: Identity;
  readonly version: string;
  readonly log: Logger;
  /** Hears a line now and then while the node catches up. */
  readonly tell?: (line: string) => void;
}

/** What a node is composed of. Both may reject with one line of what is wrong. */
export interface NodeParts {
  /** Its store is open once its `standing` is known. */
  protocol(options: NodeOptions, events: ProtocolEvents): Promise<Protocol>;
  transport(options: NodeOptions, doorkeeper: Doorkeeper, events: TransportEvents): Promise<Transport>;
}
