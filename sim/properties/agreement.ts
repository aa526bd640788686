import type { Id } from '#core/bytes/bytes.ts';
import { type Finding, holds, type Observer, type Scene, violated } from './types.ts';

/** Keeps the first value per window and the first host that contradicts it. */
class PerWindow {
  readonly #first = new Map<number, { readonly host: number; readonly value: Id }>();
  #violation: string | undefined;
  compared = 0;

  note(scene: Scene, what: string, window: number, host: number, value: Id): void {
    const first = this.#first.get(window);
    if (first === undefined) this.#first.set(window, { host, value });
    else {
      this.compared++;
      if (first.value === value) return;
      this.#violation ??=
        `window ${window}: ${scene.names[first.host]} has ${what} ${first.value.slice(0, 16)}, ` +
        `${scene.names[host]} has ${value.slice(0, 16)}`;
    }
  }

  finding(what: string): Finding {
    if (this.#violation !== undefined) return violated(this.#violation);
    return holds(`${this.#first.size} windows, ${this.compared} comparisons of ${what}`);
  }
}

/** `agreement`: no two honest nodes make different proposals final for one window (04 §16, safety). */
export const agreement = (scene: Scene): Observer => {
  const finals = new PerWindow();
  return {
    name: 'agreement',
    notice(host, notice) {
      if (notice.type !== 'final' || !scene.isHonest(host)) return;
      const { settled } = notice.record;
      finals.note(scene, 'final proposal', settled.window, host, settled.side.proposalHash);
    },
    judge: () => finals.finding('final proposals'),
  };
};

/** `equal-roots`: honest nodes that close a window have the same state root after it. */
export const equalRoots = (scene: Scene): Observer => {
  const roots = new PerWindow();
  return {
    name: 'equal-roots',
    notice(host, notice) {
      if (notice.type !== 'final' || !scene.isHonest(host)) return;
      const { settled } = notice.record;
      roots.note(scene, 'state root', settled.window, host, settled.state.stateRoot());
    },
    judge: () => roots.finding('state roots'),
  };
};
