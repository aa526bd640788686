import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, fromHex, type Id, littleEndian, toHex } from '../bytes/bytes.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { encodeProof, prove } from '../state/proof.ts';
import { State } from '../state/view.ts';
import { CEMENTED, challenged, checkpointsOf, past, START, sampledRegistration, slowChain } from './chains.suite.ts';
import { challengedIterations } from './challenge.ts';
import { checkpointTree } from './checkpoint-tree.ts';
import {
  isChainFault,
  makeSampledProof,
  type OpenedSegment,
  openingHashes,
  openSegment,
  openSegments,
  type SampledProof,
  sampledProofFault,
  sampledProofLayout,
  segmentHolds,
} from './sampled-proof.ts';

let iterations = 0;
const chain = (value: Id, times: number): Id => {
  iterations += times;
  return slowChain(value, times);
};

/** A registration of these checkpoints with what it must open, and opens, in the window. */
const opened = (checkpoints: readonly Id[], window = CEMENTED) => {
  const registration = sampledRegistration(checkpoints);
  const challenge = challenged(registration, window);
  const bytes = makeSampledProof(challenge, checkpointTree(checkpoints)) as Uint8Array;
  return { registration, challenge, bytes };
};

const LENGTH = 6;
const checkpoints = checkpointsOf(LENGTH);
const honest = opened(checkpoints);

const faultOf = (bytes: Uint8Array, { registration } = honest, window = CEMENTED) =>
  sampledProofFault(registration, window, past, bytes, chain);

/** The openings with something else in them. */
const altered = (change: Partial<SampledProof>): Uint8Array => {
  const decoded = sampledProofLayout.decode(honest.bytes);
  if (!decoded.ok) throw new Error(decoded.error);
  return sampledProofLayout.encode({ ...decoded.value, ...change });
};

const openings = (): SampledProof['openings'] => {
  const decoded = sampledProofLayout.decode(honest.bytes);
  return decoded.ok ? decoded.value.openings : [];
};

describe('an honest chain', () => {
  test('holds in every window from its last on, by the hashes it said it would take', () => {
    for (const window of [START + LENGTH - 1, CEMENTED, 200]) {
      const { registration, challenge, bytes } = opened(checkpoints, window);
      iterations = 0;
      expect(faultOf(bytes, { registration, challenge, bytes }, window)).toBeUndefined();
      expect(iterations).toBe(challengedIterations(challenge));
    }
  });

  test('of one segment has one opening', () => {
    const short = opened(checkpointsOf(1));
    expect(short.challenge.segments).toHaveLength(1);
    expect(short.bytes).toHaveLength(41 + 8 + 2 * 134);
    expect(faultOf(short.bytes, short)).toBeUndefined();
  });

  test('opens each segment drawn, once, in ascending order', () => {
    const segments = openSegments(honest.challenge, honest.bytes);
    expect(segments).toEqual({
      ok: true,
      value: honest.challenge.segments.map((segment) => ({
        ...segment,
        from: checkpoints[segment.index],
        to: checkpoints[segment.index + 1],
      })),
    });
    expect(openingHashes(honest.challenge)).toBe(514 * honest.challenge.segments.length);
  });
});

describe('making', () => {
  test('refuses a tree that was not registered', () => {
    expect(makeSampledProof(honest.challenge, checkpointTree(checkpointsOf(LENGTH - 1)))).toBeUndefined();
    expect(
      makeSampledProof(honest.challenge, checkpointTree(checkpointsOf(LENGTH, (w) => past(w + 1)))),
    ).toBeUndefined();
  });

  test('refuses a tree too short for the length that was registered', () => {
    const short = checkpointsOf(3);
    const boastful = { ...sampledRegistration(short), vdfChainLength: 60n };
    expect(makeSampledProof(challenged(boastful), checkpointTree(short))).toBeUndefined();
  });
});

describe('the openings are refused as', () => {
  test('Malformed', () => {
    for (const bytes of [
      new Uint8Array(0),
      honest.bytes.subarray(0, 40),
      honest.bytes.subarray(0, -1),
      concat(honest.bytes, Uint8Array.of(0)),
    ]) {
      expect(faultOf(bytes)).toBe('Malformed');
    }
    // A 65th opening is not even looked for.
    const [first] = openings();
    const many = altered({ openings: Array.from({ length: 65 }, () => first as SampledProof['openings'][number]) });
    expect(faultOf(many)).toBe('Malformed');
  });

  test('WrongRegistration, WrongWindow', () => {
    expect(faultOf(altered({ registration: idOf(1) }))).toBe('WrongRegistration');
    expect(faultOf(altered({ window: BigInt(CEMENTED + 1) }))).toBe('WrongWindow');
    expect(faultOf(altered({ window: 2n ** 64n - 1n }))).toBe('WrongWindow');
    // The openings of one window do not serve another.
    expect(faultOf(honest.bytes, honest, CEMENTED + 1)).toBe('WrongWindow');
    expect(faultOf(altered({}))).toBeUndefined();
  });

  test('WrongOpenings', () => {
    const all = openings();
    expect(faultOf(altered({ openings: [] }))).toBe('WrongOpenings');
    expect(faultOf(altered({ openings: all.slice(1) }))).toBe('WrongOpenings');
    expect(faultOf(altered({ openings: [...all, all[0] as SampledProof['openings'][number]] }))).toBe('WrongOpenings');
  });

  test('NotUnderRoot: another order, another checkpoint, another tree, nothing', () => {
    const all = openings();
    const [first, second] = all as [SampledProof['openings'][number], SampledProof['openings'][number]];
    const others = [
      all.toReversed(),
      [second, first, ...all.slice(2)],
      [{ proof: first.nextProof, nextProof: first.proof }, ...all.slice(1)],
      [{ ...first, nextProof: new Uint8Array(0) }, ...all.slice(1)],
      [...all.slice(0, -1), first],
    ];
    for (const each of others) expect(faultOf(altered({ openings: each }))).toBe('NotUnderRoot');
    const strange = makeSampledProof(
      { ...honest.challenge, root: checkpointTree(checkpointsOf(LENGTH, (w) => past(w + 1))).root },
      checkpointTree(checkpointsOf(LENGTH, (w) => past(w + 1))),
    );
    expect(faultOf(strange as Uint8Array)).toBe('NotUnderRoot');
  });

  test('none of these hashes a segment, nor condemns the chain', () => {
    iterations = 0;
    for (const bytes of [
      new Uint8Array(0),
      altered({ registration: idOf(1) }),
      altered({ openings: [] }),
      altered({ openings: openings().toReversed() }),
    ]) {
      const fault = faultOf(bytes);
      expect(fault !== undefined && isChainFault(fault)).toBe(false);
    }
    expect(iterations).toBe(0);
  });
});

describe('the chain is refused as', () => {
  /** The chain with other checkpoints from `index` on. */
  const broken = (index: number, value: Id): readonly Id[] => [
    ...checkpoints.slice(0, index),
    value,
    ...checkpoints.slice(index + 1),
  ];
  const isDrawn = ({ challenge }: typeof honest, index: number): boolean =>
    challenge.segments.some((segment) => segment.index === index);

  test('WrongInit: e_0 of another node or window, and nothing is hashed', () => {
    const foreign = opened(broken(0, idOf(77)));
    expect(isDrawn(foreign, 0)).toBe(true);
    iterations = 0;
    const fault = faultOf(foreign.bytes, foreign);
    expect(fault).toBe('WrongInit');
    expect(fault !== undefined && isChainFault(fault)).toBe(true);
    expect(iterations).toBe(0);
  });

  test('BrokenSegment: a segment drawn that was not hashed, or with another D', () => {
    for (const each of [
      opened(broken(5, idOf(77))),
      opened(checkpointsOf(LENGTH, (w) => ({ ...(past(w) as { timechainValue: Id; aggregate: Id }), d: 2 }))),
    ]) {
      const fault = faultOf(each.bytes, each);
      expect(fault).toBe('BrokenSegment');
      expect(fault !== undefined && isChainFault(fault)).toBe(true);
    }
  });

  test('EmptyChain, ChainOutlastsWindow, UnknownWindow: whatever the openings are', () => {
    const fault = (change: object, window = CEMENTED, history = past) =>
      sampledProofFault({ ...honest.registration, ...change }, window, history, honest.bytes, chain);
    const faults = [fault({ vdfChainLength: 0n }), fault({}, START + LENGTH - 2), fault({}, CEMENTED, () => undefined)];
    expect(faults).toEqual(['EmptyChain', 'ChainOutlastsWindow', 'UnknownWindow']);
    expect(faults.every((each) => each !== undefined && isChainFault(each))).toBe(true);
  });

  test('wherever a draw finds what was skipped, and nowhere else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.nat(),
        fc.integer({ min: 60, max: 180 }),
        (length, at, window) => {
          const index = 1 + (at % length);
          const cheat = [...checkpointsOf(length)];
          cheat[index] = idOf(999);
          const each = opened(cheat, window);
          const found = isDrawn(each, index - 1) || isDrawn(each, index);
          expect(faultOf(each.bytes, each, window)).toBe(found ? 'BrokenSegment' : undefined);
        },
      ),
      { seed: 20261121, numRuns: 16 },
    );
  });
});

describe('bytes', () => {
  test('with any one of them changed are refused, and never blamed on the chain', () => {
    const small = opened(checkpointsOf(1));
    expect(faultOf(small.bytes, small)).toBeUndefined();
    for (let at = 0; at < small.bytes.length; at++) {
      const changed = small.bytes.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      const fault = faultOf(changed, small);
      expect(fault).toBeDefined();
      expect(fault !== undefined && isChainFault(fault)).toBe(false);
    }
  });

  test('with any one of them changed anywhere in many openings, too', () => {
    fc.assert(
      fc.property(fc.nat(honest.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const changed = honest.bytes.slice();
        changed[at] = (changed[at] as number) ^ difference;
        const fault = faultOf(changed);
        expect(fault !== undefined && !isChainFault(fault)).toBe(true);
      }),
      { seed: 20261121, numRuns: 40 },
    );
  });

  test('of any kind, behind a right head, are refused without hashing a segment', () => {
    const head = honest.bytes.subarray(0, 41);
    iterations = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (rest) => {
        expect(['Malformed', 'NotUnderRoot']).toContain(faultOf(concat(head, rest)));
      }),
      { seed: 20261121 },
    );
    expect(iterations).toBe(0);
  });

  test('encode and decode to one another', () => {
    const opening = fc.record({
      proof: fc.uint8Array({ maxLength: 40 }),
      nextProof: fc.uint8Array({ maxLength: 40 }),
    });
    const proofs = fc.record({
      registration: fc.nat(10_000).map(idOf),
      window: fc.bigInt(0n, 2n ** 64n - 1n),
      openings: fc.array(opening, { maxLength: 64 }),
    });
    fc.assert(
      fc.property(proofs, (proof) => {
        expect(sampledProofLayout.decode(sampledProofLayout.encode(proof))).toEqual({ ok: true, value: proof });
      }),
      { seed: 20261121 },
    );
  });
});

describe('one segment', () => {
  const tree = checkpointTree(checkpoints);
  const at = (index: number) => ({
    proof: tree.prove(index) as Uint8Array,
    nextProof: tree.prove(index + 1) as Uint8Array,
  });
  const { init } = honest.challenge;
  const under = { root: tree.root, init };

  test('opens at any index, and e_0 matters at index 0 alone', () => {
    for (let index = 0; index < LENGTH; index++) {
      expect(openSegment(at(index), { index, iterations: 1 }, under)).toMatchObject({ ok: true });
    }
    const other = { ...under, init: idOf(3) };
    expect(openSegment(at(0), { index: 0, iterations: 1 }, other)).toEqual({ ok: false, error: 'WrongInit' });
    expect(openSegment(at(1), { index: 1, iterations: 1 }, other)).toMatchObject({ ok: true });
  });

  test('does not open under another root, or as another segment', () => {
    const refused = { ok: false, error: 'NotUnderRoot' };
    expect(openSegment(at(1), { index: 1, iterations: 1 }, { ...under, root: idOf(3) })).toEqual(refused);
    expect(openSegment(at(1), { index: 2, iterations: 1 }, under)).toEqual(refused);
    expect(openSegment({ ...at(1), nextProof: at(1).proof }, { index: 1, iterations: 1 }, under)).toEqual(refused);
  });

  test('does not open where a leaf is missing or of another size', () => {
    const state = new State(new MemoryBase());
    const key = (index: number): Id => toHex(littleEndian(index, 32));
    const { delta } = state.apply({
      account: [
        [key(0), fromHex(init)],
        [key(1), new Uint8Array(31)],
      ],
    });
    const odd = state.with(delta);
    const proof = (index: number): Uint8Array => encodeProof(prove(odd.tree('account'), key(index)));
    for (const index of [0, 1]) {
      expect(
        openSegment(
          { proof: proof(index), nextProof: proof(index + 1) },
          { index, iterations: 1 },
          { root: odd.root('account'), init },
        ),
      ).toEqual({ ok: false, error: 'NotUnderRoot' });
    }
  });

  test('hashes exactly D times, for a D in 1 … 2^32 − 1', () => {
    const segment: OpenedSegment = { index: 0, from: idOf(1), to: slowChain(idOf(1), 7), iterations: 7 };
    expect(segmentHolds(segment, slowChain)).toBe(true);
    expect(segmentHolds({ ...segment, iterations: 6 }, slowChain)).toBe(false);
    expect(segmentHolds({ ...segment, iterations: 8 }, slowChain)).toBe(false);
    const still = { ...segment, to: idOf(1) };
    expect(segmentHolds({ ...still, iterations: 0 }, (value) => value)).toBe(false);
    expect(segmentHolds({ ...still, iterations: 1 }, (value) => value)).toBe(true);
    expect(segmentHolds({ ...still, iterations: 2 ** 32 - 1 }, (value) => value)).toBe(true);
    expect(segmentHolds({ ...still, iterations: 2 ** 32 }, (value) => value)).toBe(false);
  });
});
