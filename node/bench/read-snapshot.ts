import { closeSync, openSync } from 'node:fs';
import { Assembly } from '#core/snapshot/assembly.ts';
import type { Roots } from '#core/state/roots.ts';
import { timed } from './harness.ts';
import { anonymous } from './memory.ts';
import { chunksIn } from './snapshot-file.ts';
import { Staging } from './staging.ts';
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
const base = new Staging(staging);
const assembly = new Assembly(base);
const total = Number(chunks);
let peak = anonymous();
const watch = new Watch(total, (done) =>
  process.stderr.write(`           snapshot: ${done} of ${total} chunks read\n`),
);
const file = openSync(path, 'r');
for (const chunk of chunksIn(file)) {
  const offered = assembly.offer(chunk, 1);
  if (!offered.ok) throw new Error(`snapshot: chunk ${offered.index}: ${offered.error}`);
  if (chunk.chunkIndex % 16 === 0) peak = Math.max(peak, anonymous());
  watch.at(chunk.chunkIndex + 1);
}
closeSync(file);
const reading = watch.time();
const [verified, verifying] = timed(() => assembly.verify(roots));
if (!verified.ok) throw new Error(`snapshot: ${verified.error}`);
const assembled: Assembled = { reading, verifying, peak: Math.max(peak, anonymous()) };
await base.close();
process.stdout.write(JSON.stringify(assembled));
