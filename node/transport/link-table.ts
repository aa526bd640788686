import { compareIds, type Id } from '#core/bytes/bytes.ts';
import { LEVEL_ACCOUNT } from '#core/tunnel/online-proof.ts';
import type { FrameLink } from './frame-link.ts';
import type { Link } from './transport.ts';

/** What two links to one key are compared by. */
export interface Direction {
  readonly nodeId: Id;
  readonly isOutgoing: boolean;
}

/** An account that dialled this node for its services (06 §8). */
export const isClient = ({ level, isOutgoing }: Pick<Link, 'level' | 'isOutgoing'>): boolean =>
  level === LEVEL_ACCOUNT && !isOutgoing;

/**
 * The links of a node, one per key. Of two with the same far end, the one that the lower node_id dialled stays, so that both ends keep
 * the same; of two that one end dialled, the dialer has the say: it shows no second proof while its first link stands, hence for the
 * listener a second one means that the first is dead.
 */
export class LinkTable {
  readonly #self: Id;
  readonly #byNumber = new Map<number, FrameLink>();
  readonly #byNode = new Map<Id, FrameLink>();

  constructor(self: Id) {
    this.#self = self;
  }

  /** Whether a link would stay if it were opened now. */
  wouldStay({ nodeId, isOutgoing }: Direction): boolean {
    const held = this.#byNode.get(nodeId)?.link;
    if (held === undefined) return true;
    if (held.isOutgoing === isOutgoing) return !isOutgoing;
    return isOutgoing === compareIds(this.#self, nodeId) < 0;
  }

  /** The link to a node, if any. */
  of(nodeId: Id): FrameLink | undefined {
    return this.#byNode.get(nodeId);
  }

  get(number: number): FrameLink | undefined {
    return this.#byNumber.get(number);
  }

  add(link: FrameLink): void {
    this.#byNumber.set(link.link.number, link);
    this.#byNode.set(link.link.nodeId, link);
  }

  remove(link: FrameLink): void {
    this.#byNumber.delete(link.link.number);
    if (this.#byNode.get(link.link.nodeId) === link) this.#byNode.delete(link.link.nodeId);
  }

  /** How many of a direction there are, clients left out. */
  count(isOutgoing: boolean): number {
    return this.all().filter(({ link }) => link.isOutgoing === isOutgoing && !isClient(link)).length;
  }

  clients(): number {
    return this.all().filter(({ link }) => isClient(link)).length;
  }

  /** Of the clients that wanted nothing since `since` the one that was silent longest. */
  idleClient(since: number): FrameLink | undefined {
    const idle = this.all().filter(({ link, saidAt }) => isClient(link) && saidAt <= since);
    return idle.sort((a, b) => a.saidAt - b.saidAt)[0];
  }

  all(): readonly FrameLink[] {
    return [...this.#byNumber.values()];
  }
}
