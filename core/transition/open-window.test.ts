import { describe, expect, it } from 'vitest';
import { ZERO_ID } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { initialTimechainValue } from '../genesis/derived.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { genesisSettled } from './genesis-settled.ts';
import { step, steps, testGenesis, testSettled } from './network.suite.ts';
import { openWindow } from './open-window.ts';

describe('genesisSettled', () => {
  it('stands before window 0 on the genesis roots', () => {
    const genesis = testGenesis();
    const settled = genesisSettled(genesis, new MemoryBase());
    expect(settled.window).toBe(-1);
    expect(settled.state.stateRoot()).toBe(genesis.roots.stateRoot);
    expect(settled.side.proposalHash).toBe(genesis.network.genesisHash);
  });

  it('refuses a base that holds something else', () => {
    const base = new MemoryBase();
    genesisSettled(testGenesis({ founders: 5 }), base);
    expect(() => genesisSettled(testGenesis(), base)).toThrow(FatalInvariant);
  });
});

describe('openWindow', () => {
  it('opens window 0 with T_0 known, zeros as parent and the Genesis State Hash as nil', () => {
    const settled = testSettled();
    const { network } = settled;
    const open = openWindow(settled);
    expect(open.window).toBe(0);
    expect(open.timechainValue).toBe(initialTimechainValue(network.rules, network.genesisHash));
    expect(open.parent).toBe(ZERO_ID);
    expect(open.nilHash).toBe(network.genesisHash);
    expect(open.aggregate).toBe(ZERO_ID);
    expect(open.lotteryBefore).toBeUndefined();
    expect([open.d, open.dNext]).toEqual([5, 5]);
  });

  it('is computed once for a settled state', () => {
    const settled = testSettled();
    expect(openWindow(settled)).toBe(openWindow(settled));
  });

  it('leads windows 0 and 1 by the founders, later ones by the lottery of two windows before', () => {
    let settled = testSettled();
    expect(openWindow(settled).cascade).toEqual(settled.network.founders);
    const zero = step(settled);
    expect(openWindow(zero.settled).cascade).toEqual(settled.network.founders);
    const one = step(zero.settled);
    settled = one.settled;
    expect(openWindow(settled).cascade).toEqual(settled.side.order.order);
    expect(settled.side.order.window).toBe(0);
    expect(openWindow(settled).cascade[0]).toBe(one.outcome.winnerId);
  });

  it('continues the final proposal: parent, nil, T and the version before', () => {
    const { header, settled } = step(testSettled());
    const open = openWindow(settled);
    expect([open.parent, open.nilHash]).toEqual([header.id, header.id]);
    expect(open.previousT).toBe(header.timechainValue);
    expect(open.timechainValue).toBeUndefined();
    expect(open.protocolVersion).toBe(header.protocolVersion);
  });

  it('draws the lottery before as those saw it who were in that window', () => {
    let settled = steps(testSettled(), 5);
    const before = openWindow(settled);
    const last = step(settled);
    settled = last.settled;
    const lottery = before.lottery(last.input.timechainValue);
    const again = openWindow(settled).lotteryBefore;
    expect(again?.tickets()).toEqual(lottery.tickets());
    expect(again?.tickets()).toHaveLength(4);
    expect([again?.window, again?.target, again?.aggregate]).toEqual([5, lottery.target, lottery.aggregate]);
    for (const nodeId of settled.network.founders) expect(again?.signerOf(nodeId)).toEqual(lottery.signerOf(nodeId));
    expect(lottery.signerOf(ZERO_ID)).toBeUndefined();
    expect(lottery.ticketOf(ZERO_ID)).toBeUndefined();
  });

  it('puts leaders that did not reveal behind those that did, by their tickets', () => {
    const one = step(testSettled());
    const [first, second, ...others] = step(one.settled).settled.side.order.order;
    const settled = step(one.settled, { revealers: [second as string] }).settled;
    expect(openWindow(settled).cascade).toEqual([second, first, ...others]);
  });

  it('draws each lottery for the T it is asked about', () => {
    const open = openWindow(step(testSettled()).settled);
    const some = open.lottery('11'.repeat(32));
    expect(open.lottery('11'.repeat(32))).toBe(some);
    const nodeId = open.cascade[0] as string;
    expect(open.lottery('22'.repeat(32)).ticketOf(nodeId)?.endpoint).not.toBe(some.ticketOf(nodeId)?.endpoint);
  });
});
