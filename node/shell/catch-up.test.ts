import { expect, test } from 'vitest';
import { CatchUpReport, catchUpText, windowsBehind } from './catch-up.ts';

const chunks = { phase: 'chunks', done: 3, total: 12, peer: 'Qm1' } as const;
const windows = (done: number, total: number) => ({ phase: 'archive', done, total, peer: null, advice: null });

test('a node is behind from three windows on', () => {
  expect([undefined, 6, 8, 9].map((heard) => windowsBehind(6, heard))).toEqual([0, 0, 0, 3]);
});

test('what it says: windows, while there is a snapshot its phase, at the head nothing', () => {
  const report = new CatchUpReport();
  expect(report.status(-1, undefined)).toBeNull();
  expect(report.status(-1, 71)).toEqual(windows(0, 72));
  report.told(chunks);
  expect(report.status(-1, 71)).toEqual({ ...chunks, advice: null });
  expect(report.advised('configure a checkpoint')).toBe(true);
  expect(report.advised('configure a checkpoint')).toBe(false);
  expect(report.status(-1, 71)).toEqual({ ...chunks, advice: 'configure a checkpoint' });
  report.moved();
  expect(report.status(60, 71)).toEqual(windows(61, 72));
  report.told(chunks);
  report.told({ ...chunks, phase: 'archive' });
  expect(report.status(60, 71)).toEqual(windows(61, 72));
  expect(report.status(69, 71)).toBeNull();
});

test('a phase is worth a line when it begins, and every ten seconds', () => {
  const report = new CatchUpReport();
  expect(report.told(chunks, 0)).toBe(true);
  expect(report.told(chunks, 9_999)).toBe(false);
  expect(report.told(chunks, 10_000)).toBe(true);
  expect(report.told({ ...chunks, phase: 'side' }, 10_001)).toBe(true);
  // At the head, and behind again.
  report.status(7, 7);
  expect(report.told({ ...chunks, phase: 'side' }, 10_002)).toBe(true);
});

test('in words', () => {
  expect(catchUpText(chunks)).toBe('chunks of a snapshot: 3 of 12, from Qm1');
  expect(catchUpText({ ...chunks, total: 0, done: 0, peer: null })).toBe(
    'chunks of a snapshot: 0 of an unknown number',
  );
  expect(catchUpText({ phase: 'archive', done: 61, total: 72, peer: null })).toBe('windows: 61 of 72');
});
