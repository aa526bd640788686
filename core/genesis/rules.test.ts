import { expect, test } from 'vitest';
import { toHex } from '../bytes/bytes.ts';
import { MONTANA, PUBLISHED, rulesOf, rulesSuffix } from './rules.ts';

test('the suffix of 09 §1', () => {
  expect(toHex(rulesSuffix(MONTANA))).toBe('6d742d72756c6573010001010101010101' + '01');
  expect(rulesSuffix(PUBLISHED)).toHaveLength(0);
});

test('one byte for each field that is not the published one, in the order of the table', () => {
  const byteOf = (field: string): string => {
    const suffix = rulesSuffix({ ...PUBLISHED, [field]: MONTANA[field as keyof typeof MONTANA] });
    return toHex(suffix.subarray(9));
  };
  const fields = ['birthFrontier', 'creationCooldown', 'lottery', 'admission', 'entryProof', 'finality', 'collection'];
  expect([...fields, 'timechainSeed'].map(byteOf)).toEqual(
    Array.from({ length: 8 }, (_, i) => `${'00'.repeat(i + 1)}01${'00'.repeat(7 - i)}`),
  );
});

test('control_root over the signed scope has a version of its own, and both sets do without', () => {
  for (const rules of [PUBLISHED, MONTANA]) {
    expect(rules.controlLeaf).toBe('whole');
    const suffix = rulesSuffix({ ...rules, controlLeaf: 'scope' });
    const choices = toHex(rulesSuffix(rules).subarray(9)) || '00'.repeat(9);
    expect(toHex(suffix)).toBe(`6d742d72756c657302${choices}`);
  }
});

test('a choice is a set by name, or montana with fields of its own', () => {
  expect(rulesOf('published')).toBe(PUBLISHED);
  expect(rulesOf('montana')).toBe(MONTANA);
  expect(rulesOf({})).toEqual(MONTANA);
  expect(rulesOf({ finality: 'first-valid', lottery: undefined })).toEqual({ ...MONTANA, finality: 'first-valid' });
  expect(rulesOf(PUBLISHED)).toEqual(PUBLISHED);
});
