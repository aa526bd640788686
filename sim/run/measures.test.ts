import { expect, test } from 'vitest';
import { presenceBySpeed, presenceMetrics } from './measures.ts';
import { hostNames } from './settings.ts';
import { small } from './small.suite.ts';

test('presence against speed is the mean of ten groups, slowest first', () => {
  // Host i is the faster the smaller i is, and included in i‰ of the windows.
  const presence = Array.from({ length: 20 }, (_, host) => host);
  const speeds = presence.map((host) => 100 - host);
  expect(presenceBySpeed(presence, speeds)).toEqual([19, 17, 15, 13, 11, 9, 7, 5, 3, 1]);
});

test('presence against speed: groups differ by one host at most, and each host is in one', () => {
  for (const hosts of [1, 3, 9, 10, 11, 25]) {
    const speeds = Array.from({ length: hosts }, (_, host) => host);
    const groups = presenceBySpeed(
      speeds.map(() => 700),
      speeds,
    );
    expect(groups).toEqual(new Array(Math.min(10, hosts)).fill(700));
    const marked = presenceBySpeed(
      speeds.map((host) => (host === hosts - 1 ? 1000 : 0)),
      speeds,
    );
    expect(marked.filter((share) => share > 0)).toEqual([marked.at(-1)]);
  }
});

test('a restarted node has its own figure, from the window after its restart on', () => {
  const hosts = Array.from({ length: 8 }, () => ({ spec: { rate: { iterations: 1, micros: 1 } } }));
  const over = (from: number): readonly number[] => hosts.map((_, host) => (from === 5 ? 100 * host : 1000));
  const metrics = presenceMetrics(small(), hostNames(8), hosts as never, over);
  expect(metrics['presence.n006']).toBe(0.6);
  expect(metrics['presence.1']).toBe(1);
});
