import type { MemoryBase } from '#core/state/memory-base.ts';
import { RECORD_SIZES } from '#core/state/records.ts';
import { State } from '#core/state/view.ts';
import { ACCOUNTS, builtBase, CountingBase, changesOf, type Entry, PER_WINDOW } from './accounts.ts';
import { type Case, interleave, one, type Series, timed } from './harness.ts';
import { type Memory, memory } from './memory.ts';
import type { Section } from './section.ts';

const memorySeries = (before: Memory, after: Memory): readonly Series[] => {
  const records = 'bytes of the records';
  return [
    one(records, 'MB', (ACCOUNTS * RECORD_SIZES.account) / 1e6),
    one('live memory before', 'MB', before.live),
    one('live memory after', 'MB', after.live),
    one('live memory of the table', 'MB', after.live - before.live, records),
    one('resident before', 'MB', before.resident),
    one('resident after', 'MB', after.resident),
    one('resident for the table', 'MB', after.resident - before.resident, records),
  ];
};

/** What one window of changes reads of the base, counted there, and what it writes and hashes. */
const touched = (base: MemoryBase): readonly Series[] => {
  const counting = new CountingBase(base);
  const { cost } = new State(counting).apply({ account: changesOf(0) });
  const counts = {
    'records read': counting.touched.records,
    'records written': cost.records,
    'ranges read': counting.touched.ranges,
    'tree nodes read': counting.touched.nodes,
    'tree nodes written': cost.nodesWritten,
    'records hashed': cost.leafHashes,
    'tree nodes hashed': cost.nodeHashes,
  };
  return Object.entries(counts).map(([name, count]) => one(`window of changes, ${name}`, 'count', count));
};

/** The same changes as one window, and as a thousand of them. */
const changing = (base: MemoryBase): readonly Case[] => {
  const state = new State(base);
  const byOne = (entries: readonly Entry[]): State =>
    entries.reduce((before, entry) => before.with(before.apply({ account: [entry] }).delta), state);
  let round = 0;
  let changes = changesOf(round);
  let together = state;
  const unit = 'ms';
  const peer = 'window of changes, applied one by one';
  return [
    {
      ...{ name: 'window of changes', unit, peer },
      run: () => {
        changes = changesOf(++round);
        const [after, time] = timed(() => state.with(state.apply({ account: changes }).delta));
        together = after;
        return time;
      },
    },
    {
      ...{ name: peer, unit },
      run: () => {
        const [after, time] = timed(() => byOne(changes));
        if (after.stateRoot() !== together.stateRoot()) throw new Error('one by one makes another state');
        return time;
      },
    },
  ];
};

/** A table of many accounts in memory: what it takes, and what a window of changes costs. */
export const state: Section = {
  title: `State (${ACCOUNTS} accounts in memory, ${PER_WINDOW} a window)`,
  measure: ({ quick, tell }) => {
    builtBase(2 * PER_WINDOW, () => {});
    const before = memory();
    const building: number[] = [];
    const base = builtBase(ACCOUNTS, (added, time) => {
      building.push(time);
      if ((5 * added) % ACCOUNTS === 0) tell(`${added} of ${ACCOUNTS} accounts`);
    });
    const after = memory();
    return [
      ...memorySeries(before, after),
      ...touched(base),
      { name: 'window of new accounts', unit: 'ms', values: building },
      ...interleave(changing(base), quick ? 4 : 25, 1),
    ];
  },
};
