import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashId } from '#core/crypto/hash.ts';
import { foundation } from '#core/participant/party.suite.ts';
import { stateOf } from '#core/snapshot/tables.suite.ts';
import type { Settled } from '#core/transition/settled.ts';
import { decodeMessage } from '#core/wire/codec.ts';
import type { ArchiveEntry, Message } from '#core/wire/messages.ts';
import { testFolder } from '#node/store/folder.suite.ts';
import type { FromProtocol } from './messages.ts';
import type { Slices } from './slices.ts';
import { SnapshotService } from './snapshot-service.ts';
import { Snapshots } from './snapshots.ts';

const { folder, done } = testFolder();

const { genesis } = foundation({ count: 1 });

const hashOf = (window: number) => hashId('mt-app', new Uint8Array(8).fill(window));

/** Anchors are windows 2, 10, 14, 20: selection every 6 windows, τ₂ 8. */
const settledOf = (window: number, accounts = 40): Settled => ({
  ...genesis,
  window,
  state: stateOf({ account: accounts, node: 1, candidate: 0 }),
  side: { ...genesis.side, proposalHash: hashOf(window) },
});

const entryOf = (window: number): ArchiveEntry | undefined =>
  window < 0 ? undefined : ({ header: { id: hashOf(window), fallbackDepth: 1 } } as ArchiveEntry);

class Bench {
  readonly path: string;
  readonly faults: string[] = [];
  readonly snapshots: Snapshots;
  /** At hand, one piece after another. */
  readonly #works: (() => boolean)[] = [];

  constructor(path: string, head: number) {
    this.path = path;
    const slices = { add: (work: () => boolean) => void this.#works.push(work) } as unknown as Slices;
    const failed = (error: unknown): void => void this.faults.push(String(error));
    this.snapshots = new Snapshots({ folder: path, store: { entry: entryOf }, slices, failed }, settledOf(head));
    done(() => this.snapshots.stop());
  }

  piece(): void {
    const [work] = this.#works;
    if (work?.() === false) this.#works.shift();
  }

  /** All that is at hand. */
  run(): void {
    while (this.#works.length > 0) this.piece();
  }

  /** All that is at hand, until `count` anchors stand in the folder as whole. */
  async finish(window: number): Promise<void> {
    this.run();
    while (this.snapshots.anchor(window) === undefined) await new Promise(setImmediate);
  }

  get files(): readonly string[] {
    return readdirSync(this.path).sort();
  }
}

it('writes a snapshot at each anchor and keeps the last two, through a restart', async () => {
  const first = new Bench(folder(), 1);
  for (let window = 2; window <= 14; window++) {
    first.snapshots.final(settledOf(window));
    if ([2, 10, 14].includes(window)) await first.finish(window);
  }
  expect(first.files).toEqual(['snapshot-10.chunks', 'snapshot-14.chunks']);
  first.snapshots.stop();
  expect(first.snapshots.anchor(14)).toBeUndefined();
  const second = new Bench(first.path, 15);
  expect([2, 10, 14].map((window) => second.snapshots.anchor(window)?.totalChunks)).toEqual([undefined, 3, 3]);
  second.snapshots.final(settledOf(20));
  await second.finish(20);
  expect(second.files).toEqual(['snapshot-14.chunks', 'snapshot-20.chunks']);
  expect(second.faults).toEqual([]);
});

it('goes on where somebody else took its files away', async () => {
  const bench = new Bench(folder(), 1);
  const file = (window: number): string => join(bench.path, `snapshot-${window}.chunks`);
  for (const window of [2, 10]) {
    bench.snapshots.final(settledOf(window));
    await bench.finish(window);
  }
  for (const window of [2, 10]) rmSync(file(window));
  bench.snapshots.final(settledOf(14));
  await bench.finish(14);
  expect(bench.files).toEqual(['snapshot-14.chunks']);
  expect(bench.snapshots.anchor(10)?.chunk(0)).toBeDefined();
  expect(bench.faults).toEqual([]);
  bench.snapshots.final(settledOf(20));
  rmSync(`${file(20)}.tmp`);
  bench.snapshots.abandon();
  // What cannot be opened under its name is a fault that is told, and nothing more.
  mkdirSync(file(20));
  bench.snapshots.final(settledOf(20));
  bench.run();
  while (bench.faults.length === 0) await new Promise(setImmediate);
  expect(bench.faults).toHaveLength(1);
});

it('removes what is torn or of another chain, and nothing that is not its own', async () => {
  const first = new Bench(folder(), 2);
  await first.finish(2);
  first.snapshots.final({ ...settledOf(10), side: { ...genesis.side, proposalHash: hashOf(99) } });
  await first.finish(10);
  first.snapshots.stop();
  for (const name of ['snapshot-14.chunks', 'snapshot-14.chunks.tmp', 'snapshot-x.chunks']) {
    writeFileSync(join(first.path, name), 'torn');
  }
  expect(new Bench(first.path, 11).files).toEqual(['snapshot-2.chunks', 'snapshot-x.chunks']);
});

it('begins with the last window where that is an anchor whose file is missing, and gives up what it is told to', () => {
  const bench = new Bench(folder(), 10);
  expect(bench.files).toEqual(['snapshot-10.chunks.tmp']);
  bench.snapshots.abandon();
  expect(bench.files).toEqual([]);
  bench.piece();
  bench.snapshots.final(settledOf(11));
  expect(bench.files).toEqual([]);
});

it('serves a mebibyte at a time, as long as there is room', async () => {
  const bench = new Bench(folder(), 1);
  bench.snapshots.final(settledOf(2, 600));
  await bench.finish(2);
  const said: (Message | string)[] = [];
  const post = (message: FromProtocol): void => {
    if (message.type !== 'letters') said.push(message.type);
    else
      for (const { links, envelope } of message.letters) {
        expect(links).toEqual([5]);
        const decoded = decodeMessage(envelope, () => undefined);
        said.push(decoded.ok ? decoded.value : decoded.error);
      }
  };
  const service = new SnapshotService(bench.snapshots, 1_000, post);
  const request = { type: 'snapshot-request', requestId: 9, anchorWindow: 2, resumeOffset: 1 } as const;
  const kinds = (): readonly (string | number)[] =>
    said
      .splice(0)
      .map((message) =>
        typeof message === 'string' ? message : message.type === 'snapshot-chunk' ? message.chunkIndex : message.type,
      );
  service.request(5, request, 0);
  expect(kinds()).toEqual([...Array.from({ length: 16 }, (_, i) => i + 1), 'crowded']);
  service.room(5);
  expect(kinds()).toEqual([17, 18, 19]);
  service.room(5);
  service.request(5, request, 999);
  expect(kinds()).toEqual(['snapshot-error']);
  new SnapshotService(undefined, 1_000, post).request(5, request, 0);
  expect(kinds()).toEqual(['snapshot-error']);
});
