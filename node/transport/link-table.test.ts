import { expect, it } from 'vitest';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { LEVEL_ACCOUNT, LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import type { FrameLink } from './frame-link.ts';
import { LinkTable } from './link-table.ts';

it('knows which client was silent longest, and nobody who is none or spoke since', () => {
  const table = new LinkTable(ZERO_ID);
  const add = (number: number, saidAt: number, level: number, isOutgoing = false): void =>
    table.add({ link: { number, nodeId: `${number}`.padEnd(64, '0'), level, isOutgoing }, saidAt } as FrameLink);
  add(1, 10, LEVEL_NODE);
  add(2, 20, LEVEL_ACCOUNT, true);
  add(3, 50, LEVEL_ACCOUNT);
  add(4, 40, LEVEL_ACCOUNT);
  add(5, 60, LEVEL_ACCOUNT);
  const idle = (since: number) => table.idleClient(since)?.link.number;
  expect([idle(39), idle(40), idle(50), idle(100)]).toEqual([undefined, 4, 4, 4]);
});
