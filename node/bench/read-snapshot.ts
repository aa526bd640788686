import { ZERO_ID } from '#core/bytes/bytes.ts';
import { MAINNET } from '#core/genesis/profiles.ts';
import { Assembly } from '#core/snapshot/assembly.ts';
import type { Roots } from '#core/state/roots.ts';
import { retentionOf } from '#node/store/archive.ts';
import { SnapshotFile } from '#node/store/snapshot-file.ts';
import { LmdbStaging } from '#node/store/staging.ts';
import { StoreFile } from '#node/store/store-file.ts';
import { timed } from './harness.ts';
import { anonymous } from './memory.ts';
import { Watch } from './watch.ts';

/** What the process that reads a snapshot answers. */
export interface Assembled {
  /** Milliseconds: chunks read, judged, written and hashed into the trees. */
  readonly reading: number;
  /** Milliseconds: the last batch, and the roots compared. */
  readonly verifying: number;
  /** Most memory of its own at any time, in MB; the pages of the database file are the system's. */
  readonly peak: number;
}

// A process of its own, so that its peak is that of a node which reads a snapshot, and of nothing else.
const [path, staging, chunks, expected] = process.argv.slice(2) as [string, string, string, string];
const roots = JSON.parse(expected) as Roots;
const none = new Uint8Array();
const params = { ...MAINNET, bootstrapAccountPubkey: none, bootstrapNodePubkey: none };
const base = new LmdbStaging(() => new StoreFile(staging, { genesisHash: ZERO_ID, params }, retentionOf(params)));
base.begin({ window: 0, proposalHash: ZERO_ID });
const assembly = new Assembly(base);
const total = Number(chunks);
let peak = anonymous();
const watch = new Watch(total, (done) =>
  process.stderr.write(`           snapshot: ${done} of ${total} chunks read\n`),
);
const file = SnapshotFile.open(path);
for (let index = 0; index < total; index++) {
  const chunk = file?.chunk(index);
  if (chunk === undefined) throw new Error(`snapshot: there is no chunk ${index}`);
  const offered = assembly.offer(chunk, 1);
  if (!offered.ok) throw new Error(`snapshot: chunk ${offered.index}: ${offered.error}`);
  if (chunk.chunkIndex % 16 === 0) peak = Math.max(peak, anonymous());
  watch.at(chunk.chunkIndex + 1);
}
file?.close();
const reading = watch.time();
const [verified, verifying] = timed(() => assembly.verify(roots));
if (!verified.ok) throw new Error(`snapshot: ${verified.error}`);
const assembled: Assembled = { reading, verifying, peak: Math.max(peak, anonymous()) };
base.close();
process.stdout.write(JSON.stringify(assembled));
