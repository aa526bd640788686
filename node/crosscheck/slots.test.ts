import { expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import { makeBundle } from '#core/consensus/bundle.ts';
import { nodeIdOf, testKey } from '#core/consensus/fixtures.suite.ts';
import type { Phase, Proposal, ProtocolObject } from '#core/consensus/objects.ts';
import { makeReproposal } from '#core/consensus/proposal.ts';
import { makeReveal } from '#core/consensus/reveal.ts';
import { makeVote } from '#core/consensus/vote.ts';
import { makeOperation } from '#core/operations/codec.ts';
import { anId, anyObjects } from '#core/wire/fuzz.suite.ts';
import { journalOf } from './journal.suite.ts';
import { signedOnce } from './slots.ts';

const key = testKey(1);
const bundle = (nodeId: Id, window: number, endpoint: number) =>
  makeBundle({ nodeId, window, endpoint: anId(endpoint), operations: [], reveals: [] }, key);
const reveal = (nodeId: Id, window: number, endpoint: number) =>
  makeReveal({ nodeId, window, endpoint: anId(endpoint) }, key);
const vote = (phase: Phase, round: number, value: number) =>
  makeVote({ phase, round, window: 5, proposalHash: anId(value), nodeId: nodeIdOf(1) }, key);
const fresh = anyObjects().find((object) => object.kind === 'proposal' && !object.reproposal) as Proposal;
const again = (validRound: number, round: number) => makeReproposal(fresh, validRound, round, nodeIdOf(1), key);

/** A journal with one input. */
const named = (objects: readonly ProtocolObject[]) => journalOf(objects, { input: { type: 'timer' } });

/** Two nodes with their processes; each journal names these objects. */
const judge = (...processes: readonly (readonly ProtocolObject[])[]) =>
  signedOnce(
    [nodeIdOf(1), nodeIdOf(2)].map((nodeId, index) => ({
      ...{ nodeId, name: `node-${index}` },
      processes:
        index === 0 ? processes.slice(0, -1).map((objects) => named(objects)) : [named(processes.at(-1) ?? [])],
    })),
  );

test('one signature for each slot, named in however many journals', () => {
  const own = [
    bundle(nodeIdOf(1), 5, 1),
    bundle(nodeIdOf(1), 6, 2),
    bundle(nodeIdOf(2), 5, 3),
    reveal(nodeIdOf(1), 5, 4),
    vote(1, 1, 5),
    vote(2, 1, 6),
    vote(1, 2, 6),
    again(1, 3),
    again(1, 4),
  ];
  // The header of the re-proposals is that of a node that is not here.
  expect(judge(own, own, own)).toEqual({ signed: own.length, twice: [] });
  expect(judge([bundle(nodeIdOf(3), 5, 1), bundle(nodeIdOf(3), 5, 2)], [])).toEqual({ signed: 0, twice: [] });
});

test.each([
  ['bundle of window 5', bundle(nodeIdOf(1), 5, 1), bundle(nodeIdOf(1), 5, 2)],
  ['reveal of window 5', reveal(nodeIdOf(1), 5, 1), reveal(nodeIdOf(1), 5, 2)],
  ['vote of window 5, round 1, phase 2', vote(2, 1, 1), vote(2, 1, 2)],
  [`proposal of window ${fresh.header.window}, round 3`, again(1, 3), again(2, 3)],
])('a second signature is told: %s', (slot, first, second) => {
  const twice = { signed: 1, twice: [`node-0: ${slot}: signed more than once`] };
  expect(judge([first], [second], [])).toEqual(twice);
  expect(judge([first], [second])).toEqual(twice);
});

test('a second header is told', () => {
  const { proposerNodeId: nodeId, window, fallbackDepth } = fresh.header;
  const changed = { ...fresh, header: { ...fresh.header, bytes: Uint8Array.from(fresh.header.bytes) } };
  changed.header.bytes[40] = 255 - (changed.header.bytes[40] as number);
  const { twice } = signedOnce([{ nodeId, name: 'leader', processes: [named([fresh]), named([changed])] }]);
  expect(twice).toEqual([`leader: header of window ${window}, depth ${fallbackDepth}: signed more than once`]);
});

test('a second operation after the same one is told, of the accounts that are named', () => {
  const key = testKey(3);
  const pay = (amount: bigint) =>
    makeOperation({ type: 'Transfer', sender: anId(1), prevHash: anId(2), link: anId(3), amount }, key);
  const nodes = [{ nodeId: nodeIdOf(1), name: 'node-0', processes: [named([pay(1n), pay(1n)]), named([pay(2n)])] }];
  expect(signedOnce(nodes)).toEqual({ signed: 0, twice: [] });
  const twice = [`account ${anId(1)}: operation after ${anId(2)}: signed more than once`];
  expect(signedOnce(nodes, [anId(1)])).toEqual({ signed: 1, twice });
});

test('what a crash kept from being durable was not said: unless somebody heard it, it does not count', () => {
  const [lost, kept] = [vote(1, 1, 1), vote(1, 1, 2)];
  const seed = new Uint8Array(32);
  const persist = { type: 'persist', final: undefined, open: undefined } as const;
  const start = (durable: number) => ({ type: 'start', durable, staged: 0, seed }) as const;
  const judgeWith = (durable: number, heard: readonly ProtocolObject[]) => {
    const first = journalOf([lost], { input: start(0), effects: [persist] });
    const second = journalOf([kept], { input: start(durable), effects: [persist] });
    return signedOnce([
      { nodeId: nodeIdOf(1), name: 'node-0', processes: [first, [], second] },
      { nodeId: nodeIdOf(2), name: 'node-1', processes: [named(heard)] },
    ]).twice.length;
  };
  expect([judgeWith(0, []), judgeWith(0, [kept]), judgeWith(1, []), judgeWith(0, [lost])]).toEqual([0, 0, 1, 1]);
});
