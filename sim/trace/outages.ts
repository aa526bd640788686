import { HAPPENINGS, type Happening } from '#sim/world/types.ts';
import { listed, type Timed } from './words.ts';

/** What is done to hosts from outside. */
export class Outages {
  /** Hosts that are down, since when. */
  readonly #down = new Map<number, number>();
  #cut: { readonly at: number; readonly groups: number[][] } | undefined;

  happened(at: number, what: Happening, who: number, content: number): void {
    if (what === HAPPENINGS.crash) this.#down.set(who, at);
    else if (what === HAPPENINGS.start) this.#down.delete(who);
    else if (what === HAPPENINGS.cut && content > 0) this.#cut?.groups[content - 1]?.push(who);
    else if (what === HAPPENINGS.cut)
      this.#cut = who === 0 ? undefined : { at, groups: Array.from({ length: who }, () => []) };
  }

  /** Those still there, until a time. */
  lines(until: number, names: readonly string[]): readonly Timed[] {
    const called = (hosts: readonly number[]): string => listed(hosts.map((host) => names[host] as string));
    const times = [...new Set(this.#down.values())].filter((at) => at <= until);
    const lines = times.map((at) => {
      const hosts = [...this.#down].flatMap(([host, since]) => (since === at ? [host] : []));
      return { at, text: `${called(hosts)} ${hosts.length === 1 ? 'crashes and stays' : 'crash and stay'} down` };
    });
    const cut = this.#cut;
    if (cut === undefined || cut.at > until) return lines;
    return [...lines, { at: cut.at, text: `the network is cut: ${cut.groups.map(called).join(' | ')} | the rest` }];
  }
}
