import { describe, expect, test } from 'vitest';
import type { Cemented } from '#core/consensus/cementing.ts';
import { type Applied, NO_MEMO } from '#core/participant/evaluation.ts';
import type { Settled } from '#core/transition/settled.ts';
import { Stream } from '#sim/kernel/streams.ts';
import { drawnHosts, SharedMemo } from './memo.ts';

const id = (name: string): string => name.padEnd(64, '0');

/** As much of S_W as the memo reads. */
const settled = (window: number, root = 'aa', digest = 'dd'): Settled =>
  ({
    network: { genesisHash: id('01') },
    window,
    state: { stateRoot: () => id(root) },
    side: { digest: id(digest) },
  }) as unknown as Settled;

const valid = (root = 'bb', digest = 'ee'): Applied =>
  ({ valid: true, outcome: {}, settled: settled(1, root, digest) }) as unknown as Applied;

const invalid = (reason: string): Applied => ({ valid: false, reason, outcome: undefined });

const NOTHING: Cemented = { weight: 0n, operations: [], reveals: [] };

/** Host 9 is drawn in every window. */
const DRAWN = 9;
const make = () => new SharedMemo({ names: Array.from({ length: 10 }, (_, i) => `n00${i}`), drawn: () => DRAWN });

/** Asks for a result and says whether it was computed. */
const ask = (memo: SharedMemo, host: number, before: Settled, hash: string, result = valid()) => {
  let isComputed = false;
  const applied = memo.of(host).applied(before, id(hash), () => {
    isComputed = true;
    return result;
  });
  return { applied, isComputed };
};

describe('the memo', () => {
  test('computes once for all hosts but the drawn one', () => {
    const memo = make();
    const first = ask(memo, 0, settled(4), 'a1');
    expect(first.isComputed).toBe(true);
    expect(ask(memo, 1, settled(4), 'a1')).toEqual({ applied: first.applied, isComputed: false });
    expect(ask(memo, DRAWN, settled(4), 'a1').isComputed).toBe(true);
    expect(ask(memo, DRAWN, settled(4), 'a1').isComputed).toBe(true);
  });

  test('tells states, side states and proposals apart', () => {
    const memo = make();
    ask(memo, 0, settled(4), 'a1');
    expect(ask(memo, 1, settled(4, 'ab'), 'a1').isComputed).toBe(true);
    expect(ask(memo, 1, settled(4, 'aa', 'de'), 'a1').isComputed).toBe(true);
    expect(ask(memo, 1, settled(4), 'a2').isComputed).toBe(true);
    expect(ask(memo, 1, settled(4), 'a1').isComputed).toBe(false);
  });

  test('keeps 64 results, the oldest leaves', () => {
    const memo = make();
    for (let i = 0; i < 65; i++) ask(memo, 0, settled(4), `${100 + i}`);
    expect(ask(memo, 0, settled(4), '101').isComputed).toBe(false);
    expect(ask(memo, 0, settled(4), '164').isComputed).toBe(false);
    expect(ask(memo, 0, settled(4), '100').isComputed).toBe(true);
  });

  test('shares what is cemented, too, but not with the drawn host', () => {
    const memo = make();
    let computed = 0;
    const compute = (): Cemented => {
      computed++;
      return NOTHING;
    };
    for (const host of [0, 1, DRAWN]) expect(memo.of(host).cemented(settled(4), id('a1'), compute)).toBe(NOTHING);
    expect(computed).toBe(2);
    NO_MEMO.cemented(settled(4), id('a1'), compute);
    expect(computed).toBe(3);
  });
});

describe('what the drawn host finds', () => {
  test('is compared with what is remembered, whichever comes first', () => {
    for (const hosts of [
      [0, DRAWN],
      [DRAWN, 0],
    ]) {
      const memo = make();
      for (const host of hosts) ask(memo, host, settled(4), 'a1');
      expect(memo).toMatchObject({ compared: 1, fault: undefined });
    }
  });

  test.each([
    ['another state root', valid('bc')],
    ['another side state', valid('bb', 'ef')],
    ['another verdict', invalid('StateRootMismatch')],
  ])('differs by %s', (_, other) => {
    const memo = make();
    ask(memo, 0, settled(4), 'a1');
    ask(memo, DRAWN, settled(4), 'a1', other);
    expect(memo.fault).toMatch(
      /^window 5: the memo differs: proposal a100000000000000 is valid .* there, n009 finds it /,
    );
  });

  test('differs by the reason', () => {
    const memo = make();
    ask(memo, DRAWN, settled(4), 'a1', invalid('WrongWinner'));
    ask(memo, 0, settled(4), 'a1', invalid('StateRootMismatch'));
    expect(memo.fault).toContain('is invalid (StateRootMismatch) there, n009 finds it invalid (WrongWinner)');
  });

  test('is not compared with another proposal', () => {
    const memo = make();
    ask(memo, 0, settled(4), 'a1');
    ask(memo, DRAWN, settled(4), 'a2', invalid('WrongWinner'));
    expect(memo).toMatchObject({ compared: 0, fault: undefined });
  });
});

test('a host is drawn for each window, the same whatever window is asked for first; nobody where nobody is honest', () => {
  const hosts = [2, 3, 5];
  const [forth, back] = [drawnHosts(new Stream('a'), hosts), drawnHosts(new Stream('a'), hosts)];
  const windows = Array.from({ length: 40 }, (_, window) => window);
  const drawn = windows.map(forth);
  expect(windows.toReversed().map(back).reverse()).toEqual(drawn);
  expect([...new Set(drawn)].sort()).toEqual(hosts);
  expect(drawnHosts(new Stream('a'), [])(7)).toBe(-1);
});
