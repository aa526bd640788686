import type { Id } from '#core/bytes/bytes.ts';
import { Histories, type Judge } from './histories.ts';
import { type Finding, finalDeed, holds, type Observer, type Scene, violated, type Witness } from './types.ts';

/** How often a host's own result was compared with the remembered one, and the first difference (design §1, apply memo). */
export interface MemoCheck {
  readonly compared: number;
  readonly fault: string | undefined;
}

/**
 * `validity`: a second, naive implementation of the state transition agrees with every final window at every host, each judged after
 * its own parent, so that a fork alone violates nothing here; and what hosts remember for each other is what a host finds by itself
 * (design §1). `begin`: a judge at the state before window 0.
 */
export const validity = (scene: Scene, begin: () => Judge, memo?: MemoCheck): Observer => {
  const histories = new Histories(begin);
  /** Proposals whose parent no honest host made final. */
  const orphans = new Set<Id>();
  let fault: string | undefined;
  let witness: Witness | undefined;
  return {
    name: 'validity',
    notice(host, notice, at) {
      if (notice.type !== 'final' || !scene.isHonest(host) || fault !== undefined) return;
      const { window, side, state } = notice.record.settled;
      const judgement = histories.judge(notice.record);
      if (judgement === undefined) {
        orphans.add(side.proposalHash);
        return;
      }
      orphans.delete(side.proposalHash);
      const { difference, stateRoot } = judgement;
      const held = state.stateRoot();
      if (difference === undefined && held === stateRoot) return;
      const what = difference ?? `the state held is ${held}, the naive model has ${stateRoot}`;
      fault = `window ${window} at ${scene.names[host]}: ${what}`;
      witness = [finalDeed(host, at, window, side.proposalHash)];
    },
    judge() {
      const faults = [fault, memo?.fault].filter((found) => found !== undefined);
      if (faults.length > 0) return violated(faults.join('; '), witness);
      const unknown = orphans.size === 0 ? '' : `, ${orphans.size} not: what they follow is not known`;
      const again = memo === undefined ? '' : `, ${memo.compared} results of the memo found again without it`;
      return holds(`${histories.count} windows recomputed by the naive model${unknown}${again}`);
    },
  };
};

/** `supply`: the sum of all balances after window W is emission × W (01 §8), in every state that an honest host holds. */
export const supply = (scene: Scene): Observer => {
  /** Window and state root. */
  const summed = new Set<string>();
  let fault: Finding | undefined;
  return {
    name: 'supply',
    notice(host, notice, at) {
      if (notice.type !== 'final' || !scene.isHonest(host) || fault !== undefined) return;
      const { state, window, side } = notice.record.settled;
      const name = `${window}/${state.stateRoot()}`;
      if (summed.has(name)) return;
      summed.add(name);
      let sum = 0n;
      for (const account of state.accounts()) sum += account.balance;
      const due = scene.network.params.emissionMoneta * BigInt(window);
      if (sum === due) return;
      const witness = [finalDeed(host, at, window, side.proposalHash)];
      fault = violated(`window ${window}: balances sum to ${sum} moneta, ${due} are due`, witness);
    },
    judge: () => fault ?? holds(`${summed.size} states summed`),
  };
};
