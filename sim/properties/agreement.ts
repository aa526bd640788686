import type { Id } from '#core/bytes/bytes.ts';
import type { Settled } from '#core/transition/settled.ts';
import { type Deed, type Finding, finalDeed, holds, type Observer, type Scene, violated } from './types.ts';

/** Keeps the first value per window and the first host that contradicts it. */
class PerWindow {
  readonly #scene: Scene;
  readonly #what: string;
  readonly #first = new Map<number, { readonly value: Id; readonly deed: Deed }>();
  #violation: Finding | undefined;
  #compared = 0;

  constructor(scene: Scene, what: string) {
    this.#scene = scene;
    this.#what = what;
  }

  note(host: number, at: number, { window, side }: Settled, value: Id): void {
    const deed = (): Deed => finalDeed(host, at, window, side.proposalHash);
    const first = this.#first.get(window);
    if (first === undefined) this.#first.set(window, { value, deed: deed() });
    else {
      this.#compared++;
      if (first.value === value) return;
      const { names } = this.#scene;
      this.#violation ??= violated(
        `window ${window}: ${names[first.deed.host]} has ${this.#what} ${first.value.slice(0, 16)}, ` +
          `${names[host]} has ${value.slice(0, 16)}`,
        [first.deed, deed()],
      );
    }
  }

  finding(): Finding {
    return this.#violation ?? holds(`${this.#first.size} windows, ${this.#compared} comparisons of ${this.#what}s`);
  }
}

/** `agreement`: no two honest nodes make different proposals final for one window (04 §16, safety). */
export const agreement = (scene: Scene): Observer => {
  const finals = new PerWindow(scene, 'final proposal');
  return {
    name: 'agreement',
    notice(host, notice, at) {
      if (notice.type !== 'final' || !scene.isHonest(host)) return;
      const { settled } = notice.record;
      finals.note(host, at, settled, settled.side.proposalHash);
    },
    judge: () => finals.finding(),
  };
};

/** `equal-roots`: honest nodes that close a window have the same state root after it. */
export const equalRoots = (scene: Scene): Observer => {
  const roots = new PerWindow(scene, 'state root');
  return {
    name: 'equal-roots',
    notice(host, notice, at) {
      if (notice.type !== 'final' || !scene.isHonest(host)) return;
      const { settled } = notice.record;
      roots.note(host, at, settled, settled.state.stateRoot());
    },
    judge: () => roots.finding(),
  };
};
