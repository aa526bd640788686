import { describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import { EventLog, hostsText } from './events.ts';
import { Histories } from './histories.ts';
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

  test('the penalties of a window are one line, the most frequent reason first', () => {
    const log = new EventLog();
    log.penalty(1, 10, 'late');
    log.tell(1, 10, 'the cut heals', 'good');
    log.penalty(1, 11, 'early');
    log.penalty(1, 12, 'early');
    log.penalty(2, 13, 'late');
    expect(texts(log)).toEqual(['penalties: 2 early, 1 late', 'the cut heals', 'penalties: 1 late']);
  });

  test('keeps the newest', () => {
    const log = new EventLog();
    for (let i = 0; i < 1_000; i++) log.tell(i, i, String(i), 'plain');
    expect(texts(log).at(-1)).toBe('999');
    expect(log.events.length).toBeLessThan(1_000);
  });

  test('many hosts are told by the first, the last and how many', () => {
    expect(hostsText(['a', 'b', 'c'])).toBe('a, b, c');
    expect(hostsText(['a', 'b', 'c', 'd'])).toBe('a … d (4)');
  });
});

test('a host holds the history its last final proposal belongs to; another one after the same parent begins a fork', () => {
  const histories = new Histories(3);
  const final = (host: number, parent: string, proposal: string) => histories.final(host, parent as Id, proposal as Id);
  expect([final(0, '', 'a'), final(1, '', 'a'), final(2, '', 'b')]).toEqual(['next', 'known', 'fork']);
  expect([final(2, 'b', 'b2'), final(0, 'a', 'a2')]).toEqual(['next', 'next']);
  expect([...histories.held]).toEqual([0, 0, 1]);
  // A fork of the fork, and a host that changes sides.
  expect([final(1, 'b', 'b3'), final(2, 'a', 'a2')]).toEqual(['fork', 'known']);
  expect([...histories.held]).toEqual([0, 2, 0]);
});
