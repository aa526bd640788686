import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { equalBytes } from '#core/bytes/bytes.ts';
import { foundation } from '#core/participant/party.suite.ts';
import { planSnapshot, snapshotChunks } from '#core/snapshot/chunks.ts';
import { recordOf, type Sizes } from '#core/snapshot/tables.suite.ts';
import type { Table } from '#core/state/state.ts';
import type { State } from '#core/state/view.ts';
import type { Settled } from '#core/transition/settled.ts';
import { testFolder } from './folder.suite.ts';
import { SnapshotFile, SnapshotWriter } from './snapshot-file.ts';

const { folder } = testFolder();

const { genesis } = foundation({ count: 1 });

/** Records without a tree. */
const stateOf = (sizes: Sizes): State => {
  const records = (table: Table) =>
    Array.from({ length: sizes[table] }, (_, n) => {
      const key = n.toString(16).padStart(64, '0');
      return [key, recordOf(table, key, n & 0xff)] as const;
    });
  return { range: (table: Table) => records(table) } as unknown as State;
};

const written = async (settled: Settled): Promise<{ readonly path: string; readonly pieces: number }> => {
  const path = join(folder(), 'one');
  const writer = new SnapshotWriter(path, settled);
  let pieces = 1;
  while (writer.writeSome()) pieces++;
  expect(() => SnapshotFile.open(path)).toThrow('ENOENT');
  await writer.finish();
  return { path, pieces };
};

it.each([
  ['of many accounts', { account: 224, node: 33, candidate: 32 }, 2, 7 + 2 + 1],
  ['of full chunks', { account: 224, node: 32, candidate: 0 }, 2, 8],
  ['of one record', { account: 0, node: 0, candidate: 1 }, 1, 1],
])('a snapshot %s comes back chunk by chunk', async (_, sizes, pieces, chunks) => {
  const settled = { ...genesis, window: 7, state: stateOf(sizes) };
  const file = await written(settled);
  expect(file.pieces).toBe(pieces);
  const read = SnapshotFile.open(file.path) as SnapshotFile;
  expect(read).toMatchObject({ window: 7, proposalHash: genesis.side.proposalHash, totalChunks: chunks });
  expect(read.genesisHash).toBe(genesis.network.genesisHash);
  const due = Array.from(snapshotChunks(settled.state, planSnapshot(settled.state)));
  // Backwards: nothing depends on what was read before.
  for (const { records, ...head } of due.toReversed()) {
    const { records: found, ...rest } = read.chunk(head.chunkIndex) ?? { records: new Uint8Array(0) };
    expect(rest).toEqual(head);
    expect(equalBytes(found, records)).toBe(true);
  }
  expect(read.chunk(chunks)).toBeUndefined();
  read.close();
  expect(read.chunk(0)).toBeUndefined();
});

it('takes no file that is torn, longer, of another format or empty', async () => {
  const { path } = await written({ ...genesis, state: stateOf({ account: 3, node: 1, candidate: 0 }) });
  const whole = readFileSync(path);
  const other = Uint8Array.from(whole);
  other[0] = 2;
  for (const bytes of [
    whole.subarray(0, -1),
    Buffer.concat([whole, Buffer.alloc(1)]),
    other,
    whole.subarray(0, 40),
    '',
  ]) {
    writeFileSync(path, bytes);
    expect(SnapshotFile.open(path)).toBeUndefined();
  }
  writeFileSync(path, whole);
  expect(SnapshotFile.open(path)?.totalChunks).toBe(2);
});

it('leaves nothing where it is given up', async () => {
  const path = join(folder(), 'one');
  const writer = new SnapshotWriter(path, { ...genesis, state: stateOf({ account: 3, node: 1, candidate: 0 }) });
  writer.writeSome();
  writer.abandon();
  expect(() => SnapshotFile.open(path)).toThrow('ENOENT');
  expect(() => SnapshotFile.open(`${path}.tmp`)).toThrow('ENOENT');
});
