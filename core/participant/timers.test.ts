import { describe, expect, it } from 'vitest';
import { graceOf, ORDINARY_TIMERS, PATIENT_TIMERS, Timers } from './timers.ts';

describe('figures in ticks (09 §8.5, §8.6, §11.4.1)', () => {
  it('ordinary', () => {
    const { collect, grace, propose, vote, finish } = ORDINARY_TIMERS;
    expect([collect, grace, finish]).toEqual([24, 40, 20]);
    expect([1, 2, 10].map(propose)).toEqual([112, 128, 256]);
    expect([1, 2, 10].map(vote)).toEqual([24, 32, 96]);
  });

  it('patient', () => {
    const { collect, grace, propose, vote, finish } = PATIENT_TIMERS;
    expect([collect, grace, finish]).toEqual([256, 256, 200]);
    expect([1, 10].map(propose)).toEqual([512, 512]);
    expect([1, 10].map(vote)).toEqual([128, 128]);
  });

  it('grace doubles each round, twenty times at most', () => {
    expect([1, 2, 3, 21, 22, 65_535].map((round) => graceOf(ORDINARY_TIMERS, round))).toEqual([
      40,
      80,
      160,
      40 * 2 ** 20,
      40 * 2 ** 20,
      40 * 2 ** 20,
    ]);
    expect(graceOf(PATIENT_TIMERS, 2)).toBe(512);
  });
});

describe('deadlines of a round', () => {
  it('come due at their iteration, each once', () => {
    const timers = new Timers();
    timers.start('propose', 30);
    timers.start('collect', 20);
    expect([timers.next(), timers.due(19)]).toEqual([20, []]);
    expect(timers.due(20)).toEqual(['collect']);
    expect([timers.next(), timers.due(20)]).toEqual([30, []]);
    expect(timers.due(1_000)).toEqual(['propose']);
    expect(timers.next()).toBe(0);
  });

  it('are not moved while they run, nor started again when they ran out', () => {
    const timers = new Timers();
    timers.start('prevote', 30);
    timers.start('prevote', 10);
    expect(timers.due(29)).toEqual([]);
    expect([timers.isRunning('prevote'), timers.isStarted('prevote')]).toEqual([true, true]);
    expect(timers.due(30)).toEqual(['prevote']);
    expect([timers.isRunning('prevote'), timers.isStarted('prevote')]).toEqual([false, true]);
    timers.start('prevote', 40);
    expect(timers.due(50)).toEqual([]);
  });

  it('are void in the next round (09 §12.5)', () => {
    const timers = new Timers();
    timers.start('precommit', 30);
    timers.clear();
    expect([timers.due(100), timers.next(), timers.isStarted('precommit')]).toEqual([[], 0, false]);
    timers.start('precommit', 130);
    expect(timers.next()).toBe(130);
  });
});
