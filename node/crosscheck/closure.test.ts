import { expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import { KIND_HOST } from '#core/journal/container.ts';
import { anId, anyObjects } from '#core/wire/fuzz.suite.ts';
import { Run } from '#sim/run/run.ts';
import { scenarioSchema } from '#sim/run/scenario.ts';
import { hostNames } from '#sim/run/settings.ts';
import { blocksIn } from '#sim/trace/blocks.ts';
import { closureOf, type NodeJournals } from './closure.ts';
import { journalOf } from './journal.suite.ts';

const NODES = 4;

const recorded = (faults: readonly object[]): readonly NodeJournals[] => {
  const scenario = scenarioSchema.parse({
    title: 'Closure',
    claim: 'Every message received was sent.',
    nodes: NODES,
    windows: 5,
    hosts: [{ count: NODES }],
    workload: { anchors: 2 },
    faults,
  });
  const bytes = new Map(hostNames(NODES).map((name) => [name, [] as Uint8Array[]]));
  const journals = new Map([...bytes].map(([name, pieces]) => [name, (piece: Uint8Array) => void pieces.push(piece)]));
  const run = new Run(scenario, { journals });
  run.finish();
  run.endJournals();
  const nodeOf = new Map([...run.genesis.network.founders].map((nodeId) => [run.hostOf(nodeId), nodeId]));
  return [...bytes].map(([name, pieces], host) => ({
    name,
    nodeId: nodeOf.get(host) ?? '',
    processes: [{ [Symbol.iterator]: () => blocksIn(pieces, KIND_HOST) }],
  }));
};

const CRASH = [
  { type: 'crash', window: 1, after: 20, hosts: ['n002'] },
  { type: 'restart', window: 3, after: 5, hosts: ['n002'] },
];

test('what every node received was sent by another, also over a crash', () => {
  const { received, missing } = closureOf(recorded(CRASH));
  expect(missing).toEqual([]);
  expect(received).toBeGreaterThan(1_000);
});

test('what a node received from one whose journal says nothing of it is told', () => {
  const [first, ...others] = recorded([]) as [NodeJournals, ...NodeJournals[]];
  const silent = { ...first, processes: [] };
  const { missing } = closureOf([silent, ...others]);
  expect(missing.length).toBeGreaterThan(0);
  expect(missing[0]).toContain('its sender did not send it');
  expect(closureOf(others).missing).toEqual([]);
});

test('re-proposals, and they alone, may be missing in an answer as it was received', () => {
  const objects = anyObjects();
  const isAgain = (object: ProtocolObject): boolean => object.kind === 'proposal' && object.reproposal !== undefined;
  const numbers = objects.map((_, number) => number);
  const answer = (received: readonly number[]) =>
    ({ type: 'object-response', requestId: 7, stopped: false, objects: received }) as const;
  const closureFor = (received: readonly number[]) => {
    const up = (far: Id) => ({ input: { type: 'peer-up', peer: 1, outgoing: true, far } }) as const;
    const say = { type: 'send', peer: 1, message: answer(numbers) } as const;
    const hear = { type: 'message', peer: 1, message: answer(received) } as const;
    return closureOf([
      { nodeId: anId(1), name: 'a', processes: [journalOf(objects, { ...up(anId(2)), effects: [say] })] },
      { nodeId: anId(2), name: 'b', processes: [journalOf(objects, up(anId(1)), { input: hear })] },
    ]);
  };
  expect(objects.some(isAgain)).toBe(true);
  const without = numbers.filter((number) => !isAgain(objects[number] as ProtocolObject));
  expect(closureFor(numbers)).toEqual({ received: 1, missing: [] });
  expect(closureFor(without)).toEqual({ received: 1, missing: [] });
  expect(closureFor(without.slice(1)).missing).toHaveLength(1);
});
