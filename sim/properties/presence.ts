import type { Id } from '#core/bytes/bytes.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Finding, Observer, Scene } from './types.ts';

/** Inclusion of each honest node, window by window. */
export interface Presence {
  readonly observer: Observer;
  /** Included windows in permille of the windows `from` … `to` − 1 in which its node was one, by host. */
  over(from: number, to: number): readonly number[];
}

/**
 * `presence`: how often each node's bundle is included in the final proposal; of a fork, in the one that was final first. Windows
 * before a node is one do not count.
 */
export const presence = (
  scene: Scene,
  hostOf: (nodeId: Id) => number | undefined,
  isFounder: (host: number) => boolean = () => true,
): Presence => {
  const included: Set<number>[] = [];
  /** The first window in which the node of a host may be included. */
  const since = scene.names.map((_, host) => (isFounder(host) ? 0 : Number.POSITIVE_INFINITY));
  const over = (from: number, to: number): readonly number[] =>
    scene.names.map((_, host) => {
      const first = Math.max(from, since[host] as number);
      let count = 0;
      for (let window = first; window < to; window++) if (included[window]?.has(host)) count++;
      return to > first ? Math.floor((count * 1000) / (to - first)) : 0;
    });
  const enter = ({ window, state }: Settled): void => {
    if (!since.includes(Number.POSITIVE_INFINITY)) return;
    for (const { nodeId, startWindow } of state.nodes()) {
      const host = startWindow === BigInt(window) ? hostOf(nodeId) : undefined;
      if (host !== undefined) since[host] = Math.min(since[host] as number, window + 1);
    }
  };
  const judge = (): Finding => {
    const shares = over(0, included.length).filter(
      (_, host) => scene.isHonest(host) && (since[host] as number) < included.length,
    );
    const sum = shares.reduce((total, share) => total + share, 0);
    const least = Math.min(...shares);
    const mean = shares.length === 0 ? 0 : Math.round(sum / shares.length);
    return { observed: 'measured', detail: `mean ${permille(mean)}, lowest ${permille(least)}` };
  };
  const observer: Observer = {
    name: 'presence',
    notice(host, notice) {
      if (notice.type !== 'final' || !scene.isHonest(host)) return;
      const { settled, entry } = notice.record;
      if (included[settled.window] !== undefined) return;
      const hosts = new Set<number>();
      for (const { nodeId } of entry.bundles) {
        const signer = hostOf(nodeId);
        if (signer !== undefined) hosts.add(signer);
      }
      included[settled.window] = hosts;
      enter(settled);
    },
    judge,
  };
  return { observer, over };
};

const permille = (value: number): string => (value / 1000).toFixed(3);
