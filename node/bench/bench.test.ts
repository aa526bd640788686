import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { interleave, rowsOf, spread } from './harness.ts';
import { SECTIONS } from './section.ts';

it('--help names every section and measures none', () => {
  const main = join(import.meta.dirname, 'main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const name of Object.keys(SECTIONS)) expect(stdout).toContain(name);
});

describe('spread', () => {
  it('is the middle and the quartiles of the sorted values', () => {
    expect(spread([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 });
  });

  it('interpolates between two values', () => {
    expect(spread([40, 10, 20, 30])).toEqual({ median: 25, low: 17.5, high: 32.5 });
  });

  it('of one value is that value', () => {
    expect(spread([7])).toEqual({ median: 7, low: 7, high: 7 });
  });
});

describe('rows', () => {
  const peer = { name: 'peer', unit: 'ms', values: [1, 10, 100, 1000, 2] };

  it('have the median of the ratios of each round, which is not the ratio of the medians', () => {
    const own = { name: 'own', unit: 'ms', peer: 'peer', values: [2, 30, 400, 100, 10] };
    const [row] = rowsOf([own, peer]);
    // Ratios 2, 3, 4, 0.1, 5; medians 30 and 10.
    expect(row?.ratio).toEqual({ of: 'peer', median: 3, low: 2, high: 4 });
    expect(row).toMatchObject({ name: 'own', unit: 'ms', rounds: 5, median: 30, low: 10, high: 100 });
  });

  it('do not see a machine that is slower in some rounds', () => {
    const own = { name: 'own', unit: 'ms', peer: 'peer', values: peer.values.map((value) => value / 4) };
    expect(rowsOf([peer, own])[1]?.ratio).toEqual({ of: 'peer', median: 0.25, low: 0.25, high: 0.25 });
  });

  it('have no ratio without a peer', () => {
    expect(rowsOf([peer])).toEqual([{ name: 'peer', unit: 'ms', rounds: 5, median: 10, low: 2, high: 100 }]);
  });

  it('refuse a peer that is not there, or was measured in other rounds', () => {
    const own = { name: 'own', unit: 'ms', peer: 'peer', values: [1, 2, 3, 4] };
    expect(() => rowsOf([own])).toThrow('own: peer was not measured');
    expect(() => rowsOf([own, peer])).toThrow('own: peer was not measured');
  });
});

describe('interleave', () => {
  it('runs the cases in turn, and forgets the rounds of the warm-up', () => {
    const calls: string[] = [];
    const counting = (name: string) => ({
      name,
      unit: '/s',
      run: (): number => {
        calls.push(name);
        return calls.length;
      },
    });
    const series = interleave([counting('a'), { ...counting('b'), peer: 'a' }], 3, 1);
    expect(calls.join('')).toBe('abababab');
    expect(series).toEqual([
      { name: 'a', unit: '/s', values: [3, 5, 7] },
      { name: 'b', unit: '/s', peer: 'a', values: [4, 6, 8] },
    ]);
  });
});
