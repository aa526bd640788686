import { describe, expect, test } from 'vitest';
import { Random } from '../gossip/random.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { type Address, groupOf } from './address.ts';
import { Backoff } from './backoff.ts';
import { BUCKET_SIZE, NEW_BUCKETS, newBucket, VERIFIED_BUCKETS, verifiedBucket } from './buckets.ts';
import { mayConnect, type Neighbour } from './diversity.ts';
import { evictedFor, type Inbound } from './inbound.ts';
import { type OpenLink, PENALTY_LIMIT } from './links.ts';
import { MOST_BANS, Peers, type PeersConfig } from './peers.ts';
import { type Contact, MAX_PEER_RECORDS, PeerTable } from './table.ts';

const SECOND = 1_000_000;
const TAU1 = 60 * SECOND;
const TAU2 = 20;
const SECRET = new Uint8Array(32).fill(7);

const ipv4 = (a: number, b: number, c = 0, d = 1, port = 8444): Address => {
  const ip = new Uint8Array(16);
  ip.set([a, b, c, d], 12);
  return { ipVersion: 4, ip, port };
};

const contact = (n: number, address = ipv4(1 + (n % 200), (n >> 8) & 255, n & 255), startWindow = 0): Contact => ({
  nodeId: idOf(n),
  address,
  startWindow,
});

describe('groups and buckets', () => {
  test('a group is /16 of IPv4 and /48 of IPv6, with the version', () => {
    expect(groupOf(ipv4(10, 20, 30, 40))).toBe('040a14');
    expect(groupOf({ ipVersion: 6, ip: new Uint8Array(16).map((_, i) => i), port: 1 })).toBe('06000102030405');
  });

  test('a bucket follows from secret, table and both groups', () => {
    const buckets = (secret: Uint8Array): readonly number[] =>
      Array.from({ length: 64 }, (_, i) => newBucket(secret, '040102', groupOf(ipv4(i, 1))));
    expect(buckets(SECRET)).toEqual(buckets(SECRET));
    expect(buckets(SECRET)).not.toEqual(buckets(new Uint8Array(32)));
    for (const bucket of buckets(SECRET)) expect(bucket).toBeLessThan(NEW_BUCKETS);
    expect(verifiedBucket(SECRET, '040102')).toBeLessThan(VERIFIED_BUCKETS);
    // One that tells of one group reaches one bucket, whatever it says.
    expect(newBucket(SECRET, '040102', '040a14')).not.toBe(newBucket(SECRET, '040103', '040a14'));
  });
});

describe('the table', () => {
  test('a bucket takes 32; the next replaces the one seen longest ago', () => {
    const table = new PeerTable(idOf(0), SECRET);
    const inGroup = (n: number): Contact => contact(n, ipv4(9, 9, 0, n));
    for (let n = 1; n <= BUCKET_SIZE; n++) table.heard(inGroup(n), '040102', n === 5 ? 1 : 10);
    expect(table.size).toBe(BUCKET_SIZE);
    table.heard(inGroup(99), '040102', 10);
    expect(table.size).toBe(BUCKET_SIZE);
    expect(table.get(idOf(5))).toBeUndefined();
    expect(table.get(idOf(99))).toBeDefined();
  });

  test("nobody's word changes a verified row, and nobody is told of itself", () => {
    const table = new PeerTable(idOf(0), SECRET);
    table.verified(contact(1), 3);
    table.heard(contact(1, ipv4(66, 6)), '040102', 4);
    table.heard(contact(0), '040102', 4);
    expect(table.get(idOf(1))?.address).toEqual(contact(1).address);
    expect(table.size).toBe(1);
  });

  test('holds 8192 rows; the oldest that is not verified goes first', () => {
    const table = new PeerTable(idOf(0), SECRET);
    for (let n = 1; n < 200; n++) table.verified(contact(n), 0);
    const kept = table.size;
    for (let n = 1_000; n < 22_000; n++) {
      table.heard(contact(n, ipv4(n & 255, n >> 8, 1, 1)), groupOf(ipv4(n >> 8, n & 255)), n === 1_000 ? 5 : 6);
    }
    expect(table.size).toBeLessThanOrEqual(MAX_PEER_RECORDS);
    expect(table.size).toBeGreaterThan(MAX_PEER_RECORDS - 400);
    expect([...table.rows()].filter(({ isVerified }) => isVerified)).toHaveLength(kept);
    table.prune(6 + TAU2, TAU2);
    expect(table.size).toBeGreaterThan(kept);
    table.prune(7 + TAU2, TAU2);
    expect(table.size).toBe(kept);
  });

  test('takes back the rows it had, and none that fits in no bucket', () => {
    const before = new PeerTable(idOf(0), SECRET);
    before.verified(contact(1), 3);
    before.heard(contact(2), '040102', 4);
    const after = new PeerTable(idOf(0), SECRET);
    for (const row of before.rows()) after.restore(row);
    expect([...after.rows()]).toEqual([...before.rows()]);
    for (const row of before.rows()) after.restore({ ...row, lastSeen: 9 });
    after.restore({ ...contact(0), isVerified: true, lastSeen: 1, bucket: 0 });
    after.restore({ ...contact(3), isVerified: true, lastSeen: 1, bucket: VERIFIED_BUCKETS });
    after.restore({ ...contact(4), isVerified: false, lastSeen: 1, bucket: NEW_BUCKETS });
    expect([...after.rows()]).toEqual([...before.rows()]);
  });

  test('draws from both tables, and samples each verified one once', () => {
    const table = new PeerTable(idOf(0), SECRET);
    const random = new Random(SECRET);
    expect(table.draw(random, () => true)).toBeUndefined();
    for (let n = 1; n <= 20; n++) table.verified(contact(n), n);
    for (let n = 100; n <= 120; n++) table.heard(contact(n), '040102', 1);
    const drawn = new Set(Array.from({ length: 400 }, () => table.draw(random, () => true)?.nodeId));
    expect([...drawn].filter((id) => table.get(id as string)?.isVerified).length).toBeGreaterThan(10);
    expect([...drawn].filter((id) => !table.get(id as string)?.isVerified).length).toBeGreaterThan(5);
    expect(table.draw(random, () => false)).toBeUndefined();
    const sample = table.sample(random, 100, 11).map(({ nodeId }) => nodeId);
    expect(new Set(sample)).toEqual(new Set(Array.from({ length: 10 }, (_, i) => idOf(11 + i))));
    expect(sample).toHaveLength(10);
    expect(table.sample(random, 3, 0)).toHaveLength(3);
  });
});

describe('diversity', () => {
  const neighbour = (n: number, a: number, startWindow = 100 * n): Neighbour => contact(n, ipv4(a, 1), startWindow);
  const two = [neighbour(1, 1), neighbour(2, 2)];

  test('one of an identity, one of a group', () => {
    expect(mayConnect(two, neighbour(3, 3), TAU2, 'all')).toBe(true);
    expect(mayConnect(two, { ...neighbour(3, 3), nodeId: idOf(1) }, TAU2, 'none')).toBe(false);
    expect(mayConnect(two, neighbour(3, 1), TAU2, 'systems')).toBe(false);
    expect(mayConnect(two, neighbour(3, 1), TAU2, 'none')).toBe(true);
  });

  test('two of a cohort, any number once that is relaxed', () => {
    const born = (n: number, window: number) => neighbour(n, n, window);
    const cohort = [born(1, TAU2), born(2, 2 * TAU2 - 1)];
    expect(mayConnect(cohort.slice(1), born(3, TAU2 + 1), TAU2, 'all')).toBe(true);
    expect(mayConnect(cohort, born(3, TAU2 + 1), TAU2, 'all')).toBe(false);
    expect(mayConnect(cohort, born(3, 2 * TAU2), TAU2, 'all')).toBe(true);
    expect(mayConnect(cohort, born(3, TAU2 + 1), TAU2, 'cohorts')).toBe(true);
  });

  test('two of an autonomous system, four once that is relaxed too', () => {
    const system = () => 'AS1';
    const outgoing = [1, 2, 3, 4].map((n) => neighbour(n, n));
    const may = (count: number, relaxed: 'all' | 'cohorts' | 'systems') =>
      mayConnect(outgoing.slice(0, count), neighbour(9, 9), TAU2, relaxed, system);
    expect([may(1, 'all'), may(2, 'all'), may(2, 'cohorts')]).toEqual([true, false, false]);
    expect([may(3, 'systems'), may(4, 'systems')]).toEqual([true, false]);
  });
});

describe('an incoming connection too many', () => {
  const inbound = (number: number, changes: Partial<Inbound> = {}): Inbound => ({
    number,
    address: ipv4(5, 5, number),
    openedAt: number,
    roundTrip: undefined,
    usefulAt: -1,
    proposalAt: -1,
    ...changes,
  });

  test('costs the youngest of the largest group its place', () => {
    const others = Array.from({ length: 10 }, (_, i) => inbound(i + 1, { address: ipv4(50 + i, 1) }));
    const crowd = Array.from({ length: 5 }, (_, i) => inbound(100 + i));
    expect(evictedFor([...others, ...crowd])?.number).toBe(104);
  });

  test('never those that are fast, useful or brought proposals', () => {
    const links = [
      ...[1, 2, 3, 4].map((n) => inbound(n, { roundTrip: n })),
      ...[5, 6, 7, 8].map((n) => inbound(n, { usefulAt: n })),
      inbound(9),
      ...[10, 11, 12, 13].map((n) => inbound(n, { proposalAt: n })),
    ];
    expect(evictedFor(links)).toBeUndefined();
    expect(evictedFor([...links, inbound(14)])?.number).toBe(14);
    expect(evictedFor([...links, inbound(14, { roundTrip: 0 })])?.number).toBe(9);
  });
});

test('an address is left alone for 1, 2, 4 … s, five τ₁ at most, and at once again after a success', () => {
  const backoff = new Backoff(TAU1);
  const address = ipv4(1, 1);
  const pauses: number[] = [];
  for (let now = 0, i = 0; i < 12; i++) {
    backoff.failed(address, now);
    const until = backoff.soonest([address]);
    expect([backoff.isFree(address, until - 1), backoff.isFree(address, until)]).toEqual([false, true]);
    pauses.push((until - now) / SECOND);
    now = until;
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  backoff.succeeded(address);
  expect(backoff.isFree(address, 0)).toBe(true);
});

describe('the machine', () => {
  const made = (changes: Partial<PeersConfig> = {}) => {
    const log: string[] = [];
    const name = ({ ip }: Address): string => ip.subarray(12).join('.');
    const peers = new Peers(
      {
        own: idOf(0),
        secret: SECRET,
        seed: SECRET,
        configured: [],
        maxOutbound: 3,
        maxInbound: 2,
        tau1: TAU1,
        tau2: TAU2,
        isTestNetwork: false,
        ...changes,
      },
      {
        dial: (address) => log.push(`dial ${name(address)}`),
        close: (link, bye) => log.push(`close ${link} ${bye}`),
        ask: (link, most) => log.push(`ask ${link} ${most}`),
        feel: (address) => log.push(`feel ${name(address)}`),
        relaxed: (to) => log.push(`relaxed ${to}`),
      },
    );
    const take = (): readonly string[] => log.splice(0);
    return { peers, take };
  };
  const link = (number: number, n: number, changes: Partial<OpenLink> = {}): OpenLink => ({
    ...contact(n, ipv4(n, 1), 100 * n),
    number,
    isOutgoing: true,
    isNode: true,
    isClient: false,
    ...changes,
  });
  const at = (seconds: number, window = 0) => ({ now: seconds * SECOND, window });

  test('dials anchors and configured contacts first, asks them, and fills up with what it is told', () => {
    const { peers, take } = made({ configured: [ipv4(2, 1)] });
    peers.start([contact(1, ipv4(1, 1))], at(0));
    expect(take()).toEqual(['dial 1.1.0.1', 'dial 2.1.0.1']);
    peers.opened(link(11, 1), at(1));
    peers.opened(link(12, 2), at(1));
    expect(take()).toEqual(['ask 11 64', 'ask 12 64']);
    peers.heard(11, [contact(3, ipv4(3, 1), 300)], at(2));
    peers.timer(at(3));
    expect(take()).toEqual(['dial 3.1.0.1']);
    peers.timer(at(4));
    expect(take()).toEqual([]);
  });

  test('redials a configured contact that fails or leaves, after a pause', () => {
    const { peers, take } = made({ configured: [ipv4(2, 1)] });
    peers.start([], at(0));
    take();
    peers.failed(ipv4(2, 1), false, at(0));
    peers.timer(at(0.5));
    expect(take()).toEqual([]);
    peers.timer(at(1));
    expect(take()).toEqual(['dial 2.1.0.1']);
    peers.opened(link(12, 2), at(1));
    peers.closed(12, at(2));
    take();
    peers.timer(at(3));
    expect(take()).toEqual(['dial 2.1.0.1']);
    peers.failed(ipv4(2, 1), true, at(3));
    peers.timer(at(62));
    expect(take()).toEqual([]);
    peers.timer(at(63));
    expect(take()).toEqual(['dial 2.1.0.1']);
  });

  test('believes an answer it asked for, once', () => {
    const { peers } = made();
    peers.start([], at(0));
    peers.opened(link(11, 1), at(0));
    peers.opened(link(12, 2, { isOutgoing: false }), at(0));
    peers.heard(12, [contact(4)], at(1));
    expect(peers.table.get(idOf(4))).toBeUndefined();
    peers.heard(11, [contact(4)], at(1));
    peers.heard(11, [contact(5)], at(1));
    expect(peers.table.get(idOf(4))).toBeDefined();
    expect(peers.table.get(idOf(5))).toBeUndefined();
  });

  test('answers with verified ones of the last τ₂, the same to a group for τ₁', () => {
    const { peers } = made();
    peers.start([], at(0, 30));
    peers.opened(link(12, 2, { isOutgoing: false }), at(0, 30));
    for (let n = 20; n < 50; n++) peers.table.verified(contact(n, ipv4(n, 1)), 30);
    peers.table.verified(contact(60, ipv4(60, 1)), 9);
    const ids = (seconds: number) => peers.asked(12, 10, at(seconds, 30))?.map(({ nodeId }) => nodeId);
    const first = ids(0);
    expect(first).toHaveLength(10);
    expect(first).not.toContain(idOf(60));
    expect(ids(29)).toBeUndefined();
    expect(ids(30)).toEqual(first);
    expect(ids(60)).not.toEqual(first);
    expect(peers.asked(99, 10, at(0))).toBeUndefined();
  });

  test('cuts and bans a link at its hundredth penalty within τ₁', () => {
    const { peers, take } = made();
    peers.start([], at(0));
    peers.opened(link(11, 1), at(0));
    take();
    for (let i = 0; i < PENALTY_LIMIT - 1; i++) peers.penalty(11, at(1));
    expect(take()).toEqual([]);
    peers.penalty(11, at(61));
    expect(take()).toEqual([]);
    for (let i = 0; i < PENALTY_LIMIT - 1; i++) peers.penalty(11, at(62));
    expect(take()).toEqual(['close 11 4']);
    peers.opened(link(13, 1, { isOutgoing: false }), at(63));
    expect(take()).toEqual(['close 13 4']);
    peers.opened(link(14, 1, { isOutgoing: false }), at(62 + 24 * 60));
    expect(take()).toEqual([]);
  });

  test('cuts a link most of whose messages are invalid, from twenty on', () => {
    const { peers, take } = made();
    peers.start([], at(0));
    peers.opened(link(11, 1), at(0));
    take();
    const say = (valid: number, invalid: number) => {
      for (let i = 0; i < valid + invalid; i++) peers.message(11, at(1));
      for (let i = 0; i < invalid; i++) peers.penalty(11, at(1));
    };
    say(10, 9);
    expect(take()).toEqual([]);
    say(0, 1);
    expect(take()).toEqual([]);
    say(0, 1);
    expect(take()).toEqual(['close 11 4']);
    peers.opened(link(12, 1, { isOutgoing: false }), at(60 * TAU2));
    expect(take()).toEqual(['close 12 4']);
    peers.opened(link(13, 1, { isOutgoing: false }), at(1 + 60 * TAU2));
    expect(take()).toEqual([]);
  });

  test('makes room for an incoming link, or refuses it', () => {
    const { peers, take } = made();
    peers.start([], at(0));
    const incoming = (number: number, n: number): OpenLink =>
      link(number, n, { isOutgoing: false, address: ipv4(7, 7, n) });
    peers.opened(incoming(1, 1), at(0));
    peers.opened(incoming(2, 2), at(1));
    expect(take()).toEqual([]);
    peers.opened(incoming(3, 3), at(2));
    expect(take()).toEqual(['close 2 3']);
    for (const number of [1, 3]) peers.useful(number, true, at(3));
    peers.opened(incoming(4, 4), at(4));
    expect(take()).toEqual(['close 4 3']);
  });

  test("lets an account's client take no place of a node, and bans it as anybody", () => {
    const { peers, take } = made();
    peers.start([], at(0));
    const incoming = (number: number, n: number, isClient: boolean): OpenLink =>
      link(number, n, { isOutgoing: false, isNode: !isClient, isClient, address: ipv4(7, 7, n) });
    for (const n of [1, 2]) peers.opened(incoming(n, n, false), at(0));
    for (let n = 3; n < 50; n++) peers.opened(incoming(n, n, true), at(1));
    expect(take()).toEqual([]);
    peers.opened(incoming(60, 60, false), at(2));
    expect(take()).toEqual(['close 2 3']);
    for (let i = 0; i < PENALTY_LIMIT; i++) peers.penalty(3, at(3));
    peers.opened(incoming(61, 3, true), at(4));
    expect(take()).toEqual(['close 3 4', 'close 61 4']);
  });

  test('relaxes cohorts after τ₁ with free places, then systems', () => {
    const { peers, take } = made();
    peers.start([], at(0));
    for (const n of [1, 2]) peers.opened(link(10 + n, n, { startWindow: 0 }), at(0));
    peers.heard(11, [contact(3, ipv4(3, 1), 1)], at(0));
    take();
    peers.timer(at(1));
    peers.timer(at(59));
    expect(take()).toEqual([]);
    // Places stay free: who may be asked again is asked.
    peers.timer(at(60));
    expect(take()).toEqual(['ask 11 64', 'ask 12 64']);
    peers.timer(at(61));
    expect(take()).toEqual(['relaxed cohorts']);
    peers.timer(at(62));
    expect(take()).toEqual(['dial 3.1.0.1']);
  });

  test('relaxed rules all count again when they held back nobody for τ₁', () => {
    const { peers, take } = made();
    peers.start([], at(0));
    for (const n of [1, 2]) peers.opened(link(10 + n, n, { startWindow: 0 }), at(0));
    peers.heard(11, [contact(3, ipv4(3, 1), 1), contact(4, ipv4(4, 1), 1)], at(0));
    for (const second of [1, 61]) peers.timer(at(second));
    expect(take()).toContain('relaxed cohorts');
    peers.timer(at(62));
    const [dialled] = take();
    const n = dialled === 'dial 3.1.0.1' ? 3 : 4;
    peers.opened(link(20, n, { startWindow: 1 }), at(62));
    peers.opened(link(21, 9, { startWindow: 0 }), at(62));
    take();
    peers.timer(at(121));
    expect(take().filter((said) => said.startsWith('relaxed'))).toEqual([]);
    peers.timer(at(123));
    expect(take().filter((said) => said.startsWith('relaxed'))).toEqual(['relaxed all']);
    // The next place waits for τ₁ again.
    peers.closed(21, at(124));
    peers.timer(at(125));
    expect(take().filter((said) => said.startsWith('dial'))).toEqual([]);
  });

  test('feels every ten τ₁ whether one that it was told of exists', () => {
    const { peers, take } = made({ maxOutbound: 1 });
    peers.start([], at(0));
    peers.opened(link(11, 1), at(0));
    peers.heard(11, [contact(3, ipv4(3, 1), 1)], at(0));
    take();
    peers.timer(at(599));
    expect(take()).toEqual([]);
    peers.timer(at(600));
    expect(take()).toEqual(['feel 3.1.0.1']);
    // Somebody who comes from there is not the answer to it.
    peers.opened(link(14, 9, { isOutgoing: false, address: ipv4(3, 1) }), at(600));
    expect(take()).toEqual([]);
    peers.opened(link(12, 3), at(601));
    expect(take()).toEqual(['close 12 2']);
    expect(peers.table.get(idOf(3))?.isVerified).toBe(true);
  });

  test('each τ₂ lets go of who brought no proposal, at least of one, never of a configured one', () => {
    const { peers, take } = made({ configured: [ipv4(1, 1)], maxOutbound: 4 });
    peers.start([], at(0));
    for (const n of [1, 2, 3, 4]) peers.opened(link(10 + n, n), at(0));
    for (const n of [12, 13]) peers.useful(n, true, at(n, 5));
    take();
    peers.timer(at(100, TAU2 - 1));
    expect(take()).toEqual([]);
    peers.timer(at(100, TAU2));
    expect(take().filter((line) => line.startsWith('close'))).toEqual(['close 14 2']);
    peers.closed(14, at(101, TAU2));
    for (const n of [12, 13]) peers.useful(n, true, at(200 + n, TAU2 + 5));
    take();
    peers.timer(at(300, 2 * TAU2));
    expect(take().filter((line) => line.startsWith('close'))).toEqual(['close 12 2']);
  });

  test('names the two longest-lived outgoing ones as anchors', () => {
    const { peers } = made();
    peers.start([], at(0));
    for (const n of [3, 1, 2]) peers.opened(link(10 + n, n), at(n));
    expect(peers.anchors().map(({ nodeId }) => nodeId)).toEqual([idOf(3), idOf(1)]);
  });

  test('does not dial whom it has a link with, whoever dialled, and knows where a configured contact listens', () => {
    const { peers, take } = made({ configured: [ipv4(2, 1)] });
    peers.start([], at(0));
    peers.failed(ipv4(2, 1), false, at(0));
    peers.opened(link(12, 2, { isOutgoing: false, listensAt: ipv4(2, 1) }), at(0));
    peers.table.heard(contact(5, ipv4(5, 1)), '040102', 0);
    peers.opened(link(15, 5, { isOutgoing: false, address: ipv4(5, 1, 0, 1, 50_000) }), at(0));
    take();
    peers.timer(at(9));
    expect(take()).toEqual([]);
    expect(peers.table.get(idOf(2))).toMatchObject({ isVerified: true, address: ipv4(2, 1) });
    expect(peers.table.get(idOf(5))).toMatchObject({ isVerified: false });
    peers.closed(15, at(9));
    expect(take()).toEqual(['dial 5.1.0.1']);
    peers.closed(12, at(9));
    expect(take()).toEqual(['dial 2.1.0.1']);
  });

  test('keeps apart from who broke the rules of frames, and from who says that of this node', () => {
    const { peers, take } = made({ configured: [ipv4(1, 1), ipv4(2, 1)] });
    peers.start([], at(0));
    for (const n of [1, 2]) peers.opened(link(10 + n, n, { address: ipv4(n, 1) }), at(0));
    take();
    peers.closed(11, at(1), 'theirs');
    peers.closed(12, at(1), 'ours');
    expect(peers.banned(at(1))).toBe(1);
    peers.opened(link(13, 1, { isOutgoing: false }), at(2));
    expect(take()).toEqual(['close 13 4']);
    const end = 1 + 24 * 60;
    peers.timer(at(end - 1));
    expect(take()).toEqual([]);
    expect(peers.banned(at(end))).toBe(0);
    peers.timer(at(end));
    expect(take()).toEqual(['dial 1.1.0.1', 'dial 2.1.0.1']);
  });

  test('forgets one ban where there are too many: that which is over soonest', () => {
    const { peers, take } = made();
    peers.start([], at(0));
    const back = (n: number, seconds: number): readonly string[] => {
      peers.opened(link(n, n, { isOutgoing: false, address: ipv4(7, 7) }), at(seconds));
      return take();
    };
    for (let n = 1; n <= MOST_BANS + 1; n++) {
      expect(back(n, 1)).toEqual([]);
      peers.closed(n, at(n === 5 ? 1 : 2), 'theirs');
    }
    expect(peers.banned(at(2))).toBe(MOST_BANS);
    expect([back(4, 3), back(5, 3), back(6, 3)]).toEqual([['close 4 4'], [], ['close 6 4']]);
  });

  test('in a test network nodes may share an address', () => {
    const { peers, take } = made({ isTestNetwork: true });
    peers.start([], at(0));
    const local = (n: number): Address => ipv4(127, 0, 0, 1, 9000 + n);
    peers.opened(link(11, 1, { address: local(1), startWindow: 0 }), at(0));
    peers.heard(
      11,
      [2, 3].map((n) => contact(n, local(n))),
      at(0),
    );
    take();
    peers.timer(at(1));
    expect(take()).toEqual(['dial 127.0.0.1', 'dial 127.0.0.1']);
  });
});
