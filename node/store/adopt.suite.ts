import { writeSync } from 'node:fs';
import { type Id, littleEndian } from '#core/bytes/bytes.ts';
import { hashId } from '#core/crypto/hash.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import { foundation } from '#core/participant/party.suite.ts';
import type { Held } from '#core/snapshot/held-chunks.ts';
import { keyOf, recordOf } from '#core/snapshot/tables.suite.ts';
import { State } from '#core/state/view.ts';
import type { Settled } from '#core/transition/settled.ts';
import { genesisSide } from '#core/transition/side-state.ts';
import { type LmdbStore, openStore } from './lmdb-store.ts';

/* Snapshots that are put together in a store and adopted, one of each window: each has accounts of its own. */

/** Chunks of a snapshot. */
export const CHUNKS = 6;

const hashOf = (window: number): Id => hashId('mt-app', littleEndian(window, 8));

/** The accounts of the snapshot of a window, in the order of their keys. */
export const accountsOf = (window: number, accounts: number): readonly (readonly [Id, Uint8Array])[] =>
  Array.from({ length: accounts }, (_, n) => keyOf('account', window * accounts + n))
    .sort()
    .map((key) => [key, recordOf('account', key, window % 250)] as const);

/** A settled state whose tables are those of `state`. */
export const settledOf = ({ network }: Genesis, window: number, state: State): Settled => ({
  network,
  window,
  state,
  side: {
    ...genesisSide(network),
    proposalHash: hashOf(window),
    past: [{ window, timechainValue: hashOf(window), aggregate: hashOf(window), d: window }],
  },
});

/** The snapshot of a window, chunk after chunk from where it stands, and adopted; `said` hears a letter after each step. */
export const takeSnapshot = (
  store: LmdbStore,
  genesis: Genesis,
  window: number,
  { size = 60, most = CHUNKS, said = (_letter: string): void => {} } = {},
): void => {
  const staging = store.staging();
  const anchor = { window, proposalHash: hashOf(window) };
  if (staging.staged()?.anchor.window !== window) staging.begin(anchor);
  said('b');
  const accounts = accountsOf(window, size);
  const count = size / CHUNKS;
  let chunks: readonly Held[] = staging.staged()?.chunks ?? [];
  while (chunks.length < most) {
    const index = chunks.length;
    const part = accounts.slice(index * count, (index + 1) * count);
    const [first, last] = [part[0]?.[0] as Id, part.at(-1)?.[0] as Id];
    chunks = [...chunks, { index, table: 'account', count, first, last, from: 7 }];
    staging.write(new State(staging).apply({ account: part }).delta, { anchor, total: CHUNKS, chunks });
    said('w');
  }
  if (most < CHUNKS) return;
  store.adopt(settledOf(genesis, window, new State(staging)));
  said('a');
};

if (import.meta.main) {
  const { built } = foundation({ count: 1 });
  const store = openStore(process.argv[2] as string, built);
  const said = (letter: string): void => void writeSync(1, letter);
  said('o');
  for (let window = store.opened().settled.window + 1; ; window++) {
    takeSnapshot(store, built, window, { size: 600, said });
    // Of every other one what is left is removed where the next begins.
    if (window % 2 === 0) store.clearFormer();
    said('c');
  }
}
