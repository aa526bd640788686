import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Id } from '#core/bytes/bytes.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import { Disk } from '#core/journal/disk.ts';
import type { FinalRecord, OpenRecord } from '#core/participant/types.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { type Delta, TABLES, type Table } from '#core/state/state.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import type { SideState } from '#core/transition/settled.ts';
import type { Store } from '#node/store/store.ts';

/* Stores for tests: in memory, and a file of records, all of which are read into memory when it is opened. */

/** A final record without what only lives in memory. */
interface FlatFinal extends Omit<FinalRecord, 'settled' | 'delta'> {
  readonly window: number;
  readonly side: SideState;
  readonly tables: readonly (readonly [
    Table,
    readonly (readonly [Id, Uint8Array | null])[],
    readonly (readonly [string, Uint8Array | null])[],
  ])[];
}

interface Flat {
  readonly final: FlatFinal | undefined;
  readonly open: OpenRecord | undefined;
}

const flatOf = ({ settled, delta, ...rest }: FinalRecord): FlatFinal => ({
  ...rest,
  window: settled.window,
  side: settled.side,
  tables: TABLES.map((table) => [table, [...delta[table].records], [...delta[table].nodes]] as const),
});

const deltaOf = ({ tables }: FlatFinal): Delta =>
  Object.fromEntries(
    tables.map(([table, records, nodes]) => [table, { records: new Map(records), nodes: new Map(nodes) }]),
  ) as unknown as Delta;

/** A store that is lost with its process. */
export const storeOn = (disk: Disk, changes: Partial<Store> = {}): Store => ({
  opened: () => disk.opened(),
  write: (final, open) => disk.write({ final, open }),
  entry: (window) => disk.entry(window),
  object: (id) => disk.object(id),
  windowOf: (operation) => disk.windowOf(operation),
  certificate: (window) => disk.certificate(window),
  staging: () => disk.staging(),
  adopt: (adopted) => disk.write({ adopted }),
  clearFormer() {},
  get written() {
    return disk.written;
  },
  close() {},
  ...changes,
});

export const openStore = (folder: string, genesis: Genesis): Store => {
  const file = join(folder, 'records');
  closeSync(openSync(file, 'a'));
  const disk = new Disk(genesisSettled(genesis, new MemoryBase()));
  const bytes = readFileSync(file);
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32LE(at);
    const { final, open } = deserialize(bytes.subarray(at + 4, at + 4 + size)) as Flat;
    at += 4 + size;
    if (final === undefined) disk.write({ final, open });
    else {
      const { window, side, tables, ...rest } = final;
      const { settled } = disk.opened();
      const delta = deltaOf(final);
      disk.write({
        final: { ...rest, delta, settled: { ...settled, window, side, state: settled.state.with(delta) } },
        open,
      });
    }
  }
  return storeOn(disk, {
    write(final, open) {
      const record = serialize({ final: final && flatOf(final), open } satisfies Flat);
      const head = Buffer.alloc(4);
      head.writeUInt32LE(record.length);
      appendFileSync(file, Buffer.concat([head, record]));
      disk.write({ final, open });
    },
  });
};
