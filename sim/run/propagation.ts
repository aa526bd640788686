import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';

/** Milliseconds counted one by one; later ones together. */
const MILLISECONDS = 20_000;

/**
 * How fast bundles spread (09 §12.20): per receiver, from the later of a bundle's publication and the moment that receiver first
 * accepted any bundle of the window, which is when it knows T_W, to its acceptance.
 */
export class Propagation {
  readonly #hostOf: (nodeId: Id) => number | undefined;
  readonly #counts = new Uint32Array(MILLISECONDS + 1);
  #total = 0;

  constructor(hostOf: (nodeId: Id) => number | undefined) {
    this.#hostOf = hostOf;
  }

  /** When each bundle of the last windows was published, and since when each host knows T of its window. */
  readonly #published = new Map<Id, number>();
  readonly #knows = new Map<number, number>();
  #window = 0;

  notice(host: number, notice: Notice, at: number): void {
    if (notice.type === 'timechain') {
      this.#knows.set(notice.window * 65_536 + host, at);
      if (notice.window > this.#window) this.#forget(notice.window);
    } else if (notice.type === 'published') {
      if (notice.object.kind === 'bundle' && !this.#published.has(notice.object.id)) {
        this.#published.set(notice.object.id, at);
      }
    } else if (notice.type === 'accepted' && notice.object.kind === 'bundle') {
      if (this.#hostOf(notice.object.nodeId) === host) return;
      const published = this.#published.get(notice.object.id);
      const knows = this.#knows.get(notice.object.window * 65_536 + host);
      if (published === undefined || knows === undefined) return;
      const delay = Math.floor(Math.max(0, at - Math.max(published, knows)) / 1000);
      const slot = Math.min(delay, MILLISECONDS);
      this.#counts[slot] = (this.#counts[slot] as number) + 1;
      this.#total++;
    }
  }

  #forget(window: number): void {
    this.#window = window;
    for (const key of this.#knows.keys()) if (key < (window - 3) * 65_536) this.#knows.delete(key);
    if (this.#published.size > 20_000) this.#published.clear();
  }

  /** Share of receptions within `micros`. */
  share(micros: number): number {
    let within = 0;
    for (let i = 0; i < Math.min(micros / 1000, MILLISECONDS); i++) within += this.#counts[i] as number;
    return this.#total === 0 ? 0 : Math.round((within * 10_000) / this.#total) / 10_000;
  }

  /** Milliseconds within which the share `p` of receptions lies. */
  quantile(p: number): number {
    let seen = 0;
    for (let i = 0; i <= MILLISECONDS; i++) {
      seen += this.#counts[i] as number;
      if (seen >= p * this.#total) return i;
    }
    return MILLISECONDS;
  }
}
