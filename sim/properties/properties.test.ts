import { describe, expect, test } from 'vitest';
import { PRECOMMIT, PREVOTE } from '#core/consensus/objects.ts';
import type { Notice } from '#core/host/host.ts';
import type { NodeRecord } from '#core/state/records.ts';
import { agreement, equalRoots } from './agreement.ts';
import { certificateWeight } from './certificates.ts';
import type { Judge } from './histories.ts';
import {
  accepted,
  bundle,
  confirmed,
  EMISSION,
  entered,
  final,
  hostOf,
  id,
  nodeOf,
  operation,
  proposal,
  published,
  scene,
  settled,
  TAU2,
  vote,
} from './notices.suite.ts';
import { presence } from './presence.ts';
import { finalEverywhere, progress } from './progress.ts';
import { promiseKept } from './promises.ts';
import { oneSignaturePerSlot } from './signatures.ts';
import type { Finding, Observer } from './types.ts';
import { supply, validity } from './validity.ts';

/** What an observer finds after these notices. */
const seenBy = (observer: Observer, notices: readonly (readonly [host: number, Notice])[]): Finding => {
  notices.forEach(([host, notice], at) => {
    observer.notice(host, notice, at);
  });
  return observer.judge();
};

const HOLDS = { observed: 'holds' };
const violated = (detail: RegExp) => ({ observed: 'violated', detail: expect.stringMatching(detail) });

describe('agreement', () => {
  test('holds where hosts make the same proposals final, in whatever order', () => {
    const notices: [number, Notice][] = [
      [0, final(0)],
      [0, final(1)],
      [1, final(0)],
      [2, final(1)],
    ];
    expect(seenBy(agreement(scene()), notices)).toEqual({
      observed: 'holds',
      detail: '2 windows, 2 comparisons of final proposals',
    });
  });

  test('is violated by two proposals for one window', () => {
    const notices: [number, Notice][] = [
      [0, final(3, { hash: 'one' })],
      [1, final(3, { hash: 'one' })],
      [2, final(3, { hash: 'two' })],
      [3, final(3, { hash: 'three' })],
    ];
    expect(seenBy(agreement(scene()), notices)).toMatchObject(violated(/^window 3: n0 has .*, n2 has /));
  });

  test('is not violated by a dishonest host', () => {
    const notices: [number, Notice][] = [
      [0, final(3, { hash: 'two' })],
      [1, final(3, { hash: 'one' })],
    ];
    expect(seenBy(agreement(scene({ dishonest: [0] })), notices)).toMatchObject(HOLDS);
  });
});

describe('a witness', () => {
  const hash = (name: string): string => id(name).slice(0, 8);
  const witnessOf = (observer: Observer, notices: readonly (readonly [host: number, Notice])[]) =>
    seenBy(observer, notices).witness?.map(({ host, at, what }) => `${at} n${host} ${what}`);

  test('of a fork: who made what final first, and who contradicts', () => {
    const notices: [number, Notice][] = [
      [0, final(3, { hash: 'one' })],
      [1, final(3, { hash: 'one' })],
      [2, final(3, { hash: 'two' })],
      [3, final(3, { hash: 'three' })],
    ];
    const deeds = [
      `0 n0 makes proposal ${hash('one')} of window 3 final`,
      `2 n2 makes proposal ${hash('two')} of window 3 final`,
    ];
    expect(witnessOf(agreement(scene()), notices)).toEqual(deeds);
    expect(witnessOf(promiseKept(scene()), notices)).toEqual(deeds);
    expect(witnessOf(agreement(scene()), notices.slice(0, 2))).toBeUndefined();
  });

  test('of two signatures: who knew which first', () => {
    const notices: [number, Notice][] = [
      [1, accepted(vote(2, 3, 1, PREVOTE, 'one'))],
      [2, accepted(vote(2, 3, 1, PREVOTE, 'one'))],
      [3, accepted(vote(2, 3, 1, PREVOTE, 'two'))],
    ];
    expect(witnessOf(oneSignaturePerSlot(scene(), hostOf), notices)).toEqual([
      expect.stringMatching(/^0 n1 knows \w{8}$/),
      expect.stringMatching(/^2 n3 knows \w{8}$/),
    ]);
  });

  test('of a stall: the last that the first node behind heard of what closes windows', () => {
    const last = seenBy(progress(scene(), 3), [
      [0, final(3)],
      [2, accepted(vote(2, 3, 1, PREVOTE, 'one'))],
      [1, final(3)],
      [2, accepted(operation('paid', 'someone', 'before'))],
      [3, final(3)],
    ]).witness?.[0];
    expect(last).toMatchObject({ host: 2, at: 1, object: vote(2, 3, 1, PREVOTE, 'one').id, isSilence: true });
  });
});

describe('equal-roots', () => {
  test('holds where the states are the same', () => {
    expect(
      seenBy(equalRoots(scene()), [
        [0, final(3)],
        [1, final(3)],
      ]),
    ).toMatchObject(HOLDS);
  });

  test('is violated by two states after one proposal', () => {
    const notices: [number, Notice][] = [
      [0, final(3)],
      [1, final(3, { root: 'other' })],
    ];
    expect(seenBy(agreement(scene()), notices)).toMatchObject(HOLDS);
    expect(seenBy(equalRoots(scene()), notices)).toMatchObject(violated(/^window 3: n0 has state root .*, n1 has /));
    expect(seenBy(equalRoots(scene({ dishonest: [1] })), notices)).toMatchObject(HOLDS);
  });
});

describe('validity', () => {
  /** Judges that find what the windows held in the order they were told, and of one window something else. */
  const judged: string[] = [];
  const judges = (wrong?: number) => (): Judge => {
    let window = -1;
    let root = 'none';
    return ({ entry }) => {
      window++;
      root = entry.bundles.length > 0 ? `${root} ${entry.bundles.length}` : `state ${window}`;
      judged.push(root);
      return { difference: window === wrong ? 'a root differs' : undefined, stateRoot: id(root) };
    };
  };
  const found = (
    notices: readonly (readonly [number, Notice])[],
    wrong?: number,
    dishonest: number[] = [],
  ): Finding => {
    judged.length = 0;
    return seenBy(validity(scene({ dishonest }), judges(wrong)), notices);
  };

  test('asks the naive model about each window once, in order', () => {
    const notices: [number, Notice][] = [
      [3, final(0, { root: 'other' })],
      [1, final(0)],
      [0, final(0)],
      [0, final(1)],
      [1, final(1)],
      [1, final(2)],
      [0, final(2)],
    ];
    expect(found(notices, undefined, [3])).toEqual({
      observed: 'holds',
      detail: '3 windows recomputed by the naive model',
    });
    expect(judged).toEqual(['state 0', 'state 1', 'state 2']);
  });

  test('is violated where the naive model differs', () => {
    const notices: [number, Notice][] = [0, 1, 2].map((window) => [2, final(window)]);
    expect(found(notices, 1)).toEqual({
      observed: 'violated',
      detail: 'window 1 at n2: a root differs',
      witness: [
        { host: 2, at: 1, object: expect.any(String), what: expect.stringMatching(/^makes proposal .* final$/) },
      ],
    });
  });

  test('is violated by a host that holds another state, though others have judged the window', () => {
    expect(
      found([
        [0, final(0)],
        [1, final(0, { root: 'other' })],
      ]),
    ).toMatchObject(violated(/^window 0 at n1: the state held is \w+, the naive model has \w+$/));
  });

  test('is violated where the naive model cannot go on', () => {
    const observer = validity(scene(), () => () => {
      throw new Error('no such node');
    });
    expect(seenBy(observer, [[0, final(0)]])).toMatchObject(
      violated(/^window 0 at n0: the naive model cannot settle it: Error: no such node$/),
    );
  });

  describe('after a fork', () => {
    /** Window 1 is final in two ways, with one and with two bundles, and each goes on. */
    const one = { hash: 'one', root: 'state 0 1', included: [0] };
    const two = { hash: 'two', root: 'state 0 2', included: [0, 1] };
    const branches: [number, Notice][] = [
      [0, final(0)],
      [0, final(1, one)],
      [0, final(2, { ...one, hash: 'one next', root: 'state 0 1 1', after: 'one' })],
      [1, final(0)],
      [1, final(1, two)],
      [1, final(2, { ...two, hash: 'two next', root: 'state 0 2 2', after: 'two' })],
    ];

    test('each history is judged by itself, so that the fork alone violates nothing', () => {
      expect(found(branches)).toEqual({ observed: 'holds', detail: '5 windows recomputed by the naive model' });
      const [last] = branches.slice(-1) as [[number, Notice]];
      expect(found([...branches, last])).toMatchObject(HOLDS);
      expect(seenBy(agreement(scene()), branches)).toMatchObject(violated(/^window 1: n0 has .*, n1 has /));
    });

    test('whichever comes first', () => {
      expect(found([...branches.slice(3), ...branches.slice(0, 3)])).toMatchObject(HOLDS);
      const inTurn = [0, 3, 1, 4, 2, 5].map((i) => branches[i] as [number, Notice]);
      expect(found(inTurn)).toMatchObject(HOLDS);
    });

    test('a wrong state of either is found', () => {
      for (const i of [2, 5]) {
        const wrong = branches.map(([host, notice], at): [number, Notice] => {
          const { hash, after } = [one, two].map((way) => ({ hash: `${way.hash} next`, after: way.hash }))[host] as {
            hash: string;
            after: string;
          };
          return at === i ? [host, final(2, { hash, after, root: 'wrong', included: [0] })] : [host, notice];
        });
        expect(found(wrong)).toMatchObject(violated(/^window 2 at n\d: the state held is /));
      }
    });

    test('a window whose parent nobody told is not judged, and that is said', () => {
      expect(
        found([
          [0, final(0)],
          [0, final(2)],
        ]),
      ).toEqual({
        observed: 'holds',
        detail: '1 windows recomputed by the naive model, 1 not: what they follow is not known',
      });
    });
  });

  test('is violated where the memo differs, alone or besides', () => {
    const memo = { compared: 7, fault: 'the memo differs' };
    const told: [number, Notice][] = [[0, final(0)]];
    expect(seenBy(validity(scene(), judges(), memo), told)).toMatchObject(violated(/^the memo differs$/));
    expect(seenBy(validity(scene(), judges(0), memo), told)).toMatchObject(
      violated(/^window 0 at n0: a root differs; the memo differs$/),
    );
    expect(seenBy(validity(scene(), judges(), { compared: 7, fault: undefined }), told)).toEqual({
      observed: 'holds',
      detail: '1 windows recomputed by the naive model, 7 results of the memo found again without it',
    });
  });
});

describe('supply', () => {
  const after3 = (third: readonly bigint[]): Finding =>
    seenBy(supply(scene()), [
      [0, final(0, { balances: [] })],
      [1, final(1, { balances: [EMISSION] })],
      [0, final(2, { balances: third })],
    ]);

  test('holds where the balances are emission times the window', () => {
    expect(after3([EMISSION, 1n, EMISSION - 1n])).toEqual({ observed: 'holds', detail: '3 states summed' });
  });

  test.each([1n, -1n])('is violated by %d moneta', (more) => {
    expect(after3([EMISSION, EMISSION + more])).toMatchObject(
      violated(/^window 2: balances sum to \d+ moneta, 26 are due/),
    );
  });

  test('is judged in every state of a window, but not where hosts are dishonest', () => {
    const notices: [number, Notice][] = [
      [0, final(1, { balances: [EMISSION] })],
      [1, final(1, { balances: [EMISSION], root: 'fork' })],
      [2, final(1, { balances: [EMISSION + 1n], root: 'rich' })],
    ];
    expect(seenBy(supply(scene()), notices)).toMatchObject(violated(/^window 1: balances sum to 14 moneta/));
    expect(seenBy(supply(scene()), notices.slice(0, 2))).toMatchObject(HOLDS);
    expect(seenBy(supply(scene({ dishonest: [2] })), notices)).toMatchObject(HOLDS);
  });

  test('is violated by a window that leaves the state as it was', () => {
    const notices: [number, Notice][] = [1, 2].map((window) => [0, final(window, { root: 's', balances: [EMISSION] })]);
    expect(seenBy(supply(scene()), notices)).toMatchObject(violated(/^window 2: /));
  });
});

describe('progress', () => {
  const reached = (windows: readonly number[]): [number, Notice][] =>
    windows.map((window, host) => [host, final(window)]);

  test('holds where every honest host that is up has the last window final', () => {
    expect(seenBy(progress(scene(), 5), reached([5, 5, 6, 5]))).toMatchObject(HOLDS);
    expect(seenBy(progress(scene({ down: [1], dishonest: [2] }), 5), reached([5, 1, 1, 5]))).toMatchObject(HOLDS);
  });

  test('is violated by one host that is behind', () => {
    expect(seenBy(progress(scene(), 5), reached([5, 5, 4, 5]))).toMatchObject(
      violated(/^1 nodes behind window 5: n2 is at 4/),
    );
  });

  test('is violated where nothing was ever final, and where nobody is left', () => {
    expect(seenBy(progress(scene(), 0), [])).toMatchObject(violated(/^4 nodes behind window 0: n0 is at -1/));
    expect(seenBy(progress(scene({ hosts: 2, down: [0], dishonest: [1] }), 0), [])).toMatchObject(
      violated(/no honest node is up/),
    );
  });

  test('the window final everywhere is the lowest of honest hosts that are up', () => {
    const head = finalEverywhere(scene({ down: [1], dishonest: [2] }));
    seenBy(head.observer, reached([5, 1, 2, 4]));
    expect(head.window()).toBe(4);
    expect(finalEverywhere(scene()).window()).toBe(-1);
    expect(finalEverywhere(scene({ hosts: 1, down: [0] })).window()).toBe(-1);
  });
});

describe('presence', () => {
  test('counts in how many windows each bundle is included', () => {
    const { observer, over } = presence(scene({ dishonest: [3] }), hostOf);
    const { observed, detail } = seenBy(observer, [
      [0, final(0, { included: [0, 1, 2, 3] })],
      [1, final(0, { included: [] })],
      [0, final(1, { included: [0, 1] })],
      [0, final(2, { included: [0, 7] })],
      [0, final(3, { included: [0] })],
    ]);
    expect({ observed, detail }).toEqual({ observed: 'measured', detail: 'mean 0.583, lowest 0.250' });
    expect(over(0, 4)).toEqual([1000, 500, 250, 250]);
    expect(over(2, 4)).toEqual([1000, 0, 0, 0]);
    expect(over(2, 2)).toEqual([0, 0, 0, 0]);
  });

  test('of a node that was admitted counts from the next window on, of one that was not it says nothing', () => {
    const { observer, over } = presence(scene(), hostOf, (host) => host < 2);
    const founders = [{ nodeId: nodeOf(0), startWindow: 0n }];
    const nodes = [...founders, { nodeId: nodeOf(2), startWindow: 1n }];
    const { detail } = seenBy(observer, [
      [0, final(0, { nodes: founders, included: [0, 1] })],
      [0, final(1, { nodes, included: [0, 1] })],
      [0, final(2, { nodes, included: [0, 1, 2] })],
      [0, final(3, { nodes, included: [0, 1] })],
    ]);
    expect(over(0, 4)).toEqual([1000, 1000, 500, 0]);
    expect(over(3, 4)).toEqual([1000, 1000, 0, 0]);
    expect(detail).toBe('mean 0.833, lowest 0.500');
  });
});

describe('promise-kept', () => {
  const promised = operation('promised', 'ann', 'frontier');
  const rival = operation('rival', 'ann', 'frontier');
  const next = operation('next', 'ann', 'promised');
  const broken = violated(/^operation .* was confirmed, .* settled in its place/);

  test('holds where what was confirmed settles, late or not yet', () => {
    expect(
      seenBy(promiseKept(scene()), [
        [0, accepted(promised)],
        [0, confirmed(promised, 1)],
        [1, final(1)],
        [1, final(2, { operations: [promised] })],
        [1, final(3, { operations: [next] })],
        [0, accepted(rival)],
      ]),
    ).toMatchObject(HOLDS);
  });

  test.each<[string, [number, Notice][]]>([
    [
      'settles after the promise',
      [
        [0, accepted(promised)],
        [0, confirmed(promised, 1)],
        [1, final(2, { operations: [rival] })],
      ],
    ],
    [
      'settled before the promise',
      [
        [1, final(2, { operations: [rival] })],
        [0, published(promised)],
        [0, confirmed(promised, 3)],
      ],
    ],
    [
      'settles before the body of the promised one is seen',
      [
        [0, confirmed(promised, 1)],
        [1, final(2, { operations: [rival] })],
        [0, accepted(promised)],
      ],
    ],
  ])('is violated where a rival %s', (_, notices) => {
    expect(seenBy(promiseKept(scene()), notices)).toMatchObject(broken);
    expect(seenBy(promiseKept(scene({ dishonest: [0] })), notices)).toMatchObject(HOLDS);
  });

  test('holds where the rival changed nothing', () => {
    expect(
      seenBy(promiseKept(scene()), [
        [0, accepted(promised)],
        [0, confirmed(promised, 1)],
        [1, final(2, { operations: [rival], applied: [] })],
      ]),
    ).toMatchObject(HOLDS);
  });

  test('is violated where a window shown as final is final otherwise elsewhere', () => {
    expect(
      seenBy(promiseKept(scene()), [
        [0, final(2, { hash: 'one' })],
        [1, final(2, { hash: 'two' })],
      ]),
    ).toMatchObject(violated(/^window 2 was shown final as .*, then as /));
  });
});

describe('one-signature-per-slot', () => {
  const watch = (notices: readonly (readonly [number, Notice])[], dishonest: readonly number[] = []): Finding =>
    seenBy(oneSignaturePerSlot(scene({ dishonest }), hostOf), notices);

  test('holds where the same object is seen again, and another in another slot', () => {
    expect(
      watch([
        [1, published(bundle(1, 5, 'one'))],
        [2, accepted(bundle(1, 5, 'one'))],
        [1, published(bundle(1, 6, 'two'))],
        [1, published(vote(1, 5, 1, PREVOTE, 'x'))],
        [1, published(vote(1, 5, 1, PRECOMMIT, 'y'))],
        [1, published(vote(1, 5, 2, PREVOTE, 'y'))],
        [1, published(proposal(1, 5, 1, 'header'))],
        [1, published(proposal(1, 5, 1, 'header'))],
        [1, published(proposal(1, 5, 2, 'deeper'))],
        [1, accepted(operation('one', 'ann', 'a'))],
        [1, accepted(operation('two', 'ann', 'a'))],
      ]),
    ).toEqual({ observed: 'holds', detail: '7 slots' });
  });

  test.each([
    ['bundles', bundle(1, 5, 'one'), bundle(1, 5, 'two')],
    ['votes', vote(1, 5, 1, PREVOTE, 'x'), vote(1, 5, 1, PREVOTE, 'y')],
    ['headers', proposal(1, 5, 1, 'x'), proposal(1, 5, 1, 'y')],
  ])('is violated by two %s for one slot, wherever they are seen', (_, one, two) => {
    const notices: [number, Notice][] = [
      [1, published(one)],
      [2, entered(6)],
      [3, accepted(two)],
    ];
    expect(watch(notices)).toMatchObject(violated(/^n1 signed .* and .* for /));
    expect(watch(notices, [1])).toMatchObject(HOLDS);
  });

  test('forgets nothing because a dishonest host says that it is far ahead', () => {
    const notices: [number, Notice][] = [
      [1, published(bundle(1, 5, 'one'))],
      [0, entered(1_000)],
      [1, published(bundle(1, 5, 'two'))],
    ];
    expect(watch(notices, [0])).toMatchObject(violated(/^n1 signed/));
    expect(watch(notices)).toMatchObject(HOLDS);
  });

  test('does not remember slots of more than three windows ago', () => {
    const notices = (now: number): [number, Notice][] => [
      [1, published(bundle(1, 5, 'one'))],
      [1, entered(now)],
      [1, published(bundle(1, 5, 'two'))],
    ];
    expect(watch(notices(8))).toMatchObject(violated(/^n1 signed/));
    expect(watch(notices(9))).toMatchObject(HOLDS);
  });
});

describe('certificate-weight', () => {
  const WINDOW = 0;
  const node = (host: number, weight: bigint, lastSeen = 0n): Partial<NodeRecord> => ({
    ...{ nodeId: nodeOf(host), chainLength: weight, startWindow: 0n, lastConfirmationWindow: lastSeen },
  });
  const weights = [33n, 34n, 33n];
  const genesis = settled(-1, { nodes: weights.map((weight, host) => node(host, weight)) });
  const votes = (...hosts: readonly number[]) =>
    hosts.map((host) => vote(host, WINDOW, 2, PRECOMMIT, `proposal ${WINDOW}`));
  const judged = (certificate: ReturnType<typeof votes>, basis = genesis): Finding =>
    seenBy(certificateWeight(scene(), basis), [[0, final(WINDOW, { certificate })]]);

  test('holds from 67 % of the active weight on', () => {
    expect(judged(votes(0, 1))).toEqual({ observed: 'holds', detail: '1 certificates' });
    expect(judged(votes(0, 2))).toMatchObject(violated(/^window 0 at n0: weight 66 of 100/));
  });

  test('does not count signers that are no nodes, and no node twice', () => {
    expect(judged(votes(0, 2, 3))).toMatchObject(violated(/weight 66 of 100/));
    expect(judged(votes(0, 0, 2))).toMatchObject(violated(/^window 0 at n0: a vote does not belong/));
  });

  test.each([
    ['window', vote(1, 1, 2, PRECOMMIT, 'proposal 0')],
    ['round', vote(1, WINDOW, 3, PRECOMMIT, 'proposal 0')],
    ['phase', vote(1, WINDOW, 2, PREVOTE, 'proposal 0')],
    ['value', vote(1, WINDOW, 2, PRECOMMIT, 'another')],
  ])('is violated by a vote of another %s', (_, other) => {
    expect(judged([...votes(0, 2), other])).toMatchObject(violated(/a vote does not belong/));
  });

  test('counts nodes that were seen within 2τ₂ windows only', () => {
    const late = 2 * TAU2;
    const notices = (window: number): [number, Notice][] =>
      Array.from({ length: window + 1 }, (_, w) => [
        0,
        final(w, {
          nodes: [node(0, 67n, BigInt(w)), node(1, 33n, BigInt(w)), node(2, 100n, 0n)],
          certificate: w === window ? [0, 1].map((host) => vote(host, w, 1, PRECOMMIT, `proposal ${w}`)) : [],
        }),
      ]);
    const basis = settled(-1, { nodes: [node(0, 67n), node(1, 33n), node(2, 100n)] });
    expect(seenBy(certificateWeight(scene(), basis), notices(late))).toMatchObject(violated(/weight 100 of 200/));
    expect(seenBy(certificateWeight(scene(), basis), notices(late + 1))).toMatchObject(HOLDS);
  });

  test('judges each branch of a fork by the weights before it', () => {
    const way = (name: string, weight: bigint) => ({
      hash: name,
      nodes: [node(0, weight), node(1, 100n - weight)],
    });
    const closing = (name: string, after: string, host: number): Notice =>
      final(1, { hash: name, after, certificate: [vote(host, 1, 1, PRECOMMIT, name)] });
    const notices: [number, Notice][] = [
      [0, final(WINDOW, way('one', 70n))],
      [1, final(WINDOW, way('two', 30n))],
      [0, closing('one next', 'one', 0)],
      [1, closing('two next', 'two', 1)],
    ];
    expect(seenBy(certificateWeight(scene(), genesis), notices)).toEqual({
      observed: 'holds',
      detail: '2 certificates',
    });
    expect(seenBy(certificateWeight(scene(), genesis), [...notices, [2, closing('two next', 'two', 0)]])).toMatchObject(
      violated(/^window 1 at n2: weight 30 of 100/),
    );
  });

  test('judges the bases of windows, not the certificates of dishonest hosts', () => {
    const wrong = final(WINDOW, { certificate: votes(0) });
    expect(seenBy(certificateWeight(scene({ dishonest: [2] }), genesis), [[2, wrong]])).toMatchObject(HOLDS);
    expect(seenBy(certificateWeight(scene(), genesis), [[2, wrong]])).toMatchObject(violated(/weight 33 of 100/));
  });
});

test('made-up identifiers lead back to their hosts', () => {
  expect([0, 1, 2, 3].map((host) => hostOf(nodeOf(host)))).toEqual([0, 1, 2, 3]);
  expect(hostOf(nodeOf(7))).toBeUndefined();
  expect(hostOf(id('somebody'))).toBeUndefined();
});
