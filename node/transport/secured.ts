import type { Connection, MessageStream, PeerId } from '@libp2p/interface';
import type { Id } from '#core/bytes/bytes.ts';
import { nodeId } from '#core/crypto/ids.ts';
import type { FrameLink } from './frame-link.ts';
import type { RecordStream } from './record-stream.ts';
import type { Known } from './transport.ts';

/** A connection whose handshake is done. */
export interface Secured {
  readonly key: Uint8Array;
  readonly nodeId: Id;
  readonly records: RecordStream;
  /** What it runs on, as it was accepted. */
  readonly below: MessageStream;
  /** Tunnel proofs taken; whether one is shown or judged now. */
  attempts: number;
  isBusy: boolean;
  grant: (Known & { leave(): void }) | undefined;
  link: FrameLink | undefined;
}

/** Gives back the place of a grant, once. */
export const leave = (secured: Secured): void => {
  const { grant } = secured;
  secured.grant = undefined;
  grant?.leave();
};

/** libp2p hands on the very PeerId that the encrypter made: it leads from a connection to what the handshake showed. */
export class SecuredConnections {
  readonly #byPeer = new WeakMap<PeerId, Secured>();

  add(peer: PeerId, key: Uint8Array, records: RecordStream, below: MessageStream): void {
    const [grant, link] = [undefined, undefined];
    this.#byPeer.set(peer, { key, nodeId: nodeId(key), records, below, attempts: 0, isBusy: false, grant, link });
  }

  of(connection: Connection): Secured {
    const secured = this.#byPeer.get(connection.remotePeer);
    if (secured === undefined) throw new Error('NoHandshake');
    return secured;
  }
}
