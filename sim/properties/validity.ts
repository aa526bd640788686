import type { FinalRecord } from '#core/participant/types.ts';
import { holds, type Observer, type Scene, violated } from './types.ts';

/** One final window, judged by the naive model: the first difference in words, or undefined. */
export type Judge = (record: FinalRecord) => string | undefined;

/** How often a host's own result was compared with the remembered one, and the first difference (design §1, apply memo). */
export interface MemoCheck {
  readonly compared: number;
  readonly fault: string | undefined;
}

/**
 * `validity`: a second, naive implementation of the state transition agrees with every final window, and what hosts remember for
 * each other is what a host finds by itself (design §1).
 */
export const validity = (scene: Scene, judge: Judge, memo?: MemoCheck): Observer => {
  let next = 0;
  let fault: string | undefined;
  return {
    name: 'validity',
    notice(host, notice) {
      if (notice.type !== 'final' || !scene.isHonest(host) || fault !== undefined) return;
      const { window } = notice.record.settled;
      if (window !== next) return;
      next++;
      const difference = judge(notice.record);
      if (difference !== undefined) fault = `window ${window} at ${scene.names[host]}: ${difference}`;
    },
    judge() {
      const faults = [fault, memo?.fault].filter((found) => found !== undefined);
      if (faults.length > 0) return violated(faults.join('; '));
      const again = memo === undefined ? '' : `, ${memo.compared} results of the memo found again without it`;
      return holds(`${next} windows recomputed by the naive model${again}`);
    },
  };
};

/** `supply`: the sum of all balances after window W is emission × W (01 §8). */
export const supply = (scene: Scene): Observer => {
  let next = 0;
  let fault: string | undefined;
  return {
    name: 'supply',
    notice(host, notice) {
      if (notice.type !== 'final' || !scene.isHonest(host) || fault !== undefined) return;
      const { state, window } = notice.record.settled;
      if (window !== next) return;
      next++;
      let sum = 0n;
      for (const account of state.accounts()) sum += account.balance;
      const due = scene.network.params.emissionMoneta * BigInt(window);
      if (sum !== due) fault = `window ${window}: balances sum to ${sum} moneta, ${due} are due`;
    },
    judge: () => (fault === undefined ? holds(`${next} windows summed`) : violated(fault)),
  };
};
