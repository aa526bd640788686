import { PROPERTIES, type Scenario, type ScenarioInput } from './scenario.ts';
import { parseScenario } from './settings.ts';

/** A run of a second or so: eight nodes, eight windows, users, a crash whose end needs catch-up, everything expected to hold. */
export const small = (changes: Partial<ScenarioInput> = {}): Scenario =>
  parseScenario(
    {
      title: 'Small',
      claim: 'Nothing goes wrong.',
      nodes: 8,
      windows: 8,
      hosts: [{ count: 8, spread: 20 }],
      network: { loss: 1_000, jitter: 20_000, links: 4 },
      workload: { transfers: 3, anchors: 3, creations: 1 },
      faults: [
        { type: 'crash', window: 1, after: 20, hosts: ['n006'] },
        { type: 'restart', window: 4, after: 10, hosts: ['n006'] },
      ],
      expect: PROPERTIES.map((property) => ({ property, is: property === 'presence' ? 'measured' : 'holds' })),
      ...changes,
    },
    'small',
  );
