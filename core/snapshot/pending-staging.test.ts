import { expect, it } from 'vitest';
import { State } from '../state/view.ts';
import { PendingStaging } from './pending-staging.ts';
import { MemoryStaging } from './staging.ts';
import { keyOf, recordOf } from './tables.suite.ts';

const anchor = { window: 9, proposalHash: keyOf('node', 1) };
const put = (staging: PendingStaging, n: number): void => {
  const key = keyOf('account', n);
  const { delta } = new State(staging).apply({ account: [[key, recordOf('account', key, n)]] });
  staging.write(delta, { anchor, total: n, chunks: [] });
};
const count = (staging: { range: MemoryStaging['range'] }): number => Array.from(staging.range('account')).length;

const begun = () => {
  const durable = new MemoryStaging();
  const staging = new PendingStaging(durable);
  staging.begin(anchor);
  put(staging, 1);
  put(staging, 2);
  return { durable, staging };
};

it('shows what waits at once, and writes it when told to', () => {
  const { durable, staging } = begun();
  expect([staging.waiting, staging.writes, staging.staged()?.total, count(staging)]).toEqual([3, 3, 2, 2]);
  expect([durable.writes, durable.staged(), count(durable)]).toEqual([0, undefined, 0]);
  const { stateRoot } = new State(staging).roots();
  staging.commit();
  expect([durable.writes, durable.staged()?.total, count(durable), staging.waiting]).toEqual([3, 2, 2, 0]);
  expect(new State(durable).roots().stateRoot).toBe(stateRoot);
  expect(new State(staging).roots().stateRoot).toBe(stateRoot);
  staging.begin({ ...anchor, window: 10 });
  expect([staging.staged()?.anchor.window, count(staging), durable.staged()?.anchor.window]).toEqual([10, 0, 9]);
});

it.each([0, 1, 2, 3])('a crash leaves the first %i', (left) => {
  const { durable, staging } = begun();
  staging.commit(left);
  expect([durable.writes, count(durable), staging.waiting]).toEqual([left, Math.max(0, left - 1), 0]);
  expect([staging.staged(), count(staging)]).toEqual([durable.staged(), count(durable)]);
});
