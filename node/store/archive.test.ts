import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { makeHeader } from '#core/consensus/header.ts';
import { type Operation, PRECOMMIT } from '#core/consensus/objects.ts';
import { makeVote } from '#core/consensus/vote.ts';
import { Disk } from '#core/journal/disk.ts';
import { cheapKey } from '#core/operations/accounts.suite.ts';
import { makeOperation } from '#core/operations/codec.ts';
import { foundation } from '#core/participant/party.suite.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { Archive, type Retention, retentionOf } from './archive.ts';
import { Environment } from './environment.ts';
import { testFolder } from './folder.suite.ts';

const { folder, done } = testFolder();

const { built, genesis } = foundation({ count: 1 });
const { params } = built.network;
const key = cheapKey(1);

/** A final window without operations, proposed at this depth. */
const finalOf = (window: number, fallbackDepth = 1): FinalRecord => {
  const header = makeHeader(
    {
      prevProposalHash: ZERO_ID,
      window,
      protocolVersion: 1,
      controlRoot: ZERO_ID,
      ...genesis.state.roots(),
      timechainValue: ZERO_ID,
      includedBundlesRoot: ZERO_ID,
      includedRevealsRoot: ZERO_ID,
      winnerEndpoint: ZERO_ID,
      winnerId: ZERO_ID,
      proposerNodeId: ZERO_ID,
      target: 1n,
      fallbackDepth,
    },
    key,
  );
  const lists = { bundles: [], reveals: [] };
  return {
    settled: { ...genesis, window },
    delta: genesis.state.apply({}).delta,
    proposal: { kind: 'proposal', id: header.id, header, ...lists, validRound: 0, reproposal: undefined },
    entry: { header, ...lists, operations: [], registrations: [] },
    operations: [],
    registrations: [],
    certificate: [makeVote({ phase: PRECOMMIT, round: 1, window, proposalHash: header.id, nodeId: ZERO_ID }, key)],
  };
};

const anchor = (n: number): Operation =>
  makeOperation(
    { type: 'Anchor', sender: ZERO_ID, prevHash: ZERO_ID, appId: ZERO_ID, dataHash: `${n}`.padEnd(64, '0') },
    key,
  ) as Operation;

/** A window that lists operations; those of `idle` changed nothing. */
const listing = (final: FinalRecord, applied: readonly Operation[], idle: readonly Operation[]): FinalRecord => ({
  ...final,
  entry: { ...final.entry, operations: applied.map(({ id }) => id) },
  operations: [...applied, ...idle],
});

const finals = Array.from({ length: 120 }, (_, window) => finalOf(window));

/** Windows of which it has entries, bodies and certificates. */
const kept = (archive: Archive) => {
  const of = (has: (final: FinalRecord, window: number) => boolean) => {
    const windows = finals.flatMap((final, window) => (has(final, window) ? [window] : []));
    return windows.length === 0 ? [] : [windows[0], windows.at(-1), windows.length];
  };
  return {
    entries: of((_, window) => archive.entry(window) !== undefined),
    bodies: of(({ proposal }) => archive.object(proposal.id) !== undefined),
    certificates: of((_, window) => archive.certificate(window).length > 0),
    from: archive.bodiesFrom,
  };
};

const opened = (path: string) => {
  const environment = new Environment(join(path, 'archive.lmdb'));
  done(() => environment.close());
  return (retention: Retention) => {
    const archive = new Archive(environment, params, retention);
    const write = (from: number, to: number): void =>
      environment.transaction(() => finals.slice(from, to + 1).forEach((final) => archive.write(final)));
    const writeAll = (records: readonly FinalRecord[]): void =>
      environment.transaction(() => records.forEach((final) => archive.write(final)));
    return { archive, write, writeAll };
  };
};

it('keeps entries for longer than bodies, and what it is told where that is more', () => {
  expect(retentionOf(params)).toEqual({ entries: 4 * 8 + 2 * 6 + 64, bodies: 16 });
  expect(retentionOf(params, 50)).toEqual({ entries: 108, bodies: 50 });
  expect(retentionOf(params, 200)).toEqual({ entries: 200, bodies: 200 });
  const { archive, write } = opened(folder())({ entries: 10, bodies: 4 });
  expect(kept(archive)).toEqual({ entries: [], bodies: [], certificates: [], from: undefined });
  write(0, 3);
  expect(kept(archive)).toEqual({ entries: [0, 3, 4], bodies: [0, 3, 4], certificates: [0, 3, 4], from: 0 });
  write(4, 30);
  expect(kept(archive)).toEqual({ entries: [21, 30, 10], bodies: [27, 30, 4], certificates: [21, 30, 10], from: 27 });
});

it('gives up what is too old a few windows at a time, where fewer are to be kept than before', () => {
  const open = opened(folder());
  open({ entries: Number.POSITIVE_INFINITY, bodies: Number.POSITIVE_INFINITY }).write(0, 60);
  const { archive, write } = open({ entries: 10, bodies: 4 });
  expect(kept(archive)).toMatchObject({ entries: [0, 60, 61], bodies: [0, 60, 61], from: 0 });
  write(61, 61);
  expect(kept(archive)).toMatchObject({ entries: [8, 61, 54], bodies: [8, 61, 54], from: 8 });
  write(62, 70);
  expect(kept(archive)).toMatchObject({ entries: [61, 70, 10], bodies: [67, 70, 4], from: 67 });
});

it('begins anywhere', () => {
  const { archive, write } = opened(folder())({ entries: 10, bodies: 4 });
  write(90, 91);
  expect(kept(archive)).toEqual({ entries: [90, 91, 2], bodies: [90, 91, 2], certificates: [90, 91, 2], from: 90 });
});

it('forgets with a window what it listed in vain too, but not what another one listed', () => {
  const { archive, writeAll } = opened(folder())({ entries: 10, bodies: 4 });
  const [settled, idle, again] = [1, 2, 3].map(anchor) as [Operation, Operation, Operation];
  const [first, second] = [listing(finals[0]!, [settled], [idle, again]), listing(finals[1]!, [], [settled, again])];
  writeAll([first, second, ...finals.slice(2, 4)]);
  const windows = () => [settled, idle, again].map(({ id }) => archive.windowOf(id));
  expect(windows()).toEqual([0, 0, 1]);
  expect(archive.object(idle.id)).toEqual(idle);
  writeAll(finals.slice(4, 5));
  expect(windows()).toEqual([undefined, undefined, 1]);
  writeAll(finals.slice(5, 6));
  expect([settled, idle, again].map(({ id }) => archive.object(id))).toEqual([undefined, undefined, undefined]);
});

it('a disk in memory forgets the same', () => {
  const disk = new Disk(genesis);
  const [settled, idle, again] = [1, 2, 3].map(anchor) as [Operation, Operation, Operation];
  const write = (final: FinalRecord) => disk.write({ final });
  write(listing(finals[0]!, [settled], [idle, again]));
  write(listing(finals[1]!, [], [settled, again]));
  finals.slice(2, 16).forEach(write);
  const windows = () => [settled, idle, again].map(({ id }) => disk.windowOf(id));
  expect(windows()).toEqual([0, 0, 1]);
  write(finals[16]!);
  expect(windows()).toEqual([undefined, undefined, 1]);
  write(finals[17]!);
  expect([settled, idle, again].map(({ id }) => disk.object(id))).toEqual([undefined, undefined, undefined]);
});

it('keeps the certificates that a disk in memory keeps, however many windows are final', () => {
  const { archive, writeAll } = opened(folder())(retentionOf(params));
  const disk = new Disk(genesis);
  const windows = Array.from({ length: 200 }, (_, window) => window);
  const { entries } = retentionOf(params);
  for (const last of [63, 64, entries - 1, entries, 130, 199]) {
    const next = windows.slice(disk.opened().settled.window + 1, last + 1);
    const records = next.map((window) => finalOf(window, window % 7 === 1 ? 2 : 1));
    writeAll(records);
    for (const final of records) disk.write({ final });
    const of = (keeps: Pick<Archive, 'certificate'>) =>
      windows.filter((window) => keeps.certificate(window).length > 0);
    expect(of(disk)).toEqual(of(archive));
  }
  // Of those that have an entry: every sixth, eighth and 64th, anchors, and the windows after them. 92, 99, 106 were fallbacks.
  const old = windows.slice(0, 117).filter((window) => disk.certificate(window).length > 0);
  expect(old).toEqual([94, 95, 96, 98, 99, 102, 104, 108, 109, 110, 111, 112, 114, 116]);
});
