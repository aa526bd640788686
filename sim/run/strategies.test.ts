import { expect, test } from 'vitest';
import { MemoryBase } from '#core/state/memory-base.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import { EquivocatingLeader } from '#sim/adversary/equivocating-leader.ts';
import { EquivocatingVoter } from '#sim/adversary/equivocating-voters.ts';
import { Farm } from '#sim/adversary/farm.ts';
import { LyingServer } from '#sim/adversary/lying-server.ts';
import { PrecomputedChain } from '#sim/adversary/precomputed-chain.ts';
import { SignatureFlood } from '#sim/adversary/signature-flood.ts';
import { SplitRegistration } from '#sim/adversary/split-registration.ts';
import { WithheldBundles } from '#sim/adversary/withheld-bundles.ts';
import { realSuite } from '#sim/suite/hedged.ts';
import { makeFounders } from './founders.ts';
import type { Scenario, ScenarioInput } from './scenario.ts';
import { parseScenario, ScenarioError } from './settings.ts';
import { genesisOf } from './setup.ts';
import { strategiesOf } from './strategies.ts';

const NODES = 9;

const scenario = (adversary: ScenarioInput['adversary']): Scenario =>
  parseScenario(
    { title: 'Mixed', claim: 'None.', nodes: NODES, windows: 1, hosts: [{ count: NODES }], adversary },
    'mixed',
  );

const START = genesisSettled(genesisOf(scenario([]), makeFounders(NODES, realSuite)), new MemoryBase());

const flood = { type: 'signature-flood', target: 'n001', rate: 1, window: 1, seconds: 1 } as const;

test('every host that a line names has the strategy of its type, the others none', () => {
  const strategies = strategiesOf(
    scenario([
      { ...flood, host: 'n000' },
      { ...flood, host: 'n000', window: 2 },
      { type: 'equivocating-leader', hosts: ['n002'] },
      { type: 'equivocating-voters', hosts: ['n004', 'n005'] },
      { type: 'equivocating-voters', hosts: ['n005'] },
      { type: 'precomputed-chain', hosts: ['n008'], windows: 2 },
      { type: 'farm', host: 'n001', cores: 2, admitted: 'idle' },
      { type: 'split-registration', host: 'n006', second: { share: 50 } },
      { type: 'withheld-bundles', hosts: ['n003'] },
      { type: 'lying-server', hosts: ['n007'], to: ['n000'], lie: 'silent' },
    ]),
    makeFounders(NODES, realSuite),
    realSuite,
    START,
  );
  expect([...strategies].map(([name, strategy]) => [name, strategy.constructor])).toEqual([
    ['n000', SignatureFlood],
    ['n002', EquivocatingLeader],
    ['n004', EquivocatingVoter],
    ['n005', EquivocatingVoter],
    ['n008', PrecomputedChain],
    ['n001', Farm],
    ['n006', SplitRegistration],
    ['n003', WithheldBundles],
    ['n007', LyingServer],
  ]);
});

test('a host has one strategy', () => {
  const mixed = () =>
    scenario([
      { type: 'precomputed-chain', hosts: { share: 50 }, windows: 2 },
      { type: 'equivocating-voters', hosts: ['n002', 'n003'] },
    ]);
  expect(mixed).toThrow(ScenarioError);
  expect(mixed).toThrow('mixed: adversary.1: n003 is precomputed-chain already; give a host one type');
});

test('a host has one farm', () => {
  const farm = (host: string) => ({ type: 'farm', host, cores: 2, admitted: 'idle' }) as const;
  expect(() => scenario([farm('n001'), farm('n002')])).not.toThrow();
  expect(() => scenario([farm('n001'), farm('n001')])).toThrow('mixed: adversary.1: n001 has a farm already');
  expect(() => scenario([farm('n9')])).toThrow('mixed: adversary.0.host: no host "n9"');
});
