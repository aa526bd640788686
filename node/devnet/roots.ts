import type { Id } from '#core/bytes/bytes.ts';
import type { Status } from '#node/api/schemas.ts';

/** Windows that are kept. */
const KEPT = 1_024;

/** Nodes that have different state roots after a window. */
export interface Difference {
  readonly window: number;
  /** The root of each node that told one. */
  readonly roots: ReadonlyMap<number, Id>;
}

/** State roots after each window, as the nodes tell them. They must be equal. */
export class Roots {
  readonly #windows = new Map<number, Map<number, Id>>();
  #difference: Difference | undefined;

  /** Takes what node `index` says. A node that contradicts itself differs too. */
  add(index: number, { standing, recent }: Pick<Status, 'standing' | 'recent'>): void {
    const { finalWindow, stateRoot } = standing;
    for (const final of [...recent, { window: finalWindow, stateRoot }])
      this.#add(index, final.window, final.stateRoot);
    for (const window of this.#windows.keys()) if (window < finalWindow - KEPT) this.#windows.delete(window);
  }

  #add(index: number, window: number, root: Id): void {
    const roots = this.#windows.get(window) ?? new Map<number, Id>();
    this.#windows.set(window, roots);
    const others = [...roots.values()];
    roots.set(index, root);
    if (others.some((other) => other !== root)) this.#difference ??= { window, roots: new Map(roots) };
  }

  /** The first that was seen. */
  get difference(): Difference | undefined {
    return this.#difference;
  }

  /** Nodes that told a root after `window`. */
  told(window: number): number {
    return this.#windows.get(window)?.size ?? 0;
  }
}

/** A difference in one line. */
export const differenceText = ({ window, roots }: Difference): string =>
  `state roots differ after window ${window}: ${[...roots]
    .sort(([a], [b]) => a - b)
    .map(([index, root]) => `node-${index} ${root.slice(0, 16)}`)
    .join(', ')}`;
