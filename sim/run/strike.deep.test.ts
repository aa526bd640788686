import { describe, expect, test } from 'vitest';
import { EFFECTS, HAPPENINGS, type Strike } from '#sim/world/types.ts';
import { Run } from './run.ts';
import { PROPERTIES, type Scenario } from './scenario.ts';
import { small } from './small.suite.ts';

/** Six nodes of unequal speed: the slow ones leave stretches they have begun. */
const struck = (strike: Strike): Scenario =>
  small({
    nodes: 6,
    windows: 7,
    hosts: [{ count: 6, spread: 50 }],
    workload: { anchors: 2 },
    faults: [
      { type: 'crash', window: 1, after: 10, hosts: ['n001'], strike },
      { type: 'restart', window: 3, after: 10 },
    ],
    expect: PROPERTIES.map((property) => ({ property, is: property === 'presence' ? 'measured' : 'holds' })),
  });

describe.each(EFFECTS)('a crash at an effect of kind %s', (kind) => {
  test.each(['before', 'after'] as const)('%s it: nobody equivocates, no promise is broken', (side) => {
    const strike = side === 'before' ? { before: kind } : { after: kind };
    const crashed: number[] = [];
    const run = new Run(struck(strike), {
      happenings: (_at, what, who) => {
        if (what === HAPPENINGS.crash) crashed.push(who);
      },
    });
    const { properties } = run.finish();
    expect(crashed).toEqual([1]);
    for (const { name, observed, expected } of properties) {
      if (expected === 'holds') expect([name, observed]).toEqual([name, 'holds']);
    }
  });
});
