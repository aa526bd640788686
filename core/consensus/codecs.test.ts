import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, type Id, littleEndian, toHex, ZERO_ID } from '../bytes/bytes.ts';
import type { Result } from '../bytes/result.ts';
import { hashId, sha256 } from '../crypto/hash.ts';
import { SIGNATURE_SIZE } from '../crypto/suite.ts';
import type { HashTag } from '../crypto/tags.ts';
import { bundleLayout, decodeBundle, makeBundle } from './bundle.ts';
import { decodeEvidence, evidenceSlot, isConflict, makeEvidence } from './evidence.ts';
import { flipped, nodeIdOf, someIds, T_W, testKey, WINDOW } from './fixtures.suite.ts';
import { decodeHeader, exactWindow, HEADER_SIZE, headerLayout, makeHeader } from './header.ts';
import {
  EVIDENCE_BUNDLE,
  EVIDENCE_HEADER,
  EVIDENCE_REVEAL,
  EVIDENCE_VOTE,
  type Listed,
  PRECOMMIT,
  PREVOTE,
  type Signed,
} from './objects.ts';
import {
  decodeProposal,
  encodeProposal,
  freshForm,
  makeProposal,
  makeReproposal,
  proposalSize,
  reproposalScopeLayout,
} from './proposal.ts';
import { decodeReveal, makeReveal, revealLayout } from './reveal.ts';
import { decodeVote, makeVote, voteLayout, voteOf } from './vote.ts';

const SEED = { seed: 20261121 };
const key = testKey(1);
const nodeId = nodeIdOf(1);

const bundle = makeBundle(
  { nodeId, endpoint: T_W, window: WINDOW, operations: someIds('op', 3), reveals: someIds('reveal', 2) },
  key,
);
const reveal = makeReveal({ nodeId, window: WINDOW, endpoint: T_W }, key);
const voteFields = { phase: PREVOTE, round: 2, window: WINDOW, proposalHash: T_W, nodeId } as const;
const vote = makeVote(voteFields, key);
const headerFields = {
  prevProposalHash: ZERO_ID,
  window: WINDOW,
  protocolVersion: 1,
  controlRoot: nodeIdOf(21),
  nodeRoot: nodeIdOf(22),
  candidateRoot: nodeIdOf(23),
  accountRoot: nodeIdOf(24),
  stateRoot: nodeIdOf(25),
  timechainValue: T_W,
  includedBundlesRoot: nodeIdOf(26),
  includedRevealsRoot: nodeIdOf(27),
  winnerEndpoint: nodeIdOf(28),
  winnerId: nodeIdOf(29),
  proposerNodeId: nodeId,
  target: (1n << 128n) - 1n,
  fallbackDepth: 3,
};
const header = makeHeader(headerFields, key);
const listed = (name: string, count: number): readonly Listed[] =>
  someIds(name, count).map((hash, i) => ({ nodeId: nodeIdOf(i + 1), hash }));
const fresh = makeProposal(header, listed('bundle', 3), listed('reveal', 1));
const again = makeReproposal(fresh, 3, 5, nodeId, key);
const evidence = makeEvidence(EVIDENCE_VOTE, vote, makeVote({ ...voteFields, proposalHash: ZERO_ID }, key));
const leaderOf = (window: number, round: number): Id | undefined =>
  window === WINDOW && round === 5 ? nodeId : undefined;

/** Every kind of object: decoder, an example, tag of its identifier, sizes of the whole and of what is signed. */
const kinds: readonly (readonly [string, (bytes: Uint8Array) => Result<Signed>, Signed, HashTag, number, number])[] = [
  ['bundle', decodeBundle, bundle, 'mt-bundle', 3385 + 32 * 5, 76 + 32 * 5],
  ['reveal', decodeReveal, reveal, 'mt-vdf-reveal', 3381, 72],
  ['vote', decodeVote, vote, 'mt-proposal-vote', 3384, 75],
  ['header', decodeHeader, header, 'mt-proposal', 3722, 413],
];

describe.each(kinds)('%s', (_, decode, made, tag, size, scopeSize) => {
  it('has its size, its scope and the identifier of its scope (01 R1, R2)', () => {
    expect(made.bytes.length).toBe(size);
    expect(made.scope.length).toBe(scopeSize);
    expect(made.signature.length).toBe(SIGNATURE_SIZE);
    expect(toHex(concat(made.scope, made.signature))).toBe(toHex(made.bytes));
    expect(made.id).toBe(hashId(tag, made.scope));
    expect(toHex(made.signature)).toBe(toHex(key.sign(made.scope)));
  });

  it('decodes to what was made, as views of one buffer', () => {
    const decoded = decode(made.bytes);
    expect(decoded).toEqual({ ok: true, value: made });
    if (!decoded.ok) return;
    expect(decoded.value.bytes).toBe(made.bytes);
    expect(decoded.value.scope.buffer).toBe(made.bytes.buffer);
    expect(decoded.value.signature.buffer).toBe(made.bytes.buffer);
  });

  it('keeps its identifier under another signature: signatures name nothing', () => {
    const decoded = decode(flipped(made.bytes, size - 1));
    expect(decoded.ok && decoded.value.id).toBe(made.id);
  });

  it('is Malformed one byte shorter or longer, and empty', () => {
    const malformed = { ok: false, error: 'Malformed' };
    expect(decode(made.bytes.subarray(0, size - 1))).toEqual(malformed);
    expect(decode(concat(made.bytes, new Uint8Array(1)))).toEqual(malformed);
    expect(decode(new Uint8Array(0))).toEqual(malformed);
  });
});

describe('bundle lists', () => {
  it('are Malformed where a count claims more than is there', () => {
    const bytes = bundle.bytes.slice();
    bytes.set([0xff, 0xff], 72);
    expect(decodeBundle(bytes)).toEqual({ ok: false, error: 'Malformed' });
  });

  it('decode in any order and with doubles: judging refuses them (04 §4)', () => {
    const [low, high] = someIds('op', 2) as [Id, Id];
    for (const operations of [
      [high, low],
      [low, low],
    ]) {
      const made = makeBundle({ nodeId, endpoint: T_W, window: WINDOW, operations, reveals: [] }, key);
      const decoded = decodeBundle(made.bytes);
      expect(decoded.ok && decoded.value.operations).toEqual(operations);
    }
  });
});

describe('windows', () => {
  it('beyond 2^53 keep their exact bytes', () => {
    const window = (1n << 64n) - 1n;
    const late = makeHeader({ ...headerFields, window }, key);
    expect(exactWindow(late)).toBe(window);
    expect(late.window).toBe(2 ** 64);
    const { reproposal } = makeReproposal(makeProposal(late, [], []), 1, 2, nodeId, key);
    const scope = reproposalScopeLayout.decode(reproposal?.scope as Uint8Array);
    expect(scope.ok && scope.value.window).toBe(window);
  });
});

describe('vote', () => {
  const withBytes = (at: number, values: readonly number[]): Uint8Array => {
    const bytes = vote.bytes.slice();
    bytes.set(values, at);
    return bytes;
  };

  it.each([0, 3, 255])('phase %d is Malformed (04 §9)', (phase) => {
    expect(decodeVote(withBytes(0, [phase]))).toEqual({ ok: false, error: 'Malformed' });
  });

  it('round 0 is Malformed, rounds 1 and 65 535 are not', () => {
    expect(decodeVote(withBytes(1, [0, 0]))).toEqual({ ok: false, error: 'Malformed' });
    expect([decodeVote(withBytes(1, [1, 0])).ok, decodeVote(withBytes(1, [255, 255])).ok]).toEqual([true, true]);
  });

  it('is put together again from a proof (09 §3, 0x48)', () => {
    expect(voteOf({ ...voteFields, signature: vote.signature })).toEqual(vote);
  });
});

describe('proposal (09 §3, 0x22)', () => {
  it('fresh: header, two lists, valid_round 0; named by its header', () => {
    const bytes = encodeProposal(fresh);
    expect(bytes.length).toBe(HEADER_SIZE + 2 + 3 * 64 + 2 + 64 + 2);
    expect(bytes.length).toBe(proposalSize(fresh));
    expect(fresh.id).toBe(header.id);
    expect(decodeProposal(bytes, leaderOf)).toEqual({ ok: true, value: fresh });
  });

  it('re-proposal: named by its 77 signed bytes, leader known from its round alone (09 §12.8)', () => {
    const bytes = encodeProposal(again);
    expect(bytes.length).toBe(proposalSize(fresh) + 2 + SIGNATURE_SIZE);
    expect(bytes.length).toBe(proposalSize(again));
    const scope = concat(
      Uint8Array.of(3),
      littleEndian(WINDOW, 8),
      littleEndian(5, 2),
      littleEndian(3, 2),
      Uint8Array.from(header.id.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)),
      Uint8Array.from(nodeId.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)),
    );
    expect(scope.length).toBe(77);
    expect(toHex(again.reproposal?.scope as Uint8Array)).toBe(toHex(scope));
    expect(toHex(again.reproposal?.signature as Uint8Array)).toBe(toHex(key.sign(scope)));
    expect(again.id).toBe(hashId('mt-proposal', scope));
    expect(decodeProposal(bytes, leaderOf)).toEqual({ ok: true, value: again });
  });

  it('where the leader is not known here, zeros stand for it', () => {
    const decoded = decodeProposal(encodeProposal(again), () => undefined);
    expect(decoded.ok && decoded.value.reproposal?.leader).toBe(ZERO_ID);
    expect(decoded.ok && decoded.value.id).not.toBe(again.id);
  });

  it('the fresh form is what any holder of header and lists can build (09 §12.8)', () => {
    expect(freshForm(again)).toEqual(fresh);
    expect(freshForm(fresh)).toBe(fresh);
    expect(freshForm(makeReproposal(again, 5, 9, nodeId, key))).toEqual(fresh);
  });

  it('valid_round must be below round (09 §11.2.2)', () => {
    for (const [validRound, round, isGood] of [
      [4, 5, true],
      [5, 5, false],
      [6, 5, false],
      [1, 0, false],
      [65_535, 65_535, false],
      [65_534, 65_535, true],
    ] as const) {
      expect(decodeProposal(encodeProposal(makeReproposal(fresh, validRound, round, nodeId, key)), leaderOf).ok).toBe(
        isGood,
      );
    }
  });

  it('lists that do not rise strictly by node_id are Malformed (04 D-14)', () => {
    const [first, second] = listed('bundle', 2) as [Listed, Listed];
    for (const bad of [
      [second, first],
      [first, first],
      [first, { ...first, hash: second.hash }],
    ]) {
      expect(decodeProposal(encodeProposal(makeProposal(header, bad, [])), leaderOf).ok).toBe(false);
      expect(decodeProposal(encodeProposal(makeProposal(header, [], bad)), leaderOf).ok).toBe(false);
    }
    expect(decodeProposal(encodeProposal(makeProposal(header, [first, second], [])), leaderOf).ok).toBe(true);
  });

  it('every shorter form is Malformed', () => {
    const bytes = encodeProposal(again);
    for (let size = 0; size < bytes.length; size += 7) {
      const cut = decodeProposal(bytes.subarray(0, size), leaderOf);
      expect(cut).toEqual({ ok: false, error: 'Malformed' });
    }
  });
});

describe('evidence (09 §3, 0x25)', () => {
  const otherBundle = makeBundle({ nodeId, endpoint: T_W, window: WINDOW, operations: [], reveals: [] }, key);
  const otherReveal = makeReveal({ nodeId, window: WINDOW, endpoint: ZERO_ID }, key);
  const otherHeader = makeHeader({ ...headerFields, winnerId: ZERO_ID }, key);
  const all = [
    makeEvidence(EVIDENCE_BUNDLE, bundle, otherBundle),
    evidence,
    makeEvidence(EVIDENCE_HEADER, header, otherHeader),
    makeEvidence(EVIDENCE_REVEAL, reveal, otherReveal),
  ];

  it.each(all.map((made) => [made.evidenceKind, made] as const))('kind %d', (kind, made) => {
    expect(made.a.id < made.b.id).toBe(true);
    expect(makeEvidence(kind, made.b, made.a)).toEqual(made);
    expect(made.bytes.length).toBe(9 + made.a.bytes.length + made.b.bytes.length);
    expect(made.id).toBe(toHex(sha256(concat(Uint8Array.of(0x25), made.bytes))));
    expect([made.signer, made.window, isConflict(made)]).toEqual([nodeId, WINDOW, true]);
    expect(decodeEvidence(made.bytes)).toEqual({ ok: true, value: made });
  });

  it('is Malformed in descending order, of one object twice, of an unknown or a wrong kind', () => {
    const { a, b } = evidence;
    const blobs = (kind: number, ...objects: readonly Signed[]): Uint8Array =>
      concat(Uint8Array.of(kind), ...objects.flatMap(({ bytes }) => [littleEndian(bytes.length, 4), bytes]));
    expect(decodeEvidence(blobs(2, a, b)).ok).toBe(true);
    for (const bytes of [
      blobs(2, b, a),
      blobs(2, a, a),
      blobs(0, a, b),
      blobs(5, a, b),
      blobs(1, a, b),
      blobs(2, a, b, b),
    ]) {
      expect(decodeEvidence(bytes)).toEqual({ ok: false, error: 'Malformed' });
    }
  });

  it('speaks of one slot: signer, window, and for votes round and phase, for headers depth', () => {
    const others = [
      makeEvidence(EVIDENCE_VOTE, vote, makeVote({ ...voteFields, round: 3 }, key)),
      makeEvidence(EVIDENCE_VOTE, vote, makeVote({ ...voteFields, phase: PRECOMMIT }, key)),
      makeEvidence(EVIDENCE_VOTE, vote, makeVote({ ...voteFields, nodeId: nodeIdOf(2) }, key)),
      makeEvidence(EVIDENCE_VOTE, vote, makeVote({ ...voteFields, window: WINDOW + 1 }, key)),
      makeEvidence(EVIDENCE_HEADER, header, makeHeader({ ...headerFields, fallbackDepth: 4 }, key)),
      makeEvidence(EVIDENCE_HEADER, header, makeHeader({ ...headerFields, proposerNodeId: nodeIdOf(2) }, key)),
      makeEvidence(EVIDENCE_BUNDLE, bundle, makeBundle({ ...bundle, window: WINDOW + 1 }, key)),
      makeEvidence(EVIDENCE_REVEAL, reveal, makeReveal({ ...reveal, window: WINDOW + 1 }, key)),
    ];
    expect(others.map(isConflict)).toEqual(others.map(() => false));
    expect(new Set(all.map(evidenceSlot)).size).toBe(4);
    const third = makeVote({ ...voteFields, proposalHash: nodeIdOf(77) }, key);
    expect(evidenceSlot(makeEvidence(EVIDENCE_VOTE, vote, third))).toBe(evidenceSlot(evidence));
  });
});

describe('decoders on bytes that nobody vouches for', () => {
  const decodeAny = (bytes: Uint8Array): Result<unknown> => decodeProposal(bytes, leaderOf);
  const targets: readonly (readonly [string, (bytes: Uint8Array) => Result<unknown>, Uint8Array])[] = [
    ['bundle', decodeBundle, bundle.bytes],
    ['reveal', decodeReveal, reveal.bytes],
    ['vote', decodeVote, vote.bytes],
    ['header', decodeHeader, header.bytes],
    ['fresh proposal', decodeAny, encodeProposal(fresh)],
    ['re-proposal', decodeAny, encodeProposal(again)],
    ['evidence', decodeEvidence, evidence.bytes],
  ];

  /** A copy with some bytes changed, mostly near the start where the lengths are, then cut or lengthened by a little. */
  const mutated = (original: Uint8Array): fc.Arbitrary<Uint8Array> =>
    fc
      .tuple(
        fc.array(fc.tuple(fc.nat({ max: original.length - 1 }), fc.nat({ max: 255 })), { maxLength: 4 }),
        fc.array(fc.tuple(fc.nat({ max: 90 }), fc.nat({ max: 255 })), { maxLength: 3 }),
        fc.constantFrom(0, 0, 0, 1, 2, 32, 64, 3309),
        fc.boolean(),
      )
      .map(([anywhere, early, change, isLonger]) => {
        const copy = original.slice();
        for (const [at, value] of [...anywhere, ...early]) copy[at] = value;
        return isLonger ? concat(copy, new Uint8Array(change)) : copy.subarray(0, copy.length - change);
      });

  it.each(targets)('%s: a value, or Malformed', (_, decode, original) => {
    const results = { good: 0, bad: 0 };
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 4096 }), mutated(original), mutated(original)), (bytes) => {
        const decoded = decode(bytes);
        results[decoded.ok ? 'good' : 'bad']++;
        if (!decoded.ok) expect(decoded.error).toBe('Malformed');
      }),
      { ...SEED, numRuns: 1_500 },
    );
    expect(results.good > 0 && results.bad > 0).toBe(true);
  });

  it('what decodes is canonical: encoded again it is the same bytes', () => {
    const encoders = {
      bundle: (bytes: Uint8Array) => bundleLayout.decode(bytes),
      reveal: (bytes: Uint8Array) => revealLayout.decode(bytes),
      vote: (bytes: Uint8Array) => voteLayout.decode(bytes),
      header: (bytes: Uint8Array) => headerLayout.decode(bytes),
    };
    const layouts = { bundle: bundleLayout, reveal: revealLayout, vote: voteLayout, header: headerLayout };
    for (const [name, , original] of targets.slice(0, 4)) {
      const kind = name as keyof typeof layouts;
      fc.assert(
        fc.property(mutated(original), (bytes) => {
          const decoded = encoders[kind](bytes);
          if (decoded.ok) expect(toHex(layouts[kind].encode(decoded.value as never))).toBe(toHex(bytes));
        }),
        { ...SEED, numRuns: 100 },
      );
    }
    fc.assert(
      fc.property(mutated(encodeProposal(again)), (bytes) => {
        const decoded = decodeProposal(bytes, leaderOf);
        if (decoded.ok) expect(toHex(encodeProposal(decoded.value))).toBe(toHex(bytes));
      }),
      { ...SEED, numRuns: 300 },
    );
  });
});
