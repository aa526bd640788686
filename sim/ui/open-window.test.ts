import { expect, test } from 'vitest';
import { PRECOMMIT, PREVOTE, type Vote } from '#core/consensus/objects.ts';
import { rosterOf } from '#core/consensus/roster.ts';
import { Run } from '#sim/run/run.ts';
import { small } from '#sim/run/small.suite.ts';
import { BUNDLE, OpenWindow, PREVOTED, WAITING } from './open-window.ts';

const { genesis, scene, hostOf } = new Run(small(), {});
const tau2 = BigInt(genesis.network.params.tau2Windows);
const ids = rosterOf(genesis.state.nodes(), 0, tau2).members.map(({ nodeId }) => nodeId);
const P = 'a'.repeat(64);
const NIL = genesis.side.proposalHash;

/** The window after genesis, in which host 0 is an adversary. */
const opened = () => {
  const open = new OpenWindow(genesis, { scene: { ...scene, isHonest: (host) => host !== 0 }, hostOf });
  const idOf = (host: number) => ids.find((id) => hostOf(id) === host);
  const vote = (host: number, changes: Partial<Vote> = {}): void => {
    const cast = { kind: 'vote', window: 0, round: 1, phase: PREVOTE, proposalHash: P, nodeId: idOf(host), ...changes };
    open.saw(host, cast as Vote);
  };
  return { open, vote };
};

const members = Array.from({ length: scene.names.length }, (_, host) => host).filter((host) =>
  ids.some((id) => hostOf(id) === host),
);

test('votes of the window and the round count, of each phase for the value with most weight, and nil apart', () => {
  const { open, vote } = opened();
  const [first, second, third] = members as [number, number, number];
  vote(first);
  vote(second);
  vote(second);
  vote(third, { proposalHash: NIL });
  vote(third, { window: 1 });
  const [bundles, prevotes, precommits] = open.weights();
  expect(bundles?.signed).toBe(0);
  expect(prevotes?.signed).toBeCloseTo(2 / members.length);
  expect(prevotes?.nil).toBeCloseTo(1 / members.length);
  expect(precommits?.signed).toBe(0);
  expect([...open.stage].filter((stage) => stage === PREVOTED)).toHaveLength(3);
});

test('a later round begins with an honest vote: votes before it no longer count, an adversary moves nothing', () => {
  const { open, vote } = opened();
  const honest = members.filter((host) => host !== 0) as [number, number];
  vote(honest[0]);
  vote(0, { round: 9 });
  expect(open.round).toBe(1);
  expect(open.weights()[1]?.signed).toBeGreaterThan(0);
  vote(honest[1], { round: 2, phase: PRECOMMIT });
  expect(open.round).toBe(2);
  expect(open.weights()[1]?.signed).toBe(0);
  expect(open.stage[honest[0]]).toBe(BUNDLE);
  vote(honest[0]);
  expect(open.weights()[1]?.signed).toBe(0);
  expect(open.stage[0]).toBe(WAITING);
});
