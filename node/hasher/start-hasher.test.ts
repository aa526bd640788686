import { afterEach, describe, expect, it } from 'vitest';
import { type Id, littleEndian } from '#core/bytes/bytes.ts';
import { hashId } from '#core/crypto/hash.ts';
import type { ChainJob, ChainName, ChainResult } from '#core/participant/types.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import type { Hasher } from './hasher.ts';
import { startHasher } from './start-hasher.ts';

const idOf = (index: number): Id => hashId('mt-node', littleEndian(index, 8));
const jobOf = (type: ChainName, window: number, iterations: number): ChainJob => ({
  type,
  window,
  from: idOf(window),
  iterations,
});

/** A hasher, and what it told so far; `next` waits for one more. */
const start = () => {
  const told: (ChainResult | 'alarm' | 'failed')[] = [];
  let wake = (): void => {};
  const tell = (what: ChainResult | 'alarm' | 'failed'): void => {
    told.push(what);
    wake();
  };
  const hasher = startHasher({
    done: (_job, result) => tell(result),
    alarm: () => tell('alarm'),
    failed: () => tell('failed'),
  });
  running.push(hasher);
  const until = async (count: number): Promise<void> => {
    while (told.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { hasher, told, until };
};

const running: Hasher[] = [];

afterEach(async () => {
  for (const hasher of running.splice(0)) await hasher.stop();
});

describe('the hashing thread', () => {
  it('hashes queued jobs in their order and counts the main chain', async () => {
    const { hasher, told, until } = start();
    hasher.work(jobOf('chain', 1, 40_000));
    hasher.work(jobOf('chain', 2, 1_000));
    await until(2);
    expect(told).toEqual(
      [jobOf('chain', 1, 40_000), jobOf('chain', 2, 1_000)].map(({ type, window, from, iterations }) => ({
        type,
        window,
        from,
        value: timechainStep(from, iterations),
      })),
    );
    expect(hasher.count()).toBeGreaterThanOrEqual(41_000);
  });

  it('hashes a candidate chain beside the main one', async () => {
    const { hasher, told, until } = start();
    hasher.work(jobOf('candidate', 5, 30_000));
    await until(1);
    expect(told).toEqual([{ type: 'candidate', window: 5, from: idOf(5), value: timechainStep(idOf(5), 30_000) }]);
  });

  it('a cancelled job is never told', async () => {
    const { hasher, told, until } = start();
    hasher.work(jobOf('chain', 1, 2 ** 32 - 1));
    hasher.work(jobOf('chain', 2, 1));
    hasher.cancel(jobOf('chain', 1, 2 ** 32 - 1));
    await until(1);
    expect(told).toEqual([{ type: 'chain', window: 2, from: idOf(2), value: timechainStep(idOf(2), 1) }]);
  });

  it('an alarm comes once the count is there, and one that was replaced does not', async () => {
    const { hasher, told, until } = start();
    hasher.alarm(1);
    const at = 200_000;
    hasher.alarm(at);
    await until(1);
    expect(told).toEqual(['alarm']);
    expect(hasher.count()).toBeGreaterThanOrEqual(at);
    hasher.alarm(1);
    hasher.alarm(undefined);
    hasher.work(jobOf('chain', 1, 1));
    await until(2);
    expect(told.slice(1)).toEqual([{ type: 'chain', window: 1, from: idOf(1), value: timechainStep(idOf(1), 1) }]);
  });

  it('a thread that dies is told, one that is stopped is not', async () => {
    const broken = start();
    // Something that is no job throws in the thread.
    broken.hasher.work(undefined as unknown as ChainJob);
    await broken.until(1);
    expect(broken.told).toEqual(['failed']);
    const sound = start();
    await sound.hasher.stop();
    expect(sound.told).toEqual([]);
  });
});
