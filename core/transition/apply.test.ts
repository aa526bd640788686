import { describe, expect, it } from 'vitest';
import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import type { Header } from '../consensus/objects.ts';
import { makeOperation } from '../operations/codec.ts';
import type { State } from '../state/view.ts';
import { applyWindow, compareOutcome } from './apply.ts';
import { accountKey, anySignature, inputFor, step, steps, testKey, testSettled } from './network.suite.ts';
import { openWindow } from './open-window.ts';
import type { Settled } from './settled.ts';

const supplyOf = (state: State): bigint => [...state.accounts()].reduce((sum, { balance }) => sum + balance, 0n);

const operatorOf = (state: State, nodeId: Id): Id => state.node(nodeId)?.operatorAccountId as Id;

/** An operation of founder `i` that changes nothing but its own frontier. */
const anchor = (settled: Settled, i: number) => {
  const key = accountKey(i);
  const own = [...settled.state.accounts()].find(({ currentPubkey }) => currentPubkey[0] === key.publicKey[0]);
  const { accountId: sender, frontierHash: prevHash } = own as NonNullable<typeof own>;
  return makeOperation({ type: 'Anchor', prevHash, sender, appId: ZERO_ID, dataHash: ZERO_ID }, key);
};

describe('applyWindow', () => {
  it('leaves its input as it was and gives the same again', () => {
    const settled = steps(testSettled(), 5);
    const before = JSON.stringify(
      [settled.side, [...settled.state.range('node')], [...settled.state.range('account')]],
      big,
    );
    const input = inputFor(settled, { operations: [anchor(settled, 0), anchor(settled, 2)] });
    const given = JSON.stringify(input, big);
    const first = applyWindow(settled, input, anySignature);
    const second = applyWindow(settled, input, anySignature);
    expect(JSON.stringify(second, big)).toBe(JSON.stringify(first, big));
    expect(second.settle(ZERO_ID, 1).side).toEqual(first.settle(ZERO_ID, 1).side);
    expect(JSON.stringify(input, big)).toBe(given);
    expect(
      JSON.stringify([settled.side, [...settled.state.range('node')], [...settled.state.range('account')]], big),
    ).toBe(before);
    expect(first.applied).toHaveLength(2);
    expect(first.settle(ZERO_ID, 1).state.stateRoot()).toBe(first.stateRoot);
  });

  it('pays nobody in window 0, then the operator of the winner of the window before', () => {
    const zero = step(testSettled());
    expect(zero.outcome.payee).toBeUndefined();
    expect([zero.outcome.winnerId, zero.outcome.winnerEndpoint]).toEqual([zero.settled.network.founders[0], ZERO_ID]);
    expect(supplyOf(zero.settled.state)).toBe(0n);
    const one = step(zero.settled);
    expect(one.outcome.payee).toBe(operatorOf(one.settled.state, one.outcome.winnerId));
    expect(one.settled.state.account(one.outcome.payee as Id)?.balance).toBe(13_000_000_000n);
    const tickets = [...(openWindow(zero.settled).lotteryBefore?.tickets() ?? [])];
    tickets.sort((a, b) => (a.ticket < b.ticket ? -1 : 1));
    expect(one.outcome.winnerId).toBe(tickets[0]?.nodeId);
    expect(one.outcome.winnerEndpoint).toBe(tickets[0]?.endpoint);
  });

  it('mints the emission once a window, whatever happens in it', () => {
    let settled = testSettled();
    for (let window = 0; window < 9; window++) {
      expect(supplyOf(settled.state)).toBe(13_000_000_000n * BigInt(Math.max(window - 1, 0)));
      settled = step(settled).settled;
    }
  });

  it('halts where balances and emission do not fit together', () => {
    const settled = steps(testSettled(), 4);
    const { network } = settled;
    const params = { ...network.params, emissionMoneta: network.params.emissionMoneta + 1n };
    const other = { ...settled, network: { ...network, params } };
    expect(() => step(other)).toThrow(FatalInvariant);
  });

  it('counts a signer once, and nobody who is not in the roster', () => {
    const settled = testSettled();
    const [first, second] = settled.network.founders as [Id, Id];
    const { outcome, settled: after } = step(step(settled).settled, { signers: [first, first, ZERO_ID] });
    expect(outcome.participation).toBe(250);
    expect(after.state.node(first)?.chainLength).toBe(3n);
    expect(after.state.node(first)?.lastConfirmationWindow).toBe(1n);
    expect(after.state.node(second)?.chainLength).toBe(2n);
    expect(after.state.node(second)?.lastConfirmationWindow).toBe(0n);
  });

  it('lets the best ticket of all active nodes win where nobody revealed', () => {
    const settled = steps(testSettled(), 2);
    const { outcome, settled: after } = step(settled, { revealers: [] });
    expect(outcome.winnerId).toBe(step(settled).outcome.winnerId);
    expect(after.side.order.order).toEqual([]);
    expect(after.side.revealCount).toBe(settled.side.revealCount);
  });

  it('takes leaders that failed out of the lottery of that window, but not the one that led in the end', () => {
    const settled = steps(testSettled(), 3);
    const failed = openWindow(settled).cascade.slice(0, 2);
    const late = step(settled, { fallbackDepth: 3 });
    expect(late.settled.side.penalised).toEqual(failed);
    const order = step(late.settled).settled.side.order.order;
    expect([...order].sort()).toEqual(settled.network.founders.filter((id) => !failed.includes(id)).sort());
    const wrapped = step(settled, { fallbackDepth: 5 });
    expect(wrapped.input.proposer).toBe(failed[0]);
    expect(wrapped.settled.side.penalised).toEqual(openWindow(settled).cascade.slice(1));
    expect(step(wrapped.settled).outcome.winnerId).toBe(failed[0]);
  });

  it('skips what does not settle, with a reason, and applies the rest', () => {
    const settled = steps(testSettled(), 2);
    const good = anchor(settled, 1);
    const stranger = makeOperation(
      { type: 'Anchor', prevHash: ZERO_ID, sender: ZERO_ID, appId: ZERO_ID, dataHash: ZERO_ID },
      testKey(99),
    );
    const { outcome } = step(settled, { operations: [stranger, good] });
    expect(outcome.applied).toEqual([good.id]);
    const faults = outcome.operations.map(({ operation, fault }) => [operation.id, fault]);
    expect(faults.sort()).toEqual(
      [
        [good.id, undefined],
        [stranger.id, 'AccountNotFound'],
      ].sort(),
    );
    expect(step(settled).outcome.accountRoot).not.toBe(outcome.accountRoot);
  });

  it('costs more with more to do, and no hash that its input does not justify', () => {
    const settled = steps(testSettled(), 2);
    const all = step(settled).outcome.cost;
    const one = step(settled, { signers: settled.network.founders.slice(0, 1) }).outcome.cost;
    expect(all.records).toBe(5);
    expect(one.records).toBe(2);
    expect(one.hashes).toBeLessThan(all.hashes);
  });
});

describe('compareOutcome', () => {
  const { outcome, header } = step(steps(testSettled(), 3));
  const other = '99'.repeat(32);

  it.each<[keyof Header, string]>([
    ['includedBundlesRoot', 'BundlesRootMismatch'],
    ['includedRevealsRoot', 'RevealsMismatch'],
    ['winnerId', 'WrongWinner'],
    ['winnerEndpoint', 'WrongWinner'],
    ['controlRoot', 'ControlSetMismatch'],
    ['candidateRoot', 'StateRootMismatch'],
    ['nodeRoot', 'StateRootMismatch'],
    ['accountRoot', 'StateRootMismatch'],
    ['stateRoot', 'StateRootMismatch'],
  ])('refuses another %s: %s', (field, reason) => {
    expect(compareOutcome(outcome, { ...header, [field]: other })).toBe(reason);
  });

  it('accepts the own header and names the first of several faults', () => {
    expect(compareOutcome(outcome, header)).toBeUndefined();
    expect(compareOutcome(outcome, { ...header, stateRoot: other, controlRoot: other, winnerId: other })).toBe(
      'WrongWinner',
    );
  });
});

/** Text of nested values with integers of any size; maps as their entries. */
const big = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}n` : value instanceof Map ? [...value] : value;
