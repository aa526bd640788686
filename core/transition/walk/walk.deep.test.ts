import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { MONTANA, PUBLISHED, type Rules } from '../../genesis/rules.ts';
import { REJECT_REASONS } from '../../operations/validate.ts';
import { type Setting, settings } from './settings.suite.ts';
import { type Walked, walks } from './walks.suite.ts';

const SEED = 20261121;
const EPOCHS = 200;

/** Epochs of eight windows; candidates wait, entry chains grow, targets matter. */
const network = (rules: Rules): Setting => ({
  ...{ rules, founders: 5, tau2: 8, d0: 100, targetBits: 62 },
  ...{ selectionInterval: 6, admissionDivisor: 3, candidateExpiry: 14 },
  ...{ vdfEntry: 8, threshold: 60, multiplier: 30 },
});

/** Everything a window can do, and every reason of 03 §6.1, 03 §8.1 and 05 §3 that a decoded object can be refused for. */
const TURNS = [
  ...['Transfer', 'TransferModeB', 'ChangeKey', 'Anchor', 'Equivocation'],
  ...REJECT_REASONS,
  ...['ok', 'UnsupportedSuite', 'BadOperatorBinding', 'NodeIdInNodeTable', 'NodeIdInCandidatePool'].map(
    (e) => `entry ${e}`,
  ),
  ...['OperatorInCandidatePool', 'OperatorAlreadyNode', 'OperatorKeyMismatch', 'WStartTooLate'].map(
    (e) => `entry ${e}`,
  ),
  ...['WStartTooOld', 'InvalidOperatorPoP', 'InvalidSignature', 'InsufficientVdf', 'BadVdfProof'].map(
    (e) => `entry ${e}`,
  ),
  ...[
    'admitted',
    'admitted anew',
    'several admitted',
    'dropped',
    'expired',
    'bonus',
    'operator created',
    'operator found',
  ],
  ...['account pruned', 'account anew', 'node pruned', 'inactive', 'returned', 'crash'],
  ...['deputy', 'began again', 'nobody revealed', 'slower', 'faster', 'same pace'],
];

describe('a long walk', () => {
  const seen = new Set<string>();
  const noted = (walked: Walked): Walked => {
    for (const name of walked.seen.keys()) seen.add(name);
    return walked;
  };

  it.each<readonly [string, Rules]>([
    ['published', PUBLISHED],
    ['montana', MONTANA],
    ['mixed', { ...MONTANA, birthFrontier: 'zero', admission: 'protocol' }],
    ['otherwise mixed', { ...PUBLISHED, birthFrontier: 'salted', creationCooldown: 'from-birth', admission: 'mesh' }],
  ])(`of ${EPOCHS} epochs under %s rules`, (_, rules) => {
    const { longest } = noted(walks(fc.constant(network(rules)), { seed: SEED, runs: 1, length: 3_150 }));
    expect(longest).toBeGreaterThanOrEqual(8 * EPOCHS);
  });

  it('through many small networks', () => {
    expect(noted(walks(settings, { seed: SEED, runs: 50, length: 150 })).windows).toBeGreaterThan(3_000);
  });

  afterAll(() => {
    expect(TURNS.filter((turn) => !seen.has(turn))).toEqual([]);
  });
});
