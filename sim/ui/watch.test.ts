import { describe, expect, test } from 'vitest';
import { EventLog, hostsText } from './events.ts';
import { Tally } from './tally.ts';

describe('a tally', () => {
  const weights = Float64Array.of(30, 37, 33);

  test('counts a signer once, at each host', () => {
    const tally = new Tally(weights, 67);
    tally.saw(0, 0);
    tally.saw(0, 0);
    tally.saw(2, 0);
    expect({ signed: tally.signed, holders: tally.holders }).toEqual({ signed: 30, holders: 0 });
  });

  test('a host holds a quorum from the very weight on, and is counted once', () => {
    const tally = new Tally(weights, 67);
    tally.saw(1, 0);
    tally.saw(1, 2);
    expect(tally.holders).toBe(0);
    tally.saw(2, 0);
    tally.saw(2, 1);
    expect(tally.holders).toBe(1);
    tally.saw(2, 2);
    expect({ signed: tally.signed, holders: tally.holders }).toEqual({ signed: 100, holders: 1 });
  });
});

describe('the log', () => {
  const texts = (log: EventLog): readonly string[] => log.events.map(({ text }) => text);

  test('one line for what befalls several hosts at one moment, another for the next moment', () => {
    const log = new EventLog();
    log.gather(3, 10, 'crash', 'n001');
    log.gather(3, 10, 'crash', 'n002');
    log.gather(3, 11, 'crash', 'n003');
    log.gather(3, 11, 'restart', 'n001');
    expect(texts(log)).toEqual(['n001, n002 crash', 'n003 crashes', 'n001 restarts']);
  });

  test('what repeats in one window is counted, and told again in the next', () => {
    const log = new EventLog();
    log.count(1, 10, 'penalty: late');
    log.tell(1, 10, 'the cut heals', 'good');
    log.count(1, 11, 'penalty: late');
    log.count(1, 12, 'penalty: early');
    log.count(2, 13, 'penalty: late');
    expect(texts(log)).toEqual(['penalty: late × 2', 'the cut heals', 'penalty: early', 'penalty: late']);
  });

  test('keeps the newest', () => {
    const log = new EventLog();
    for (let i = 0; i < 1_000; i++) log.tell(i, i, String(i), 'plain');
    expect(texts(log).at(-1)).toBe('999');
    expect(log.events.length).toBeLessThan(1_000);
  });

  test('many hosts are told by the first, the last and how many', () => {
    expect(hostsText(['a', 'b', 'c'])).toBe('a, b, c');
    expect(hostsText(['a', 'b', 'c', 'd'])).toBe('a–d (4)');
  });
});
