import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { MemoryBase } from '#core/state/memory-base.ts';
import { State } from '#core/state/view.ts';
import { applyWindow } from '#core/transition/apply.ts';
import { Prework } from '#core/transition/prework.ts';
import { CountingBase, PER_WINDOW, recordOf } from './accounts.ts';
import { snapshotSeries } from './snapshot.ts';
import { anySignature, inputAfter, OPERATED, operationsOf, saidBy, worldOf } from './world.ts';

describe('the measured windows', () => {
  it('are one ordinary window and a boundary, all of whose operations apply, with and without prework alike', () => {
    const world = worldOf(PER_WINDOW, () => {});
    const prework = new Prework(world.settled);
    prework.finish();
    const ordinary = inputAfter(world.settled, operationsOf(world, world.settled, 0));
    const outcome = applyWindow(world.settled, ordinary, anySignature);
    expect([outcome.applied.length, outcome.epoch]).toEqual([PER_WINDOW, undefined]);
    const eve = outcome.settle(outcome.stateRoot, 1);
    prework.follow(eve, outcome.delta);
    const input = inputAfter(eve, operationsOf(world, eve, 1));
    const plain = applyWindow(eve, input, anySignature);
    const eased = applyWindow(eve, input, anySignature, undefined, prework);
    expect([plain.applied.length, plain.epoch?.pruned]).toEqual([PER_WINDOW, { accounts: [], nodes: [] }]);
    expect(saidBy(eve, input, eased)).toBe(saidBy(eve, input, plain));
    expect(saidBy(eve, input, outcome)).not.toBe(saidBy(eve, input, plain));
    expect(prework.boundary).toBe(plain.window);
  });

  it('find the share of accounts that they claim in need of a snapshot', () => {
    const { settled } = worldOf(50, () => {});
    const behind = [...settled.state.accounts()].filter(
      ({ accountChainLength, accountChainLengthSnapshot }) => accountChainLength !== accountChainLengthSnapshot,
    );
    expect(behind).toHaveLength(50 / OPERATED);
  });
});

describe('CountingBase', () => {
  it('counts reads, ranges by the record, and what goes into its versions', () => {
    const counting = new CountingBase(new MemoryBase());
    const entries = [recordOf(1, 1n), recordOf(2, 1n)];
    const after = new State(counting).with(new State(counting).apply({ account: entries }).delta);
    const { touched } = counting;
    expect([touched.records, touched.recordsWritten, touched.ranges]).toEqual([2, 2, 0]);
    expect([...after.range('account')]).toHaveLength(2);
    expect([touched.records, touched.ranges]).toEqual([4, 1]);
    expect(touched.nodesWritten).toBeGreaterThan(2);
  });
});

describe('snapshotSeries', () => {
  it('writes, reads and verifies a state, says how far it is, and leaves nothing behind', async () => {
    setFlagsFromString('--expose-gc');
    globalThis.gc = runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
    const files = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('montana-bench-'));
    const before = files();
    const { settled } = worldOf(100, () => {});
    const told: string[] = [];
    const rows = await snapshotSeries('few', settled, (line) => told.push(line));
    expect(rows.map(({ unit }) => unit)).toEqual(['MB', 'ms', 'MB', 'ms', 'ms', 'MB']);
    expect(rows.every(({ values }) => values.every((value) => Number.isFinite(value)))).toBe(true);
    // 104 accounts and 4 nodes.
    expect(told).toContain('snapshot: 1 of 1 pieces written');
    expect(files().filter((name) => !before.includes(name))).toEqual([]);
  });
});
