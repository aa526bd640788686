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

  accept(reveal: Reveal): void {
    this.#byNode.set(reveal.nodeId, reveal);
    this.#byId.set(reveal.id, reveal);
  }

  /** reveal_hashes, ascending. */
  ids(): readonly Id[] {
    return this.#byId.keys();
  }
}
