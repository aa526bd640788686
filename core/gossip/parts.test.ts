import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PREVOTE } from '../consensus/objects.ts';
import { CLASS_OPERATION, type ObjectMessage, SET_PREVOTE } from '../wire/messages.ts';
import { classOf } from '../wire/objects.ts';
import { bitmapBytes, clearBit, countBits, hasBit, isWithin, LinkSet, setBit } from './bits.ts';
import { MOST_NAMES, NAME_LIFETIME, NameTable } from './names.ts';
import { idOf, nodeIdsOf, operationOf, proposalOf, rosterOf, voteOf } from './network.suite.ts';
import { Random } from './random.ts';
import { MOST_ROUNDS, WindowSets } from './sets.ts';
import { Alarm, Allowance, NEVER } from './timing.ts';

const SEED = 20261121;

describe('bitmaps (09 §10)', () => {
  it('bit i is byte i>>3, bit i&7', () => {
    const bitmap = new Uint8Array(bitmapBytes(17));
    setBit(bitmap, 0);
    setBit(bitmap, 9);
    setBit(bitmap, 16);
    expect([...bitmap]).toEqual([1, 2, 1]);
    expect([0, 1, 9, 16].map((i) => hasBit(bitmap, i))).toEqual([true, false, true, true]);
    clearBit(bitmap, 9);
    expect(countBits(bitmap)).toBe(2);
    expect(isWithin(bitmap, 17)).toBe(true);
    expect(isWithin(bitmap, 16)).toBe(true);
    setBit(bitmap, 17);
    expect(isWithin(bitmap, 17)).toBe(false);
  });

  it('a set of links is the set of numbers put in', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200)), fc.array(fc.nat(200)), fc.nat(200), (added, deleted, from) => {
        const links = new LinkSet();
        for (const index of added) links.add(index);
        for (const index of deleted) links.delete(index);
        const members = [...new Set(added)].filter((index) => !deleted.includes(index)).sort((a, b) => a - b);
        for (let index = 0; index <= 200; index++) expect(links.has(index)).toBe(members.includes(index));
        expect(links.next(from, 201)).toBe(members.find((index) => index >= from) ?? members[0] ?? -1);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});

describe('random draws', () => {
  it('depend on the seed alone and cover the range evenly', () => {
    const draws = (seed: number): readonly number[] => {
      const random = new Random(new Uint8Array([seed]));
      return Array.from({ length: 6000 }, () => random.below(6));
    };
    const first = draws(1);
    expect(draws(1)).toEqual(first);
    expect(draws(2)).not.toEqual(first);
    for (let value = 0; value < 6; value++) {
      const count = first.filter((drawn) => drawn === value).length;
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1150);
    }
  });
});

describe('timing', () => {
  it('an allowance gives the burst, then one event per interval', () => {
    const allowance = new Allowance(100, 3);
    expect([0, 0, 0, 0].map((now) => allowance.take(now))).toEqual([true, true, true, false]);
    expect([99, 100, 150, 199, 200].map((now) => allowance.take(now))).toEqual([false, true, false, false, true]);
    expect([10_000, 10_000, 10_000, 10_000].map((now) => allowance.take(now))).toEqual([true, true, true, false]);
  });

  it('an alarm only ever moves closer until it rang', () => {
    const asked: number[] = [];
    const alarm = new Alarm((at) => asked.push(at));
    for (const at of [50, 70, 40, NEVER]) alarm.by(at);
    alarm.clear();
    alarm.by(70);
    expect(asked).toEqual([50, 40, 70]);
  });
});

describe('names', () => {
  const message = (serial: number): ObjectMessage => ({ type: 'object', object: operationOf(serial) });

  it('are remembered for four windows', () => {
    const names = new NameTable();
    names.add(CLASS_OPERATION, idOf('x'), undefined, 5);
    names.add(CLASS_OPERATION, idOf('y'), undefined, 6);
    names.expire(5 + NAME_LIFETIME - 1);
    expect(names.get(idOf('x'))).toBeDefined();
    names.expire(5 + NAME_LIFETIME);
    expect([names.get(idOf('x')), names.get(idOf('y'))?.window]).toEqual([undefined, 6]);
    expect(names.end - names.start).toBe(1);
    expect(names.at(names.start)?.id).toBe(idOf('y'));
  });

  it('are at most 65 536: the oldest goes first', () => {
    const names = new NameTable();
    const id = (i: number): string => i.toString(16).padStart(64, '0');
    for (let i = 0; i <= MOST_NAMES; i++) names.add(CLASS_OPERATION, id(i), undefined, 5);
    expect([names.get(id(0)), names.get(id(1))?.id]).toEqual([undefined, id(1)]);
    expect(names.end - names.start).toBe(MOST_NAMES);
  });

  it('an object dropped first and accepted later outlives its first entry', () => {
    const names = new NameTable();
    const held = message(1);
    names.add(CLASS_OPERATION, held.object.id, undefined, 5);
    names.add(CLASS_OPERATION, held.object.id, held, 8);
    names.expire(9);
    expect(names.get(held.object.id)?.message).toBe(held);
  });

  it('answer only under the class of the object', () => {
    const names = new NameTable();
    const proposal = proposalOf(1, 5);
    names.add(5, proposal.id, { type: 'object', object: proposal }, 5);
    expect(names.object({ class: 5, id: proposal.id })).toBe(proposal);
    expect(names.object({ class: 1, id: proposal.id })).toBeUndefined();
    expect(classOf(proposal)).toBe(5);
  });
});

describe('sets of a window', () => {
  it('keep at most 128 rounds of votes: far rounds give way to near ones', () => {
    const sets = new WindowSets(5, rosterOf(5, nodeIdsOf(4)));
    for (let round = 1000; round < 1000 + MOST_ROUNDS; round++) expect(sets.open(SET_PREVOTE, round, 1)).toBeDefined();
    expect(sets.open(SET_PREVOTE, 5000, 1)).toBeUndefined();
    expect(sets.open(SET_PREVOTE, 1, 1)).toBeDefined();
    expect(sets.find(SET_PREVOTE, 1000 + MOST_ROUNDS - 1)).toBeUndefined();
    expect(sets.find(SET_PREVOTE, 1000)).toBeDefined();
  });

  it('of past rounds the lowest go', () => {
    const sets = new WindowSets(5, rosterOf(5, nodeIdsOf(4)));
    for (let round = 1; round <= MOST_ROUNDS; round++) sets.open(SET_PREVOTE, round, round);
    expect(sets.open(SET_PREVOTE, MOST_ROUNDS + 1, MOST_ROUNDS)).toBeDefined();
    expect(sets.find(SET_PREVOTE, 1)).toBeUndefined();
    expect(sets.find(SET_PREVOTE, 2)).toBeDefined();
  });

  it('a bitmap handed out does not change when more is accepted', () => {
    const sets = new WindowSets(5, rosterOf(5, nodeIdsOf(4)));
    const set = sets.open(SET_PREVOTE, 1, 1);
    set?.put(0, { type: 'object', object: voteOf(0, 5, 1, PREVOTE, idOf('v')) });
    const before = set?.bitmap;
    set?.put(3, { type: 'object', object: voteOf(1, 5, 1, PREVOTE, idOf('v')) });
    expect([...(before ?? [])]).toEqual([1]);
    expect([...(set?.bitmap ?? [])]).toEqual([9]);
  });
});
