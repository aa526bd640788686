import { expect, it } from 'vitest';
import { equalBytes, type Id } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import type { SigningKey } from '#core/crypto/suite.ts';
import { type Keeps, Net } from '#core/host/net.suite.ts';
import { Disk } from '#core/journal/disk.ts';
import { makeOperation } from '#core/operations/codec.ts';
import { foundation } from '#core/participant/party.suite.ts';
import type { FinalRecord, Opened, OpenRecord } from '#core/participant/types.ts';
import type { AccountRecord } from '#core/state/records.ts';
import { TABLES } from '#core/state/state.ts';
import type { State } from '#core/state/view.ts';
import type { Settled } from '#core/transition/settled.ts';
import { testFolder } from './folder.suite.ts';
import { type LmdbStore, openStore } from './lmdb-store.ts';

const { folder, done } = testFolder();

/** What is compared of a state: all of it. */
const plain = ({ settled, open }: Opened) => ({
  window: settled.window,
  network: settled.network,
  side: settled.side,
  roots: settled.state.roots(),
  tables: TABLES.map((table) => Array.from(settled.state.range(table))),
  open,
});

/** A store beside the simulator's disk, whose states stand in memory: after every write both must answer the same. */
class Beside implements Keeps {
  readonly #disk: Disk;
  readonly #open: () => LmdbStore;
  readonly #ids = new Set<Id>();
  #state: State;
  store: LmdbStore;
  window = -1;
  locks = 0;
  operations = 0;

  constructor(genesis: Settled, open: () => LmdbStore) {
    this.#disk = new Disk(genesis);
    this.#open = open;
    this.#state = genesis.state;
    this.store = open();
    this.compare();
  }

  opened(): Opened {
    return this.store.opened();
  }

  write(final: FinalRecord | undefined, open: OpenRecord | undefined): void {
    this.store.write(final, open);
    if (open?.locked !== undefined) this.locks++;
    if (final !== undefined) {
      const { settled, delta, proposal, operations, registrations, certificate } = final;
      this.window = settled.window;
      this.#state = this.#state.with(delta);
      for (const { id } of [proposal, ...operations, ...registrations]) this.#ids.add(id);
      this.operations += operations.length;
      expect(this.store.certificate(settled.window)).toEqual(certificate);
    }
    this.#disk.write({ final: final && { ...final, settled: { ...final.settled, state: this.#state } }, open });
    this.compare();
    if (final !== undefined) this.#compareArchive();
  }

  reopen(): void {
    this.store.close();
    this.store = this.#open();
    this.compare();
    this.#compareArchive();
  }

  compare(): void {
    const [disk, store] = [this.#disk, this.store].map((keeps) => [keeps.written, plain(keeps.opened())]);
    expect(store).toEqual(disk);
  }

  #compareArchive(): void {
    const windows = Array.from({ length: this.window + 3 }, (_, i) => i - 1);
    const [disk, store] = [this.#disk, this.store].map((keeps) => ({
      entries: windows.map((window) => keeps.entry(window)),
      objects: Array.from(this.#ids, (id) => keeps.object(id)),
    }));
    expect(store).toEqual(disk);
  }
}

const { built, genesis, keys } = foundation({ count: 4 });

/** The first operation of a founder's account. */
const anchor = (): Operation => {
  const { account } = keys[0] as { readonly account: SigningKey };
  const { accountId, frontierHash } = Array.from(genesis.state.accounts()).find(({ currentPubkey }) =>
    equalBytes(currentPubkey, account.publicKey),
  ) as AccountRecord;
  const fields = { type: 'Anchor', appId: '0a'.repeat(32), dataHash: '0b'.repeat(32) } as const;
  return makeOperation({ ...fields, prevHash: frontierHash, sender: accountId }, account);
};

/** The disk of the simulator alone. */
const onDisk = (): Keeps => {
  const disk = new Disk(genesis);
  return { opened: () => disk.opened(), write: (final, open) => void disk.write({ final, open }) };
};

it('is equal to the disk of the simulator after every write, through restarts of a whole network', () => {
  const path = folder();
  const beside = new Beside(genesis, () => openStore(path, built));
  done(() => beside.store.close());
  // Four seats, the last of which never says a word.
  const keeps = [beside, onDisk(), onDisk()];
  const operation = anchor();
  for (const window of [2, 4, 20]) {
    const net = new Net(4, 1, { keeps: (index) => keeps[index] });
    net.start();
    if (window === 4) net.seats[0]?.host?.submit(operation);
    expect(
      net.until(
        () => net.seats.every(({ participant }) => participant === undefined || participant.settled.window >= window),
        60 * 60,
      ),
    ).toBe(true);
    if (window === 4) expect(beside.store.object(operation.id)).toEqual(operation);
    beside.reopen();
  }
  const { locks, operations, store, window } = beside;
  expect(locks).toBeGreaterThan(18);
  expect(operations).toBe(1);
  // Bodies of two epochs of eight windows are kept, and entries of longer.
  const entries = [0, window - 16, window - 15].map((old) => store.entry(old)?.header);
  expect(entries.map((header) => header?.window)).toEqual([0, window - 16, window - 15]);
  expect(entries.map((header) => store.object(header?.id as Id)?.kind)).toEqual([undefined, undefined, 'proposal']);
  expect(store.object(operation.id)).toBeUndefined();
});

it('keeps certificates of the last 64 windows, of selection events, of boundaries, of snapshots and of every 64th window', () => {
  const { built } = foundation({ count: 1 });
  const path = folder();
  const windows = Array.from({ length: 76 }, (_, window) => window);
  const go = (store: LmdbStore, last: number): void => {
    const net = new Net(1, 0, { keeps: () => store });
    net.start();
    expect(net.until(() => net.seats[0]?.finals.at(-1)?.settled.window === last, 60 * 60 * 3)).toBe(true);
  };
  const archive = openStore(path, built, { archiveWindows: Number.POSITIVE_INFINITY });
  go(archive, 75);
  done(() => archive.close());
  // Of the older ones every sixth, every eighth and every 64th; snapshots are of 2 and of 10, which their next windows certify.
  const recent = windows.filter((window) => window >= 12 && window <= 75);
  expect(windows.filter((window) => archive.certificate(window).length > 0)).toEqual([
    0,
    2,
    3,
    6,
    8,
    10,
    11,
    ...recent,
  ]);
  expect(windows.filter((window) => archive.entry(window) !== undefined)).toEqual(windows);
});
