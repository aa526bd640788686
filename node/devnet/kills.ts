import { setTimeout as wait } from 'node:timers/promises';
import seedrandom from 'seedrandom';
import { Refused } from '#node/config/refused.ts';
import type { Devnet } from './devnet.ts';

/** Milliseconds a node is left running, and then dead, at most. */
export const MOST_ALIVE = 1_000;
const MOST_DEAD = 1_000;

/** Milliseconds between two looks at the nodes. */
const PAUSE = 50;

/** A node that was killed and came back. */
export interface Return {
  readonly node: number;
  /** The last final window of the others when it had started again. */
  readonly at: number;
  /** Windows that the others made final from then until it had made final all that they had. */
  readonly windows: number;
  /** The same in milliseconds. */
  readonly time: number;
}

/** What is done to a devnet. */
export type Killed = Pick<Devnet, 'size' | 'kill' | 'start' | 'status' | 'fault'>;

export interface KillPlan {
  /** Of the choice of nodes and times. */
  readonly seed: string;
  readonly times: number;
  /** The nodes that are killed; by default all. */
  readonly among?: readonly number[];
  /** Milliseconds a node may take to return. */
  readonly patience: number;
  /** Told of each return. */
  readonly tell?: (back: Return) => void;
  /** Ends it early: throws what the signal says. */
  readonly signal?: AbortSignal;
}

/** kill -9 of a node by chance, so many times, each followed by its start and its return to the head. Throws `Refused` for a fault. */
export const killByChance = async (devnet: Killed, plan: KillPlan): Promise<readonly Return[]> => {
  const { seed, times, tell, signal, among = Array.from({ length: devnet.size }, (_, index) => index) } = plan;
  const random = seedrandom(seed);
  const returns: Return[] = [];
  for (let i = 0; i < times; i++) {
    const node = among[Math.floor(random() * among.length)] as number;
    await wait(random() * MOST_ALIVE, undefined, { signal });
    await devnet.kill(node);
    await wait(random() * MOST_DEAD, undefined, { signal });
    await devnet.start(node);
    const back = await returned(devnet, node, plan);
    returns.push(back);
    tell?.(back);
  }
  return returns;
};

/** Waits until a node that has just started is where the others are. */
export const returned = async (
  devnet: Killed,
  node: number,
  { patience, signal }: Pick<KillPlan, 'patience' | 'signal'>,
): Promise<Return> => {
  const others = Array.from({ length: devnet.size }, (_, index) => index).filter((index) => index !== node);
  const heads = async (indices: readonly number[]): Promise<number> => {
    const statuses = await Promise.all(indices.map((index) => devnet.status(index)));
    return Math.max(...statuses.map((status) => status?.standing.finalWindow ?? -1));
  };
  const startedAt = performance.now();
  const at = await heads(others);
  for (;;) {
    const head = await heads(others);
    const own = await heads([node]);
    const fault = devnet.fault();
    if (fault !== undefined) throw new Refused(fault);
    const time = Math.round(performance.now() - startedAt);
    if (own >= head) return { node, at, windows: head - at, time };
    if (time > patience) throw new Refused(`node-${node} has window ${own} final, the others ${head}`);
    await wait(PAUSE, undefined, { signal });
  }
};
