import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, type Id, ZERO_ID } from '../bytes/bytes.ts';
import type { Rules } from '../genesis/rules.ts';
import { rootOf } from '../state/tree.ts';
import { EMPTY_ROOT } from '../state/tree-hash.ts';
import { makeBundle } from './bundle.ts';
import { cement, type Listing } from './cementing.ts';
import {
  basisOf,
  nodeIdOf,
  someIds,
  T_W,
  TAU2,
  testKey,
  testNode,
  testNodes,
  verify,
  WINDOW,
} from './fixtures.suite.ts';
import { judgeProposalSets, type ProposedSets, type SetBodies, type Signer } from './judge-proposal-sets.ts';
import type { Bundle, Listed, Registration } from './objects.ts';
import { controlRoot, listRoot } from './set-roots.ts';

const SEED = { seed: 20261121 };
const [a, b, c] = someIds('op', 3) as [Id, Id, Id];

describe('cementing (04 §8, 03 §6.2)', () => {
  const { roster } = basisOf(testNodes(66n, 33n, 1n));
  const listing = (index: number, operations: readonly Id[], reveals: readonly Id[] = []): Listing => ({
    nodeId: nodeIdOf(index),
    operations,
    reveals,
  });

  it('an identifier is cemented by listing weight ≥ Q, operations and reveals apart', () => {
    const cemented = cement(roster, [listing(1, [a, b], [c]), listing(2, [b], [a]), listing(3, [a], [c])]);
    expect(cemented).toEqual({ weight: 100n, operations: [a, b].sort(), reveals: [c] });
  });

  it('Q exactly is enough, one less is not', () => {
    expect(cement(roster, [listing(1, [a]), listing(3, [a])]).operations).toEqual([a]);
    expect(cement(roster, [listing(1, [a]), listing(3, [])]).operations).toEqual([]);
  });

  it('who is not in the roster has no weight', () => {
    const cemented = cement(roster, [listing(9, [a]), listing(1, [a])]);
    expect(cemented).toEqual({ weight: 66n, operations: [], reveals: [] });
    expect(cement(roster, [])).toEqual({ weight: 0n, operations: [], reveals: [] });
  });

  it('a signer counts once, however often it is listed', () => {
    const own = listing(2, [a], [c]);
    expect(cement(roster, [own, own, own])).toEqual({ weight: 33n, operations: [], reveals: [] });
    expect(cement(roster, [listing(1, [a]), listing(1, [b]), own])).toEqual({
      weight: 99n,
      operations: [a],
      reveals: [],
    });
  });

  it('does not depend on the order of the bundles', () => {
    const all = [listing(1, [a, b], [c]), listing(2, [b, c], [a, c]), listing(3, [a, c], [c])];
    const expected = cement(roster, all);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: 3 }), (shuffled) => {
        expect(cement(roster, shuffled)).toEqual(expected);
      }),
      { ...SEED, numRuns: 20 },
    );
  });
});

describe('roots of the sets (04 §8, 02 §6)', () => {
  it('an empty list has the root of the empty tree', () => {
    expect(listRoot([])).toBe(EMPTY_ROOT);
    expect(listRoot([])).toBe('87dd145ec5630decdf8fc800583c51cce9dbe8438a1fa0b7e61eb679b4b4638f');
    expect(controlRoot([], 'whole')).toBe(EMPTY_ROOT);
    expect(controlRoot([], 'scope')).toBe(EMPTY_ROOT);
  });

  it('keys are node ids, leaves node_id ‖ hash; the order of the list does not matter', () => {
    const entries: readonly Listed[] = [1, 2, 3].map((i) => ({
      nodeId: nodeIdOf(i),
      hash: someIds('x', 3)[i - 1] as Id,
    }));
    const naive = rootOf(entries.map(({ nodeId, hash }) => [nodeId, concat(fromHex(nodeId), fromHex(hash))]));
    expect(listRoot(entries)).toBe(naive);
    expect(listRoot([...entries].reverse())).toBe(naive);
    expect(listRoot(entries.slice(1))).not.toBe(naive);
  });

  it.each([
    [7_295, false, false],
    [7_296, false, true],
    [10_604, false, true],
  ])('control_root covers the whole registration, or all but its signature: byte %i', (at, whole, scope) => {
    const entry = (bytes: Uint8Array) => ({ id: a, bytes, scope: bytes.subarray(0, 7_296) });
    const registered = new Uint8Array(10_605).fill(1);
    const other = registered.slice();
    other[at] = 2;
    const isSame = (leaf: Rules['controlLeaf']): boolean =>
      controlRoot([entry(registered)], leaf) === controlRoot([entry(other)], leaf);
    expect([isSame('whole'), isSame('scope')]).toEqual([whole, scope]);
  });
});

describe('steps 9–12 of 04 §10', () => {
  const nodes = [
    ...testNodes(1n, 1n, 1n, 1n),
    testNode(5, { lastConfirmationWindow: BigInt(WINDOW) - 2n * TAU2 - 1n }),
  ];
  const basis = basisOf(nodes);
  const registration = { id: b, bytes: new Uint8Array(10_605).fill(3) } as Registration;
  const revealHashes = someIds('reveal', 4);
  const reveals: readonly Signer[] = [1, 2, 3, 4].map((i) => ({ nodeId: nodeIdOf(i), id: revealHashes[i - 1] as Id }));
  const seen = reveals.slice(0, 3);
  const ids = (signers: readonly Signer[]): readonly Id[] => signers.map(({ id }) => id).sort();

  const bundle = (index: number, operations: readonly Id[] = [a, b], listed = ids(seen), endpoint = T_W): Bundle =>
    makeBundle({ nodeId: nodeIdOf(index), endpoint, window: WINDOW, operations, reveals: listed }, testKey(index));

  const entriesOf = (signers: readonly Signer[]): readonly Listed[] =>
    signers.map(({ nodeId, id }) => ({ nodeId, hash: id }));

  /** The proposal that these bundles call for. */
  const proposalOf = (bundles: readonly Bundle[], included: readonly Signer[] = seen): ProposedSets => ({
    bundles: entriesOf(bundles),
    reveals: entriesOf(included),
    header: {
      includedBundlesRoot: listRoot(entriesOf(bundles)),
      includedRevealsRoot: listRoot(entriesOf(included)),
      winnerId: included[0]?.nodeId ?? ZERO_ID,
      winnerEndpoint: T_W,
      controlRoot: controlRoot([registration], 'whole'),
    },
  });

  const drawWinner = (included: readonly Listed[]): { winnerId: Id; winnerEndpoint: Id } => ({
    winnerId: included[0]?.nodeId ?? ZERO_ID,
    winnerEndpoint: T_W,
  });

  const judge = (
    proposal: ProposedSets,
    bundles: readonly Bundle[],
    changes: Partial<SetBodies> = {},
  ): string | undefined =>
    judgeProposalSets(
      proposal,
      { bundles, reveals, registrations: [registration], ...changes },
      basis,
      T_W,
      drawWinner,
      verify,
    );

  const four = [bundle(1), bundle(2), bundle(3), bundle(4)];
  const three = four.slice(0, 3);

  it('accepts what the included bundles call for, all of them or a quorum', () => {
    expect(judge(proposalOf(four), four)).toBeUndefined();
    expect(judge(proposalOf(three), four)).toBeUndefined();
    expect(judge(proposalOf(four), [...four].reverse(), { reveals: [...reveals].reverse() })).toBeUndefined();
  });

  it('BundleInvalid: a bundle that no longer stands alone, or has no body', () => {
    for (const bad of [bundle(5), bundle(4, [a, b], ids(seen), ZERO_ID), bundle(9)]) {
      const bundles = [...three, bad];
      expect(judge(proposalOf(bundles), bundles)).toBe('BundleInvalid');
    }
    expect(judge(proposalOf(four), three)).toBe('BundleInvalid');
  });

  it('BundleInvalid: one bundle listed under other names gives nobody else weight', () => {
    const own = bundle(1);
    const names: readonly Listed[] = [1, 2, 3, 4].map((i) => ({ nodeId: nodeIdOf(i), hash: own.id }));
    const proposal = { ...proposalOf([own]), bundles: names };
    const forged = { ...proposal, header: { ...proposal.header, includedBundlesRoot: listRoot(names) } };
    expect(judge(forged, [own])).toBe('BundleInvalid');
  });

  it('BundleInvalid: a list that does not rise, or names a node twice', () => {
    const turned = [four[1], four[0], four[2]] as Bundle[];
    expect(judge(proposalOf(turned), turned)).toBe('BundleInvalid');
    const twice = [four[0], bundle(1, [a]), four[1], four[2]] as Bundle[];
    expect(judge(proposalOf(twice), twice)).toBe('BundleInvalid');
  });

  it('InsufficientBundles: less than Q', () => {
    const two = four.slice(0, 2);
    expect(judge(proposalOf(two), two)).toBe('InsufficientBundles');
    expect(judge(proposalOf([]), [])).toBe('InsufficientBundles');
  });

  it('BundlesRootMismatch', () => {
    const proposal = proposalOf(four);
    const header = { ...proposal.header, includedBundlesRoot: listRoot(entriesOf(three)) };
    expect(judge({ ...proposal, header }, four)).toBe('BundlesRootMismatch');
  });

  it('RevealsMismatch: more, fewer or others than those with listing weight ≥ Q, or another root', () => {
    const split = [bundle(1), bundle(2), bundle(3, [a, b], ids(seen.slice(1))), bundle(4, [a, b], ids(seen.slice(1)))];
    expect(judge(proposalOf(split, seen.slice(1)), split)).toBeUndefined();
    expect(judge(proposalOf(split), split)).toBe('RevealsMismatch');
    expect(judge(proposalOf(four, seen.slice(1)), four)).toBe('RevealsMismatch');
    expect(judge(proposalOf(four, reveals), four)).toBe('RevealsMismatch');
    expect(judge(proposalOf(four, [...seen].reverse()), four)).toBe('RevealsMismatch');
    const proposal = proposalOf(four);
    const header = { ...proposal.header, includedRevealsRoot: EMPTY_ROOT };
    expect(judge({ ...proposal, header }, four)).toBe('RevealsMismatch');
  });

  it('WrongWinner: another node, or another endpoint', () => {
    const proposal = proposalOf(four);
    for (const changes of [{ winnerId: nodeIdOf(2) }, { winnerEndpoint: ZERO_ID }]) {
      expect(judge({ ...proposal, header: { ...proposal.header, ...changes } }, four)).toBe('WrongWinner');
    }
  });

  it('ControlSetMismatch: a registration left out, or added', () => {
    const proposal = proposalOf(four);
    const without = { ...proposal, header: { ...proposal.header, controlRoot: EMPTY_ROOT } };
    expect(judge(without, four)).toBe('ControlSetMismatch');
    const unlisted = [1, 2, 3, 4].map((index) => bundle(index, [a]));
    expect(judge(proposalOf(unlisted), unlisted)).toBe('ControlSetMismatch');
    const fitting = proposalOf(unlisted);
    expect(judge({ ...fitting, header: { ...fitting.header, controlRoot: EMPTY_ROOT } }, unlisted)).toBeUndefined();
  });

  it('of two faults the earlier step is the reason', () => {
    const two = four.slice(0, 2);
    const wrong = (bundles: readonly Bundle[], changes: Partial<ProposedSets['header']>): ProposedSets => {
      const proposal = proposalOf(bundles);
      return { ...proposal, header: { ...proposal.header, ...changes } };
    };
    const all = { includedBundlesRoot: ZERO_ID, includedRevealsRoot: ZERO_ID, winnerId: ZERO_ID, controlRoot: ZERO_ID };
    const { includedBundlesRoot: _, ...later } = all;
    const { includedRevealsRoot: __, ...last } = later;
    expect(judge(wrong([bundle(9)], all), [bundle(9)])).toBe('BundleInvalid');
    expect(judge(wrong(two, all), two)).toBe('InsufficientBundles');
    expect(judge(wrong(four, all), four)).toBe('BundlesRootMismatch');
    expect(judge(wrong(four, later), four)).toBe('RevealsMismatch');
    expect(judge(wrong(four, last), four)).toBe('WrongWinner');
  });
});
