import { SnapshotServer } from '#core/snapshot/server.ts';
import { encodeMessage } from '#core/wire/codec.ts';
import type { SnapshotRequest } from '#core/wire/messages.ts';
import type { FromProtocol } from './messages.ts';
import { letterTo } from './outbox.ts';
import type { Snapshots } from './snapshots.ts';

/**
 * Serves the node's snapshots to those that ask (06 §7), outside its host: what is served is final, and no input of the protocol. A
 * mebibyte at a time: the next follows when the link's queue has room for it.
 */
export class SnapshotService {
  readonly #post: (message: FromProtocol) => void;
  readonly #server: SnapshotServer;

  /** Without snapshots every request is refused. */
  constructor(snapshots: Snapshots | undefined, tau1Micros: number, post: (message: FromProtocol) => void) {
    this.#post = post;
    this.#server = new SnapshotServer(
      {
        anchor: (window) => snapshots?.anchor(window),
        send: (link, message) => post(letterTo(link, encodeMessage(message))),
      },
      tau1Micros,
    );
  }

  /** `now` in microseconds. */
  request(link: number, message: SnapshotRequest, now: number): void {
    this.#server.request(link, message, now);
    this.room(link);
  }

  /** What was sent to the link is on its way. */
  room(link: number): void {
    if (this.#server.pump(link)) this.#post({ type: 'crowded', link });
  }

  peerDown(link: number): void {
    this.#server.peerDown(link);
  }
}
