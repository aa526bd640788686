import { describe, expect, it } from 'vitest';
import { type Id, littleEndian } from '#core/bytes/bytes.ts';
import { hashId } from '#core/crypto/hash.ts';
import { type Sha256Engine, sha256Engine } from '#core/crypto/sha256-engine.ts';
import { scriptEngine } from '#core/crypto/sha256-script.ts';
import type { ChainJob, ChainName } from '#core/participant/types.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { Chains, type FinishedJob, SHARE } from './chains.ts';

const idOf = (index: number): Id => hashId('mt-node', littleEndian(index, 8));
const jobOf = (type: ChainName, window: number, iterations: number): ChainJob => ({
  type,
  window,
  from: idOf(window),
  iterations,
});

/** Shares until so many jobs are finished. */
const finish = (chains: Chains, jobs: number): readonly FinishedJob[] => {
  const finished: FinishedJob[] = [];
  while (finished.length < jobs) {
    const job = chains.share();
    if (job !== undefined) finished.push(job);
  }
  return finished;
};

/** Remembers how long the shares were. */
const watched = () => {
  const shares: number[] = [];
  const engine: Sha256Engine = {
    chain(value, iterations) {
      shares.push(iterations);
      return value;
    },
    hashNodes() {},
  };
  return { shares, engine };
};

describe('shares (09 §12.2)', () => {
  it.each([
    ['emitted', sha256Engine()],
    ['reference', scriptEngine],
  ])('the %s engine ends where the timechain does, of whatever length', (_name, engine) => {
    const chains = new Chains(engine);
    const lengths = [1, SHARE - 1, SHARE, SHARE + 1, 2 * SHARE + 7];
    lengths.forEach((length, window) => {
      chains.work(jobOf('chain', window, length));
    });
    const finished = finish(chains, lengths.length);
    expect(finished.map(({ result }) => result)).toEqual(
      lengths.map((length, window) => ({
        type: 'chain',
        window,
        from: idOf(window),
        value: timechainStep(idOf(window), length),
      })),
    );
    expect(chains.count).toBe(lengths.reduce((sum, length) => sum + length));
  });

  it('with nothing to do it counts on', () => {
    const chains = new Chains(watched().engine);
    for (let i = 0; i < 3; i++) expect(chains.share()).toBeUndefined();
    expect(chains.count).toBe(3 * SHARE);
  });

  it('a candidate chain takes every other share and does not count', () => {
    const chains = new Chains(sha256Engine());
    chains.work(jobOf('candidate', 1, 3 * SHARE));
    chains.work(jobOf('chain', 2, 2 * SHARE));
    const [first, second] = finish(chains, 2);
    // C M C M C: the main chain's last share is the fourth, the candidate's the fifth.
    expect([first, second].map((finished) => finished?.job.type)).toEqual(['chain', 'candidate']);
    expect(first?.result.value).toBe(timechainStep(idOf(2), 2 * SHARE));
    expect(second?.result.value).toBe(timechainStep(idOf(1), 3 * SHARE));
    expect(chains.count).toBe(2 * SHARE);
  });

  it('checks wait behind the candidate chain, beside the main one', () => {
    const chains = new Chains(sha256Engine());
    chains.work(jobOf('candidate', 1, SHARE));
    chains.work(jobOf('check', 1, SHARE));
    chains.work(jobOf('chain', 2, SHARE));
    chains.cancel(jobOf('check', 7, SHARE));
    expect(finish(chains, 3).map(({ job }) => job.type)).toEqual(['candidate', 'chain', 'check']);
    expect(chains.count).toBe(SHARE);
  });

  it('measures how long a stretch is, beside the main one, and gives up at the most it may have', () => {
    const chains = new Chains(sha256Engine());
    const until = timechainStep(idOf(3), SHARE + 7);
    const measured = (iterations: number) => {
      chains.work({ ...jobOf('measure', 3, iterations), until });
      return finish(chains, 1)[0]?.result;
    };
    const result = { type: 'measure', window: 3, from: idOf(3) };
    expect(measured(2 * SHARE)).toEqual({ ...result, value: until, iterations: SHARE + 7 });
    expect(measured(SHARE + 7)).toEqual({ ...result, value: until, iterations: SHARE + 7 });
    expect(measured(SHARE + 6)).toEqual({ ...result, value: timechainStep(idOf(3), SHARE + 6) });
  });

  it('throw-away hashing goes on beside a candidate chain', () => {
    const chains = new Chains(watched().engine);
    chains.work(jobOf('candidate', 1, 4 * SHARE));
    for (let i = 0; i < 6; i++) chains.share();
    expect(chains.count).toBe(3 * SHARE);
  });

  it('a share ends at the alarm, which is due once', () => {
    const { engine, shares } = watched();
    const chains = new Chains(engine);
    chains.alarmAt = SHARE + 5;
    chains.share();
    expect(chains.takeAlarm()).toBe(false);
    chains.share();
    expect([chains.count, chains.takeAlarm(), chains.takeAlarm()]).toEqual([SHARE + 5, true, false]);
    chains.share();
    expect(shares).toEqual([SHARE, 5, SHARE]);
    chains.alarmAt = 1;
    chains.share();
    expect([chains.count, chains.takeAlarm()]).toEqual([2 * SHARE + 5, true]);
  });

  it('a cancelled job gives way to the next of its type; others and unknown ones stay', () => {
    const chains = new Chains(sha256Engine());
    chains.work(jobOf('chain', 1, 2 * SHARE));
    chains.work(jobOf('chain', 2, 10));
    chains.work(jobOf('candidate', 1, 20));
    chains.share();
    chains.cancel(jobOf('chain', 1, 2 * SHARE));
    chains.cancel(jobOf('chain', 3, 10));
    const [only] = finish(chains, 1);
    expect(only?.job).toEqual(jobOf('chain', 2, 10));
    chains.cancel(jobOf('chain', 2, 10));
    expect(chains.share()).toBeUndefined();
  });
});
