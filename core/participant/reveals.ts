import type { Id } from '../bytes/bytes.ts';
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

  of(nodeId: Id): Reveal | undefined {
    return this.#byNode.get(nodeId);
  }

  keep(reveal: Reveal): void {
    this.#byNode.set(reveal.nodeId, reveal);
    this.#byId.set(reveal.id, reveal);
  }

  /** What the own bundle lists: by identifier, ascending. */
  listable(): readonly Reveal[] {
    return [...this.#byId.values()];
  }
}
