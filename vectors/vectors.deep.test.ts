import { expect, test } from 'vitest';
import { casesOf } from './cases.ts';
import { runCase } from './runner.ts';

test.each(casesOf('mnemonic', 'mnemonic_to_identity'))('$id', (entry) => {
  expect(runCase(entry)).toEqual({ state: 'passed' });
});

test('a history that holds only under the older reading is skipped and says why', () => {
  const [entry] = casesOf('histories_montana').filter(({ id }) => id === 'hist-montana-0005');
  expect(entry && runCase(entry)).toEqual({ state: 'skipped', detail: expect.stringContaining('09 §11.4.5') });
});
