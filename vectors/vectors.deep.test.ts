import { expect, test } from 'vitest';
import { runVectors } from './runner.ts';

test('every vector of the project', () => {
  const lines: string[] = [];
  expect(runVectors([], (line) => lines.push(line))).toBe(true);
  expect(lines.filter((line) => line.startsWith('FAILED'))).toEqual([]);
});
