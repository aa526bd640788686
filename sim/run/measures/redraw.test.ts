import { describe, expect, test } from 'vitest';
import { type Id, toHex } from '#core/bytes/bytes.ts';
import { revealOrder, winnerOf } from '#core/lottery/cascade.ts';
import { type LotteryMode, lnQ64, MAX_U128 } from '#core/lottery/ln.ts';
import { aggregateOf } from '#core/transition/past.ts';
import type { Settled } from '#core/transition/settled.ts';
import { windowLottery } from '#core/transition/window-lottery.ts';
import { Stream } from '#sim/kernel/streams.ts';
import { Run } from '../run.ts';
import { small } from '../small.suite.ts';
import { Redraw, roughLn, SLACK } from './redraw.ts';

const MODES: readonly LotteryMode[] = ['hybrid', 'binding'];

/** The states of a run in which half of the nodes is light, and the winner of each window but the last. */
const settled: Settled[] = [];
const winners: Id[] = [];
new Run(
  small({
    windows: 3,
    hosts: [
      { count: 4, chainLength: 1 },
      { count: 4, chainLength: 100 },
    ],
    faults: [],
    workload: {},
  }),
  {
    watch: (_, notice) => {
      if (notice.type !== 'final') return;
      const { record } = notice;
      settled[record.settled.window] = record.settled;
      if (record.settled.window > 0) winners[record.settled.window - 1] = record.proposal.header.winnerId;
    },
  },
).finish();
const last = settled[3] as Settled;

/** The winner by the functions that hosts use. */
const winnerByRules = ({ network, window, side }: Settled, timechainValue: Id): Id | undefined => {
  const lottery = windowLottery({
    timechainValue,
    aggregate: aggregateOf(side.past, window - 2),
    target: side.targetLast,
    mode: network.rules.lottery,
    basis: side.basis as NonNullable<typeof side.basis>,
    nodeOf: () => undefined,
  });
  const tickets = lottery.tickets();
  const reveals = tickets.filter(({ ticket }) => ticket < side.targetLast);
  return winnerOf(revealOrder(reveals, side.penalised), tickets);
};

interface Setting {
  readonly lottery: LotteryMode;
  readonly target: bigint;
  readonly penalised: readonly Id[];
}

const changed = ({ lottery, target, penalised }: Setting): Settled => ({
  ...last,
  network: { ...last.network, rules: { ...last.network.rules, lottery } },
  side: { ...last.side, targetLast: target, penalised },
});

test('with the value it had, a window has the winner it had', () => {
  settled.slice(0, 3).forEach((state) => {
    const value = Buffer.from(state.side.timechainValue, 'hex');
    expect(new Redraw(state).winner(value)).toBe(winners[state.window]);
  });
});

describe('with other values the winner is that of the rules', () => {
  const nodes = [...last.state.nodes()].map(({ nodeId }) => nodeId);
  // −ln in Q64 over a weight of about 100: one in two draws has a ticket below the small target.
  const targets = [MAX_U128, 1n << 55n, 0n];
  const settings = MODES.flatMap((lottery) =>
    targets.flatMap((target) =>
      [[], nodes.slice(0, 5), nodes].map((penalised): Setting => ({ lottery, target, penalised })),
    ),
  );

  test.each(settings)('$lottery, target $target, penalised $penalised.length', (setting) => {
    const state = changed(setting);
    const redraw = new Redraw(state);
    const stream = new Stream('values');
    const won = new Set<Id | undefined>();
    for (let i = 0; i < 150; i++) {
      const value = stream.bytes(32);
      const winner = redraw.winner(value);
      expect(winner).toBe(winnerByRules(state, toHex(value)));
      won.add(winner);
    }
    expect(won.size).toBeGreaterThan(1);
  });
});

test('where no node is eligible there is no winner', () => {
  const none = { ...last, side: { ...last.side, basis: undefined } };
  expect(new Redraw(none as unknown as Settled).winner(new Uint8Array(32))).toBeUndefined();
});

test.each(MODES)('the logarithm of the rules is near the true one: %s', (mode) => {
  const stream = new Stream('endpoints');
  const random = Array.from({ length: 5_000 }, () => toHex(stream.bytes(32)));
  // Near 0 and near 2^256, of all lengths.
  const edges = Array.from({ length: 64 }, (_, i) => ['0', 'f'].map((digit) => digit.repeat(i) + random[i]?.slice(i)));
  for (const endpoint of [...random, ...edges.flat()] as Id[]) {
    const exact = Number(lnQ64(mode, endpoint)) / 2 ** 64;
    expect(Math.abs(exact - roughLn(endpoint))).toBeLessThan(SLACK / 2);
  }
  expect(roughLn('0'.repeat(64))).toBe(Number.POSITIVE_INFINITY);
});
