import type { Settled } from '#core/transition/settled.ts';
import type { SnapshotRequest } from '#core/wire/messages.ts';
import type { Store } from '#node/store/store.ts';
import type { Door } from './door.ts';
import type { FromProtocol } from './messages.ts';
import { oneLine } from './one-line.ts';
import type { ProtocolSetting } from './setting.ts';
import { Slices } from './slices.ts';
import { SnapshotService } from './snapshot-service.ts';
import { Snapshots } from './snapshots.ts';

export interface BesideParts {
  readonly setting: Pick<ProtocolSetting, 'folder' | 'snapshots' | 'tau1'>;
  readonly store: Pick<Store, 'entry' | 'clearFormer'>;
  readonly door: Door;
  readonly post: (message: FromProtocol) => void;
}

/** What a live node does between the inputs of its host, and its host does not know of: long work in pieces, and snapshots for others. */
export class Beside {
  readonly #parts: BesideParts;
  readonly #slices: Slices;
  readonly #snapshots: Snapshots | undefined;
  readonly #service: SnapshotService;

  constructor(parts: BesideParts, settled: Settled) {
    this.#parts = parts;
    const { setting, store, post } = parts;
    const { folder, snapshots, tau1 } = setting;
    const failed = (error: unknown): void => post({ type: 'warning', reason: oneLine(error) });
    const slices = new Slices(failed);
    this.#slices = slices;
    this.#snapshots = snapshots ? new Snapshots({ folder, store, slices, failed }, settled) : undefined;
    this.#service = new SnapshotService(this.#snapshots, tau1, post);
    this.#begin();
  }

  /** A node or a candidate asks for a snapshot; `now` in microseconds. */
  request(link: number, message: SnapshotRequest, now: number): void {
    this.#service.request(link, message, now);
  }

  /** What was sent to the link is on its way. */
  room(link: number): void {
    this.#service.room(link);
  }

  peerDown(link: number): void {
    this.#service.peerDown(link);
  }

  /** A window is final here, and durable. */
  final(settled: Settled): void {
    this.#snapshots?.final(settled);
  }

  /** Before the state is replaced by a snapshot: nothing may read it any more. */
  leaveState(): void {
    this.#snapshots?.abandon();
  }

  /** The door knows the new state. */
  adopted(): void {
    this.#begin();
  }

  stop(): void {
    this.#slices.stop();
    this.#snapshots?.stop();
  }

  /** What a state begins with. */
  #begin(): void {
    const { door, store } = this.#parts;
    this.#slices.add(() => door.advance());
    this.#slices.add(() => {
      store.clearFormer();
      return false;
    });
  }
}
