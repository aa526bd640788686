import { describe, expect, it } from 'vitest';
import { Backlog, Receipts } from './backlog.ts';
import { LiveNet } from './net.suite.ts';

const MEBIBYTE = 1_048_576;

describe('the backlog of the protocol’s thread', () => {
  const make = () => {
    const told: string[] = [];
    const backlog = new Backlog({
      pause: (link) => told.push(`pause ${link}`),
      resume: (link) => told.push(`resume ${link}`),
    });
    return { told, backlog };
  };

  it('pauses a link above one mebibyte, once, and resumes it at half of that', () => {
    const { told, backlog } = make();
    for (let message = 0; message < 512; message++) backlog.handed(1, 1_024);
    expect(told).toEqual([]);
    backlog.handed(1, 0);
    backlog.handed(1, 0);
    expect(told).toEqual(['pause 1']);
    backlog.taken(1, MEBIBYTE / 2 + 2_047);
    expect(told).toEqual(['pause 1']);
    backlog.taken(1, 1);
    expect(told).toEqual(['pause 1', 'resume 1']);
  });

  it('counts messages without bytes too, and each link alone', () => {
    const { told, backlog } = make();
    for (let message = 0; message < 1_025; message++) {
      backlog.handed(1, 0);
      if (message > 0) backlog.handed(2, 0);
    }
    expect(told).toEqual(['pause 1']);
  });

  it('forgets a link that is gone', () => {
    const { told, backlog } = make();
    backlog.handed(1, 2 * MEBIBYTE);
    backlog.gone(1);
    backlog.taken(1, 2 * MEBIBYTE);
    expect(told).toEqual(['pause 1']);
  });

  it('whatever the sizes, a thread that took all leaves no link paused', () => {
    for (const size of [0, 1, 1_000, 100_000, MEBIBYTE, 3 * MEBIBYTE]) {
      const { told, backlog } = make();
      const receipts = new Receipts((link, cost) => backlog.taken(link, cost));
      let handed = 0;
      for (; told.length === 0; handed++) backlog.handed(1, size);
      for (let message = 0; message < handed; message++) receipts.took(1, size);
      expect(told).toEqual(['pause 1', 'resume 1']);
    }
  });
});

it('a flood of one link reaches the protocol’s thread only as fast as that takes it', async () => {
  const net = new LiveNet(1, 20_000);
  const seat = net.seat(0);
  await net.start(0);
  const protocol = net.protocol(0);
  protocol.peerUp(7, false);
  let handed = 0;
  while (seat.paused.length === 0) {
    protocol.message(7, new Uint8Array(10_000), false);
    handed++;
  }
  expect(seat.paused).toEqual([7]);
  expect(handed * 10_000).toBeLessThan(MEBIBYTE + 10_000);
  await net.until(() => seat.paused.length === 0);
  await net.until(() => seat.penalties.length === handed);
  expect(seat.stopped).toBeUndefined();
  await net.close();
});
