import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Slices } from './slices.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const works = () => {
  const said: string[] = [];
  const slices = new Slices((error) => said.push(String(error)));
  const add = (name: string, pieces: number): void => {
    let done = 0;
    slices.add(() => {
      said.push(name);
      return ++done < pieces;
    });
  };
  return { said, slices, add };
};

it('does works piece by piece in turn, each once more than it says that there is more', () => {
  const { said, add } = works();
  add('a', 3);
  add('b', 1);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(['a']);
  vi.advanceTimersByTime(20);
  expect(said).toEqual(['a', 'b', 'a', 'a']);
  add('c', 1);
  vi.advanceTimersByTime(20);
  expect(said.slice(4)).toEqual(['c']);
});

it('rests for as long as a piece took', () => {
  const { said, slices } = works();
  const times = [0, 50, 50, 50];
  vi.spyOn(performance, 'now').mockImplementation(() => times.shift() as number);
  slices.add(() => said.push('piece') < 2);
  vi.advanceTimersByTime(1);
  expect(said).toHaveLength(1);
  vi.advanceTimersByTime(49);
  expect(said).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(said).toHaveLength(2);
});

it('goes on with the others where one fails, and with none when it is stopped', () => {
  const { said, slices, add } = works();
  slices.add(() => {
    throw new Error('disk full');
  });
  add('b', 100);
  vi.advanceTimersByTime(5);
  expect(said.slice(0, 2)).toEqual(['Error: disk full', 'b']);
  slices.stop();
  const { length } = said;
  add('c', 1);
  vi.advanceTimersByTime(100);
  expect(said).toHaveLength(length);
});
