import { holds, type Observer, type Scene, violated } from './types.ts';

/** `progress`: at the end every honest node that is up has the last window final. Judged in the quiet tail (design §3). */
export const progress = (scene: Scene, windows: number): Observer => {
  const last = scene.names.map(() => -1);
  return {
    name: 'progress',
    notice(host, notice) {
      if (notice.type === 'final') last[host] = notice.record.settled.window;
    },
    judge() {
      const due = windows;
      const behind = last
        .map((window, host) => ({ window, host }))
        .filter(({ window, host }) => scene.isHonest(host) && scene.isUp(host) && window < due);
      if (!last.some((_, host) => scene.isHonest(host) && scene.isUp(host))) return violated('no honest node is up');
      const first = behind[0];
      if (first === undefined) return holds(`window ${due} final at every honest node that is up`);
      return violated(`${behind.length} nodes behind window ${due}: ${scene.names[first.host]} is at ${first.window}`);
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
