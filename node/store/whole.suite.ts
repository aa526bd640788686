import { expect } from 'vitest';
import type { Genesis } from '#core/genesis/genesis.ts';
import { TABLES } from '#core/state/state.ts';
import { rootOf } from '#core/state/tree.ts';
import { accountsOf, settledOf } from './adopt.suite.ts';
import type { LmdbStore } from './lmdb-store.ts';

/** Whether the store holds the snapshot of its window and nothing else, down to the tree. */
export const mustBeWhole = (store: LmdbStore, genesis: Genesis, size = 60): number => {
  const { window, side, state } = store.opened().settled;
  if (window < 0) expect(state.roots()).toEqual(genesis.roots);
  else {
    expect(side).toEqual(settledOf(genesis, window, state).side);
    expect(Array.from(state.range('account'))).toEqual(accountsOf(window, size));
  }
  for (const table of TABLES) expect(rootOf(state.range(table))).toBe(state.root(table));
  return window;
};
