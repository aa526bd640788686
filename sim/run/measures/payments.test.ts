import { describe, expect, test } from 'vitest';
import type { Notice } from '#core/host/host.ts';
import { confirmed, final, operation } from '#sim/properties/notices.suite.ts';
import { Payments } from './payments.ts';

const HOME = 2;
const SECOND = 1_000_000;
const pay = (name: string) => operation(name, `sender ${name}`, 'frontier');
const submitted = (name: string): Notice => ({ type: 'submitted', operation: pay(name), verdict: { type: 'accept' } });
const settles = (window: number, ...names: readonly string[]): Notice => final(window, { operations: names.map(pay) });

/** A payment handed to host 2 at second 10. */
const paid = (name = 'a'): Payments => {
  const payments = new Payments();
  payments.planned(HOME, pay(name).id, 10 * SECOND);
  payments.notice(HOME, submitted(name), 10 * SECOND + 20);
  return payments;
};

describe('payments', () => {
  test('are timed from the submission to what the user is shown by the own host', () => {
    const payments = paid();
    payments.notice(0, confirmed(pay('a'), 1), 12 * SECOND);
    payments.notice(HOME, confirmed(pay('a'), 1), 13 * SECOND);
    payments.notice(HOME, confirmed(pay('a'), 1), 14 * SECOND);
    payments.notice(0, settles(1, 'a'), 20 * SECOND);
    payments.notice(HOME, settles(1, 'a'), 21 * SECOND);
    expect(payments.metrics()).toEqual({
      ...{ payments: 1, paymentsConfirmed: 1, paymentsSettled: 1, paymentsNeverSettled: 0, paymentsLost: 0 },
      ...{ confirmP50Ms: 3_000, confirmP99Ms: 3_000, confirmMaxMs: 3_000 },
      ...{ settleP50Ms: 11_000, settleP99Ms: 11_000, settleMaxMs: 11_000 },
    });
  });

  test('final without having been shown confirmed is confirmed then', () => {
    const payments = paid();
    payments.notice(HOME, settles(1, 'a'), 15 * SECOND);
    expect(payments.metrics()).toMatchObject({ paymentsConfirmed: 1, confirmMaxMs: 5_000, settleMaxMs: 5_000 });
  });

  test('median, 99th percentile and greatest', () => {
    const payments = new Payments();
    for (let i = 1; i <= 200; i++) {
      payments.planned(HOME, pay(`${i}`).id, 0);
      payments.notice(HOME, submitted(`${i}`), 0);
      payments.notice(HOME, confirmed(pay(`${i}`), 1), i * 1000);
    }
    expect(payments.metrics()).toMatchObject({ confirmP50Ms: 100, confirmP99Ms: 198, confirmMaxMs: 200 });
    expect(payments.metrics()).not.toHaveProperty('settleP50Ms');
  });

  test('that no host took, and operations nobody waits for, are none', () => {
    const payments = new Payments();
    payments.planned(HOME, pay('a').id, 0);
    payments.notice(HOME, settles(0, 'b'), SECOND);
    expect(payments.metrics()).toMatchObject({ payments: 0, paymentsNeverSettled: 0, paymentsSettled: 0 });
  });

  test('never settled: only after four windows; lost: had been shown confirmed', () => {
    const payments = paid();
    for (let window = 0; window < 3; window++) payments.notice(HOME, settles(window), 20 * SECOND);
    expect(payments.metrics()).toMatchObject({ paymentsNeverSettled: 0 });
    payments.notice(HOME, settles(3), 30 * SECOND);
    expect(payments.metrics()).toMatchObject({ paymentsNeverSettled: 1, paymentsLost: 0 });
    payments.notice(HOME, confirmed(pay('a'), 3), 30 * SECOND);
    expect(payments.metrics()).toMatchObject({ paymentsNeverSettled: 1, paymentsLost: 1 });
    payments.notice(0, settles(4, 'a'), 40 * SECOND);
    expect(payments.metrics()).toMatchObject({ paymentsNeverSettled: 0, paymentsLost: 0, paymentsSettled: 0 });
  });
});
