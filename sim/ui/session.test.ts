import { describe, expect, test } from 'vitest';
import { Run } from '#sim/run/run.ts';
import { MEASURES } from '#sim/run/scenario.ts';
import { small } from '#sim/run/small.suite.ts';
import { MARKS, markNamed } from './grid.ts';
import { Session } from './session.ts';
import type { View } from './view.ts';

/** Runs a session to its end, showing every view to `look`. */
const through = (session: Session, milliseconds: number, look: (view: View) => void = () => {}): void => {
  while (session.state !== 'over') {
    session.work(milliseconds);
    look(session.view());
  }
};

describe('a run on the screen', () => {
  const plain = new Run(small(), {}).finish();

  test('has the same result as without a screen, whatever the pieces and however often it is judged', () => {
    const session = new Session(small());
    through(session, 3);
    expect({ ...session.result, seconds: 0 }).toEqual(plain);
  });

  test('is not changed by being judged between any two pieces, nor by where the pieces end', () => {
    // All measures but the lottery, whose draws take seconds.
    const measure = MEASURES.filter((name) => name !== 'lottery');
    const measured = () => small({ windows: 5, measure });
    const whole = new Run(measured(), {}).finish();
    const run = new Run(measured(), {});
    while (run.advance(127)) run.result(0);
    expect(run.result(0)).toEqual(whole);
  });

  test('is not changed by pauses and steps; a step closes one window', () => {
    const session = new Session(small());
    for (let windows = 1; windows <= 3; windows++) {
      session.step();
      while (session.isBusy) session.work(5);
      expect({ state: session.state, closed: session.view().closed.length }).toEqual({
        state: 'paused',
        closed: windows,
      });
    }
    const { now } = session.view();
    session.work(5);
    expect(session.view().now).toBe(now);
    session.pause();
    through(session, 50);
    session.step();
    expect(session.state).toBe('over');
    expect({ ...session.result, seconds: 0 }).toEqual(plain);
  });
});

test('what is seen of a run', () => {
  const seen = new Set<number>();
  const session = new Session(small());
  let most = [0, 0, 0];
  let isDownSeen = false;
  through(session, 1, ({ marks, weights, up }) => {
    for (const mark of marks) seen.add(mark);
    most = weights.map(({ signed }, i) => Math.max(signed, most[i] as number));
    isDownSeen ||= marks[6] === markNamed('down') && up === 7;
    for (const { signed, nil, holders } of weights) {
      expect(signed + nil).toBeLessThanOrEqual(1);
      // Nobody holds more than was signed.
      if (signed < 0.67) expect(holders).toBe(0);
    }
  });
  const { closed, events, traffic, now } = session.view();
  expect([...seen].map((mark) => MARKS[mark]?.name)).toEqual(expect.arrayContaining(['hashing', 'bundle', 'down']));
  expect(isDownSeen).toBe(true);
  expect(most.every((share) => share >= 0.67)).toBe(true);
  expect(closed.map(({ window }) => window)).toEqual([...closed.keys()]);
  const { deliveries } = session.result;
  expect(closed.reduce((sum, { messages }) => sum + messages, traffic.messages)).toBe(deliveries);
  expect(closed.reduce((sum, { micros }) => sum + micros, traffic.micros)).toBe(now);
  expect(events.map(({ window, text }) => [window, text])).toEqual(
    expect.arrayContaining([
      [1, 'n006 crashes'],
      [4, 'n006 restarts'],
    ]),
  );
});

test('a cut is seen: who is on its small side, that nothing closes, that it heals', () => {
  const groups = [['n000', 'n001', 'n002', 'n003']];
  const faults = [
    { type: 'cut' as const, window: 2, after: 5, groups },
    { type: 'heal' as const, window: 2, after: 200 },
  ];
  const session = new Session(small({ windows: 4, faults }));
  let closed = 0;
  let cut: readonly boolean[] = [];
  through(session, 1, (view) => {
    const isCut = view.marks.map((mark) => mark === markNamed('cut'));
    if (isCut.includes(true)) [cut, closed] = [isCut, view.closed.length];
  });
  expect(closed).toBe(2);
  // Of two halves, the one the scenario names is marked.
  expect(cut).toEqual([true, true, true, true, false, false, false, false]);
  const texts = session.view().events.map(({ text }) => text);
  expect(texts).toContain('cut off: n000 … n003 (4)');
  expect(texts).toContain('the cut heals');
});

test('a fork is seen: its window, the nodes on its smaller side, the line that tells of it', () => {
  const session = new Session(
    small({
      windows: 3,
      rules: 'published',
      faults: [],
      adversary: [{ type: 'equivocating-leader', hosts: ['n000'] }],
      expect: [{ property: 'agreement', is: 'violated' }],
    }),
  );
  let forked: readonly boolean[] = [];
  through(session, 1, ({ marks }) => {
    const isForked = marks.map((mark) => mark === markNamed('forked'));
    if (isForked.includes(true)) forked = isForked;
  });
  const { closed, events } = session.view();
  expect(session.result.properties[0]?.observed).toBe('violated');
  expect(closed[0]?.proposals).toBe(2);
  const sides = forked.filter((isForked) => isForked).length;
  expect(sides).toBeGreaterThan(0);
  expect(sides).toBeLessThanOrEqual(4);
  expect(forked[0]).toBe(false);
  expect(events.filter(({ text, tone }) => text.startsWith('FORK in window 0') && tone === 'bad')).toHaveLength(1);
});
