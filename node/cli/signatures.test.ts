import { expect, it } from 'vitest';
import { liveSuite } from '#node/shell/suite.ts';
import { casesOf } from '#vectors/cases.ts';
import { Input } from '#vectors/input.ts';

/* The suites of live nodes, with ML-DSA-65 of node:crypto and without. */

const native = liveSuite();
const portable = liveSuite({ portable: true });

it('answers the vectors alike by node:crypto and without it', () => {
  const cases = casesOf('pq_primitives', 'mldsa65_verify');
  expect(cases.length).toBeGreaterThan(0);
  for (const entry of cases) {
    const input = new Input(entry.in);
    const bytes = [input.bytes('pk'), input.bytes('message'), input.bytes('signature')] as const;
    expect([entry.id, native.verify(...bytes), portable.verify(...bytes)]).toEqual([
      entry.id,
      entry.out.valid,
      entry.out.valid,
    ]);
  }
  const signed = casesOf('pq_primitives', 'mldsa65_sign');
  expect(signed.length).toBeGreaterThan(0);
  for (const entry of signed) {
    const input = new Input(entry.in);
    const [seed, text] = [input.bytes('seed'), input.bytes('message')];
    const wanted = new Input(entry.out).bytes('signature');
    for (const suite of [native, portable]) {
      expect(suite.key(seed).sign(text)).toEqual(wanted);
      expect(suite.verify(suite.key(seed).publicKey, text, wanted)).toBe(true);
    }
  }
});
