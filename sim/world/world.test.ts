import { describe, expect, test } from 'vitest';
import { NETWORK } from './path.ts';
import { type Ring, tokenRing } from './token-ring.ts';
import { type HostSpec, type Intervention, REGIONS } from './types.ts';
import { World } from './world.ts';

const stations = (count: number): HostSpec[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `station-${i}`,
    region: REGIONS[i % REGIONS.length] ?? 'europe',
    rate: { iterations: 100 + i, micros: 1000 },
    cpu: 1000 + 10 * i,
    uplink: 20_000_000,
    sync: i % 2 === 0 ? 300 : 0,
    inbox: 100,
  }));

const ring = (
  seed: string,
  hosts: readonly HostSpec[],
  interventions: readonly Intervention<Ring>[] = [],
): { world: World<Ring>; hops: number[] } => {
  const hops: number[] = [];
  const world = new World<Ring>({
    ...{ seed, hosts, interventions, network: NETWORK, adapter: tokenRing(hosts.length) },
    observe: (host, hop) => {
      expect(host).toBe(hop % hosts.length);
      hops.push(hop);
    },
  });
  return { world, hops };
};

const MINUTE = 60_000_000;
const upTo = (count: number): number[] => [...Array(count).keys()];

describe('a token ring', () => {
  test('goes round', () => {
    const { world, hops } = ring('1', stations(5));
    world.run(MINUTE);
    expect(hops.length).toBeGreaterThan(200);
    expect(hops).toEqual(upTo(hops.length));
    expect(world.counts.deliveries).toBeGreaterThanOrEqual(hops.length - 1);
    expect(world.counts.sent).toEqual([world.counts.deliveries + world.underway]);
    expect(world.counts.bytes).toEqual([200 * (world.counts.deliveries + world.underway)]);
    // Each host dials all others: two connections per pair.
    expect(world.counts.established).toBe(20);
    expect(world.counts.handshakeBytes).toBe(20 * (1184 + 7533 + 6349));
  });

  test('one seed, one digest; another seed, another', () => {
    const digest = (seed: string): string => {
      const { world } = ring(seed, stations(5));
      world.run(MINUTE);
      return world.digest();
    };
    const first = digest('1');
    expect(digest('1')).toBe(first);
    expect(digest('2')).not.toBe(first);
  });

  test('the order in which hosts are listed is no part of a run', () => {
    const hosts = stations(7);
    const run = (order: readonly HostSpec[]): string => {
      const { world } = ring('1', order, [{ at: 9_000_000, type: 'crash', hosts: ['station-3'] }]);
      world.run(MINUTE);
      return world.digest();
    };
    const order = [4, 0, 6, 2, 5, 1, 3].map((i) => hosts[i] as HostSpec);
    expect(run(order)).toBe(run(hosts));
  });

  test('stopping and stepping do not show in the digest', () => {
    const whole = ring('1', stations(5));
    whole.world.run(MINUTE);
    const { world } = ring('1', stations(5));
    for (let at = 0; at <= MINUTE; at += 123_457) world.run(at);
    while (world.step(MINUTE));
    expect(world.digest()).toBe(whole.world.digest());
    expect(world.counts).toEqual(whole.world.counts);
  });

  test('survives every station crashing in turn', () => {
    const interventions = upTo(5).flatMap((i): Intervention<Ring>[] => [
      { at: 5_000_000 * (i + 1), type: 'crash', hosts: [`station-${i}`] },
      { at: 5_000_000 * (i + 1) + 700_000, type: 'restart', hosts: [`station-${i}`] },
    ]);
    const { world, hops } = ring('1', stations(5), interventions);
    world.run(30_000_000);
    const before = hops.length;
    world.run(2 * MINUTE);
    // After the faults the token moves, and no hop was left out; one may have been made twice.
    expect(hops.length).toBeGreaterThan(before + 100);
    expect(new Set(hops).size).toBe(Math.max(...hops) + 1);
  });

  test('stands still under a cut and goes on after it', () => {
    const { world, hops } = ring('1', stations(5), [
      { at: 20_000_000, type: 'cut', groups: [['station-1', 'station-2']] },
      { at: 40_000_000, type: 'heal' },
    ]);
    world.run(21_000_000);
    const atCut = hops.length;
    expect(world.counts.broken).toBe(12);
    world.run(40_000_000);
    expect(hops.length - atCut).toBeLessThanOrEqual(2);
    world.run(80_000_000);
    expect(hops.length).toBeGreaterThan(atCut + 100);
    expect(hops).toEqual(upTo(hops.length));
    expect(world.counts.established).toBe(32);
  });

  test('interventions wait for milestones', () => {
    const { world, hops } = ring('1', stations(3), [
      { at: { milestone: 20, after: 1_000_000 }, type: 'crash', hosts: ['station-0', 'station-1', 'station-2'] },
    ]);
    while (hops.length < 30) world.step();
    const at = world.now;
    world.reached(20);
    world.run();
    expect(world.now).toBe(at + 1_000_000);
    // Only the first call counts; what is past takes place at once.
    world.reached(20);
    world.intervene([{ at: { milestone: 20, after: 1000 }, type: 'restart', hosts: ['station-1'] }]);
    world.step();
    expect(world.now).toBe(at + 1_000_000);
    expect(world.hosts.map((host) => host.up)).toEqual([false, true, false]);
  });

  test('run tells why it ended', () => {
    const { world, hops } = ring('1', stations(3), [
      { at: 9_000_000, type: 'crash', hosts: ['station-0', 'station-1', 'station-2'] },
    ]);
    expect(world.run(8_000_000)).toBe('limit');
    expect(world.now).toBe(8_000_000);
    expect(world.run()).toBe('idle');
    expect(world.now).toBe(9_000_000);
    expect(hops.length).toBeGreaterThan(0);
    const stopping: World<Ring> = new World<Ring>({
      ...{ seed: '1', hosts: stations(3), network: NETWORK, adapter: tokenRing(3) },
      observe: (_, hop) => {
        if (hop === 10) stopping.stop();
      },
    });
    expect(stopping.run(MINUTE)).toBe('stopped');
    expect(stopping.now).toBeLessThan(MINUTE);
    expect(stopping.run(MINUTE)).toBe('limit');
  });

  test('refuses hosts of one name and names of no host', () => {
    const [one] = stations(1) as [HostSpec];
    expect(() => ring('1', [one, { ...one }])).toThrow(RangeError);
    const { world } = ring('1', stations(2), [{ at: 0, type: 'crash', hosts: ['nobody'] }]);
    expect(() => world.run()).toThrow('no host is called nobody');
  });
});
