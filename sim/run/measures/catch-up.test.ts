import { expect, test } from 'vitest';
import { SYNC_REQUESTS } from '#core/sync/sync.ts';
import type { Message } from '#core/wire/messages.ts';
import { sizeOnWire } from '#core/wire/size.ts';
import { final } from '#sim/properties/notices.suite.ts';
import { linkName } from '#sim/world/connection.ts';
import { HAPPENINGS } from '#sim/world/types.ts';
import { CatchUp } from './catch-up.ts';

const SECOND = 1_000_000;
const NAMES = ['n000', 'n001', 'n002'];

const request = (requestId: number): Message => ({ type: 'archive-request', requestId, fromWindow: 2, count: 3 });
const answer = (requestId: number): Message => ({ type: 'archive-response', requestId, entries: [] });

/** Host 2 dies after window 1 and is back when host 0 has closed window 4. */
const back = (): CatchUp => {
  const measure = new CatchUp(NAMES);
  measure.happened(0, HAPPENINGS.start, 2, 0, undefined);
  for (const window of [0, 1]) for (const host of [0, 2]) measure.notice(host, final(window), window * SECOND);
  for (const window of [2, 3, 4]) measure.notice(0, final(window), window * SECOND);
  measure.happened(5 * SECOND, HAPPENINGS.start, 2, 1, undefined);
  return measure;
};

const send = (measure: CatchUp, to: number, message: Message): void =>
  measure.happened(6 * SECOND, HAPPENINGS.send, linkName(2, to), 0, message);

test('tells how far behind a host was, and how long it took until it had the head of that moment', () => {
  const measure = back();
  for (const window of [2, 3, 4]) measure.notice(2, final(window), 7 * SECOND);
  expect(measure.metrics()).toEqual({
    ...{ 'behind.n002': 3, 'catchUpSeconds.n002': 2, 'catchUpWindows.n002': 0 },
    ...{ 'catchUpKilobytes.n002': 0, 'peersAsked.n002': 0 },
  });
});

test('a window that closes meanwhile is to be reached too; at the end of the run it was never there', () => {
  const measure = back();
  measure.notice(0, final(5), 6 * SECOND);
  for (const window of [2, 3, 4]) measure.notice(2, final(window), 7 * SECOND);
  expect(measure.metrics()).toMatchObject({ 'catchUpSeconds.n002': -1, 'catchUpWindows.n002': -1 });
  measure.notice(2, final(5), 8 * SECOND);
  expect(measure.metrics()).toMatchObject({ 'catchUpSeconds.n002': 3, 'catchUpWindows.n002': 1 });
});

test('counts peers, bytes and refusals of catch-up until it is there, and nothing of gossip', () => {
  const measure = back();
  const size = sizeOnWire(answer(SYNC_REQUESTS + 1));
  for (const to of [0, 1, 1]) send(measure, to, request(SYNC_REQUESTS + 1));
  send(measure, 0, request(7));
  for (let i = 0; i < 2_000; i++) {
    measure.happened(6 * SECOND, HAPPENINGS.deliver, linkName(2, 0) - 2 ** 31, 0, answer(SYNC_REQUESTS + 1));
    measure.happened(6 * SECOND, HAPPENINGS.deliver, linkName(2, 0) - 2 ** 31, 0, answer(7));
  }
  measure.notice(2, { type: 'penalty', peer: 1, reason: 'too slow' }, 6 * SECOND);
  measure.notice(0, { type: 'penalty', peer: 1, reason: 'too slow' }, 6 * SECOND);
  for (const window of [2, 3, 4]) measure.notice(2, final(window), 7 * SECOND);
  measure.notice(2, { type: 'penalty', peer: 1, reason: 'too slow' }, 8 * SECOND);
  expect(measure.metrics()).toMatchObject({
    'peersAsked.n002': 2,
    'catchUpKilobytes.n002': 2 * size,
    'refused.too-slow': 1,
  });
});
