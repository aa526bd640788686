import fc from 'fast-check';
import { breaksAfter, type Command, Walks } from './commands.suite.ts';
import type { Setting } from './settings.suite.ts';
import { World } from './world.suite.ts';

/** In milliseconds: after that a broken walk is shown as short as it is by then. */
const MOST_TIME = 240_000;

/** Carries out a walk. Throws where core, model and invariants part; such a walk can be given to `walk` again, whole or in parts. */
export const walk = (setting: Setting, commands: readonly Command[]): World => {
  const world = new World(setting);
  for (const [at, command] of commands.entries()) {
    try {
      world.carryOut(command);
    } catch (error) {
      breaksAfter(commands, at + 1);
      throw error;
    }
  }
  return world;
};

export interface WalksPlan {
  readonly seed: number;
  readonly runs: number;
  /** Commands a walk. */
  readonly length: number;
}

export interface Walked {
  /** Closed, in all walks together. */
  readonly windows: number;
  readonly longest: number;
  /** As of `World.seen`. */
  readonly seen: ReadonlyMap<string, number>;
}

/** Walks of random commands in random networks. A failure shows seed, network and a short list of commands. */
export const walks = (networks: fc.Arbitrary<Setting>, { seed, runs, length }: WalksPlan): Walked => {
  const seen = new Map<string, number>();
  let windows = 0;
  let longest = 0;
  const property = fc.property(networks, new Walks(length), (setting, commands) => {
    const world = walk(setting, commands);
    windows += world.windows;
    longest = Math.max(longest, world.windows);
    for (const [name, times] of world.seen) seen.set(name, (seen.get(name) ?? 0) + times);
  });
  fc.assert(property, { seed, numRuns: runs, interruptAfterTimeLimit: MOST_TIME });
  return { windows, longest, seen };
};
