import { describe, expect, it } from 'vitest';
import { Admission, sourceGroup } from './admission.ts';
import { GroupRates } from './group-rates.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

const at = (host: string): string => `/ip4/${host}/tcp/9`;

describe('sourceGroup', () => {
  it('is the /16 of IPv4 and the /48 of IPv6', () => {
    expect(sourceGroup(at('10.1.2.3'))).toBe(sourceGroup(at('10.1.200.4')));
    expect(sourceGroup(at('10.1.2.3'))).not.toBe(sourceGroup(at('10.2.2.3')));
    const six = (host: string): string => sourceGroup(`/ip6/${host}/tcp/9`);
    expect(six('2001:db8:1::1')).toBe(six('2001:db8:1:ffff:0:0:0:1'));
    expect(six('2001:db8:1::1')).not.toBe(six('2001:db8:2::1'));
    expect(six('2001:db8::1')).toBe(six('2001:0db8:0:5::1'));
    expect(six('::1')).toBe(six('0:0:0:7::1'));
  });
});

const NOBODY = { unfinished: 0, ofGroup: 0, isFull: false };

describe('Admission', () => {
  it('lets 8 of a group in at once and 4 per second after them', () => {
    const admission = new Admission(DEFAULT_LIMITS, 0);
    const judge = (now: number): unknown => admission.judge('4:10.1', NOBODY, now);
    for (let i = 0; i < 8; i++) expect(judge(0)).toBeUndefined();
    expect(judge(0)).toBe('GroupRate');
    expect(admission.judge('4:10.2', NOBODY, 0)).toBeUndefined();
    expect(judge(249)).toBe('GroupRate');
    expect(judge(250)).toBeUndefined();
    expect(judge(250)).toBe('GroupRate');
  });

  it('lets 50 in at once in all', () => {
    const admission = new Admission(DEFAULT_LIMITS, 0);
    const outcomes = Array.from({ length: 51 }, (_, i) => admission.judge(`4:10.${i}`, NOBODY, 0));
    expect(outcomes.slice(0, 50).every((outcome) => outcome === undefined)).toBe(true);
    expect(outcomes[50]).toBe('GlobalRate');
    expect(admission.judge('4:11.0', NOBODY, 20)).toBeUndefined();
  });

  it('counts places: ten in all, three for a group', () => {
    const admission = new Admission(DEFAULT_LIMITS, 0);
    const judge = (taken: Partial<typeof NOBODY>): unknown => admission.judge('4:10.1', { ...NOBODY, ...taken }, 0);
    expect(judge({ unfinished: 10 })).toBe('TooManyUnfinished');
    expect(judge({ unfinished: 9, isFull: true })).toBe('TooManyIncoming');
    expect(judge({ unfinished: 9, ofGroup: 3 })).toBe('TooManyOfGroup');
    expect(judge({ unfinished: 9, ofGroup: 2 })).toBeUndefined();
  });
});

describe('GroupRates', () => {
  it('forgets groups that did nothing lately', () => {
    const rates = new GroupRates(4, 8);
    for (let i = 0; i < 2_000; i++) rates.of(`4:${i}`, i * 100).take();
    expect(rates.size).toBeLessThanOrEqual(256);
  });
});

describe('TokenBucket', () => {
  it('may be overdrawn, and says how long until one is there', () => {
    const bucket = new TokenBucket(8, 32, 0);
    bucket.take(31);
    expect(bucket.wait).toBe(0);
    bucket.take(2);
    expect(bucket.at(0)).toBe(-1);
    expect(bucket.wait).toBe(250);
    expect(bucket.at(250)).toBe(1);
    expect(bucket.at(1_000_000)).toBe(32);
    expect(bucket.isFull(1_000_000)).toBe(true);
  });
});
