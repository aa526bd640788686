import type { ProtocolObject } from '#core/consensus/objects.ts';
import { holds, type Observer, type Scene, violated } from './types.ts';

/** What closes windows. */
const VOICES: ReadonlySet<ProtocolObject['kind']> = new Set(['bundle', 'reveal', 'proposal', 'vote']);

/** `progress`: at the end every honest node that is up has the last window final. Judged in the quiet tail (design §3). */
export const progress = (scene: Scene, windows: number): Observer => {
  const last = scene.names.map(() => -1);
  /** The last object of those that close windows that each host accepted, and when. */
  const heard = scene.names.map((): ProtocolObject | undefined => undefined);
  const heardAt = new Float64Array(scene.names.length);
  return {
    name: 'progress',
    notice(host, notice, at) {
      if (notice.type === 'final') last[host] = notice.record.settled.window;
      else if (notice.type === 'accepted' && VOICES.has(notice.object.kind)) {
        heard[host] = notice.object;
        heardAt[host] = at;
      }
    },
    judge() {
      const behind = last
        .map((window, host) => ({ window, host }))
        .filter(({ window, host }) => scene.isHonest(host) && scene.isUp(host) && window < windows);
      if (!last.some((_, host) => scene.isHonest(host) && scene.isUp(host))) return violated('no honest node is up');
      const first = behind[0];
      if (first === undefined) return holds(`window ${windows} final at every honest node that is up`);
      const object = heard[first.host]?.id;
      const what = `accepts no bundle, reveal, proposal or vote after that; window ${first.window} is the last that is final there`;
      return violated(
        `${behind.length} nodes behind window ${windows}: ${scene.names[first.host]} is at ${first.window}`,
        object === undefined
          ? undefined
          : [{ host: first.host, at: heardAt[first.host] as number, object, what, isSilence: true }],
      );
    },
  };
};

/** The highest window final at every honest node that is up. */
export const finalEverywhere = (scene: Scene): { readonly observer: Observer; window(): number } => {
  const last = scene.names.map(() => -1);
  const observer: Observer = {
    name: 'final-window',
    notice(host, notice) {
      if (notice.type === 'final') last[host] = notice.record.settled.window;
    },
    judge: () => holds(''),
  };
  return {
    observer,
    window: () => {
      const up = last.filter((_, host) => scene.isHonest(host) && scene.isUp(host));
      return up.length === 0 ? -1 : Math.min(...up);
    },
  };
};
