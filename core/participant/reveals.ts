import { compareIds, type Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Reveal } from '../consensus/objects.ts';

/** The valid reveals of one window that this node holds: listed by its bundle of the next (04 §6.1). */
export class RevealKeeper {
  readonly window: number;
  readonly #byNode = new IdMap<Reveal>();
  readonly #byId = new IdMap<Reveal>();

  constructor(window: number) {
    this.window = window;
  }

  get(id: Id): Reveal | undefined {
    return this.#byId.get(id);
  }

  /** The first one of a node. */
  of(nodeId: Id): Reveal | undefined {
    return this.#byNode.get(nodeId);
  }

  /** Keeps a reveal; a second one of its node beside the first, for a proposal that cannot be judged without it. */
  keep(reveal: Reveal): void {
    this.#byId.set(reveal.id, reveal);
    if (!this.#byNode.has(reveal.nodeId)) this.#byNode.set(reveal.nodeId, reveal);
  }

  /** What the own bundle lists, one of each node: by identifier, ascending. */
  listable(): readonly Reveal[] {
    return [...this.#byNode.values()].sort((a, b) => compareIds(a.id, b.id));
  }
}
