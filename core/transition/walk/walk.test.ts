import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccountRecord, encodeAccountRecord, encodeNodeRecord, type NodeRecord } from '../../state/records.ts';
import type { Changes } from '../../state/view.ts';
import { step, steps, testSettled } from '../network.suite.ts';
import type { Settled } from '../settled.ts';
import { breaksAfter, Walks } from './commands.suite.ts';
import { growthFault } from './growth.suite.ts';
import { settings } from './settings.suite.ts';
import { walks } from './walks.suite.ts';

const SEED = 20261121;

/** The deep test goes further. */
it('core and model walk together, and every state is sound', () => {
  expect(walks(settings, { seed: SEED, runs: 5, length: 60 }).windows).toBeGreaterThan(100);
});

describe('a walk that breaks something', () => {
  it('is cut down to the commands that do', () => {
    const property = fc.property(new Walks(300), (walk) => {
      const crash = walk.findIndex((command) => command.do === 'crash');
      const rekey = walk.findIndex((command, at) => crash >= 0 && at > crash && command.do === 'rekey');
      const pass = walk.findIndex((command, at) => rekey >= 0 && at > rekey && command.do === 'pass');
      if (pass < 0) return;
      breaksAfter(walk, pass + 1);
      throw new Error('broken');
    });
    const { failed, counterexample, numShrinks } = fc.check(property, { seed: SEED });
    expect(failed).toBe(true);
    expect(counterexample?.[0].map((command) => command.do)).toEqual(['crash', 'rekey', 'pass']);
    expect(counterexample?.[0][2]).toEqual({ do: 'pass', windows: 1 });
    expect(numShrinks).toBeLessThan(60);
  });
});

describe('what a window may do to the tables', () => {
  const before = steps(testSettled(), 2);
  const { input, outcome, settled } = step(before);
  const node = [...settled.state.nodes()][0] as NodeRecord;
  const account = settled.state.account(node.operatorAccountId) as AccountRecord;
  const altered = (changes: Changes): Settled => ({
    ...settled,
    state: settled.state.with(settled.state.apply(changes).delta),
  });
  const withNode = (part: Partial<NodeRecord>): Settled =>
    altered({ node: [[part.nodeId ?? node.nodeId, encodeNodeRecord({ ...node, ...part })]] });
  const withAccount = (part: Partial<AccountRecord>): Settled =>
    altered({ account: [[account.accountId, encodeAccountRecord({ ...account, ...part })]] });
  const fault = (after: Settled) => growthFault(before, input, outcome, after);

  it('is what it does', () => {
    expect(fault(settled)).toBeUndefined();
  });

  it.each<readonly [string, Settled]>([
    ['nodes entered that were not admitted', withNode({ nodeId: '77'.repeat(32) })],
    ['a chain_length grew by something else', withNode({ chainLength: node.chainLength + 1n })],
    ['a node was seen in another window', withNode({ lastConfirmationWindow: 1n })],
    ['a node changed', withNode({ startWindow: 1n })],
    ['a snapshot moved between boundaries', withNode({ chainLengthSnapshot: 2n })],
    ['a node left between boundaries', altered({ node: [[node.nodeId, null]] })],
    ['an account left that was not idle', altered({ account: [[account.accountId, null]] })],
    ['several operations', withAccount({ opHeight: 2, accountChainLength: 2 })],
    ['several operations', withAccount({ opHeight: 1 })],
    ['a frontier moved by itself', withAccount({ frontierHash: '88'.repeat(32) })],
    ['an account was active by itself', withAccount({ lastOpWindow: 2 })],
    ['an account was born twice', withAccount({ creationWindow: 2 })],
  ])('else: %s', (reason, after) => {
    expect(fault(after)).toBe(reason);
  });

  it('else: somebody was paid who is not the winner’s operator', () => {
    const payee = [...settled.state.accounts()].find(({ accountId }) => accountId !== outcome.payee)?.accountId;
    expect(growthFault(before, input, { ...outcome, payee }, settled)).toMatch(/ was paid, not the operator of /);
  });
});
