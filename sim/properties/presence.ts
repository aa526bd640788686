import type { Id } from '#core/bytes/bytes.ts';
import type { Finding, Observer, Scene } from './types.ts';

/** Inclusion of each honest node, window by window. */
export interface Presence {
  readonly observer: Observer;
  /** Included windows in permille of the windows `from` … `to` − 1, by host. */
  over(from: number, to: number): readonly number[];
}

/** `presence`: how often each node's bundle is included in the final proposal; of a fork, in the one that was final first. */
export const presence = (scene: Scene, hostOf: (nodeId: Id) => number | undefined): Presence => {
  const included: Set<number>[] = [];
  const over = (from: number, to: number): readonly number[] =>
    scene.names.map((_, host) => {
      let count = 0;
      for (let window = from; window < to; window++) if (included[window]?.has(host)) count++;
      return to > from ? Math.floor((count * 1000) / (to - from)) : 0;
    });
  const judge = (): Finding => {
    const shares = over(0, included.length).filter((_, host) => scene.isHonest(host));
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
    },
    judge,
  };
  return { observer, over };
};

const permille = (value: number): string => (value / 1000).toFixed(3);
