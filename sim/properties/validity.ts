import type { FinalRecord } from '#core/participant/types.ts';
import { type Finding, finalDeed, holds, type Observer, type Scene, violated, type Witness } from './types.ts';

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
  let witness: Witness | undefined;
  return {
    name: 'validity',
    notice(host, notice, at) {
      if (notice.type !== 'final' || !scene.isHonest(host) || fault !== undefined) return;
      const { window } = notice.record.settled;
      if (window !== next) return;
      next++;
      const difference = judge(notice.record);
      if (difference === undefined) return;
      fault = `window ${window} at ${scene.names[host]}: ${difference}`;
      witness = [finalDeed(host, at, window, notice.record.settled.side.proposalHash)];
    },
    judge() {
      const faults = [fault, memo?.fault].filter((found) => found !== undefined);
      if (faults.length > 0) return violated(faults.join('; '), witness);
      const again = memo === undefined ? '' : `, ${memo.compared} results of the memo found again without it`;
      return holds(`${next} windows recomputed by the naive model${again}`);
    },
  };
};

/** `supply`: the sum of all balances after window W is emission × W (01 §8). */
export const supply = (scene: Scene): Observer => {
  let next = 0;
  let fault: Finding | undefined;
  return {
    name: 'supply',
    notice(host, notice, at) {
      if (notice.type !== 'final' || !scene.isHonest(host) || fault !== undefined) return;
      const { state, window, side } = notice.record.settled;
      if (window !== next) return;
      next++;
      let sum = 0n;
      for (const account of state.accounts()) sum += account.balance;
      const due = scene.network.params.emissionMoneta * BigInt(window);
      if (sum === due) return;
      const witness = [finalDeed(host, at, window, side.proposalHash)];
      fault = violated(`window ${window}: balances sum to ${sum} moneta, ${due} are due`, witness);
    },
    judge: () => fault ?? holds(`${next} windows summed`),
  };
};
