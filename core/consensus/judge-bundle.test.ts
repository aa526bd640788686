import { beforeEach, describe, expect, it } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import { type BundleFields, decodeBundle, makeBundle } from './bundle.ts';
import {
  basisOf,
  counter,
  flipped,
  nodeIdOf,
  someIds,
  T_W,
  TAU2,
  testKey,
  testNode,
  verify,
  WINDOW,
} from './fixtures.suite.ts';
import {
  judgeAgainstHeld,
  judgeBundle,
  judgeEndpoint,
  MAX_OPS_PER_BUNDLE,
  MAX_REVEALS_PER_BUNDLE,
} from './judge-bundle.ts';
import type { Bundle } from './objects.ts';

const LONG_AGO = BigInt(WINDOW) - 2n * TAU2 - 1n;
const nodes = [
  testNode(1),
  testNode(2, { suiteId: 2 }),
  testNode(3, { lastConfirmationWindow: LONG_AGO }),
  testNode(4, { suiteId: 0, lastConfirmationWindow: LONG_AGO }),
];
const basis = basisOf(nodes);
const [low, high] = someIds('op', 2) as [Id, Id];
const sortedIds = (count: number): readonly Id[] => Array.from({ length: count }, (_, i) => nodeIdOf(i));

const bundle = (index = 1, changes: Partial<BundleFields> = {}): Bundle =>
  makeBundle(
    { nodeId: nodeIdOf(index), endpoint: T_W, window: WINDOW, operations: [low, high], reveals: [], ...changes },
    testKey(index),
  );

const unsigned = (made: Bundle): Bundle => {
  const decoded = decodeBundle(flipped(made.bytes, made.bytes.length - 3309));
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.value;
};

const judge = (made: Bundle): string | undefined => judgeBundle(made, basis, T_W, verify);

beforeEach(() => {
  counter.verified = 0;
});

describe('judging a bundle alone (04 §4)', () => {
  it('accepts lists, empty lists, and lists of the greatest length', () => {
    const most = { operations: sortedIds(MAX_OPS_PER_BUNDLE), reveals: sortedIds(MAX_REVEALS_PER_BUNDLE) };
    expect([bundle(), bundle(1, { operations: [] }), bundle(1, most)].map(judge)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(counter.verified).toBe(3);
  });

  const faults: readonly (readonly [string, Bundle])[] = [
    ['UnknownNode', bundle(9)],
    ['UnsupportedSuite', bundle(2)],
    ['NotActive', bundle(3)],
    ['WrongWindow', bundle(1, { window: WINDOW + 1 })],
    ['WrongWindow', bundle(1, { window: WINDOW - 1 })],
    ['WrongWindow', bundle(1, { window: (1n << 64n) - 1n })],
    ['WrongEndpoint', bundle(1, { endpoint: low })],
    ['TooManyOps', bundle(1, { operations: sortedIds(MAX_OPS_PER_BUNDLE + 1) })],
    ['TooManyReveals', bundle(1, { reveals: sortedIds(MAX_REVEALS_PER_BUNDLE + 1) })],
    ['OpsOutOfOrder', bundle(1, { operations: [high, low] })],
    ['OpsOutOfOrder', bundle(1, { operations: [low, low] })],
    ['RevealsOutOfOrder', bundle(1, { reveals: [high, low] })],
    ['RevealsOutOfOrder', bundle(1, { reveals: [low, low] })],
  ];

  it.each(faults)('%s, before any signature is verified', (reason, made) => {
    expect(judge(made)).toBe(reason);
    expect(counter.verified).toBe(0);
  });

  it('InvalidSignature: a flipped bit, and the right bytes by another key', () => {
    expect(judge(unsigned(bundle()))).toBe('InvalidSignature');
    const foreign = makeBundle(bundle(), testKey(2));
    expect(judge(foreign)).toBe('InvalidSignature');
  });

  it('of two faults the first in the printed order is the reason', () => {
    const wrong = { window: WINDOW + 1, endpoint: low };
    const order: readonly (readonly [string, Bundle])[] = [
      ['UnknownNode', bundle(9, wrong)],
      ['UnsupportedSuite', bundle(4, wrong)],
      ['NotActive', bundle(3, wrong)],
      ['WrongWindow', bundle(1, wrong)],
      ['WrongEndpoint', bundle(1, { endpoint: low, operations: sortedIds(MAX_OPS_PER_BUNDLE + 1) })],
      [
        'TooManyOps',
        bundle(1, { operations: sortedIds(MAX_OPS_PER_BUNDLE + 1), reveals: sortedIds(MAX_REVEALS_PER_BUNDLE + 1) }),
      ],
      ['TooManyReveals', bundle(1, { operations: [high, low], reveals: sortedIds(MAX_REVEALS_PER_BUNDLE + 1) })],
      ['OpsOutOfOrder', bundle(1, { operations: [high, low], reveals: [high, low] })],
      ['RevealsOutOfOrder', unsigned(bundle(1, { reveals: [high, low] }))],
    ];
    expect(order.map(([, made]) => judge(made))).toEqual(order.map(([reason]) => reason));
  });
});

describe('while T_W is unknown (09 §8.1, §12.10)', () => {
  it('everything but the endpoint is judged, and the endpoint later', () => {
    const foreign = bundle(1, { endpoint: low });
    expect(judgeBundle(foreign, basis, undefined, verify)).toBeUndefined();
    expect(judgeBundle(unsigned(foreign), basis, undefined, verify)).toBe('InvalidSignature');
    expect([judgeEndpoint(foreign, T_W), judgeEndpoint(bundle(), T_W)]).toEqual(['WrongEndpoint', undefined]);
  });
});

describe('beside what is held of the same node and window (04 §4)', () => {
  it('nothing, itself, or another one', () => {
    const made = bundle();
    expect(judgeAgainstHeld(made, undefined)).toBeUndefined();
    expect(judgeAgainstHeld(made, made.id)).toBe('DuplicateBundle');
    expect(judgeAgainstHeld(made, bundle(1, { operations: [] }).id)).toBe('Equivocation');
  });
});
