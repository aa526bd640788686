import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { PeerStatus } from '#node/api/schemas.ts';
import { sampleStatus } from '#node/api/status.suite.ts';
import { makeNodeFolder } from '#node/config/folder.ts';
import { failed } from './finding.ts';
import { checkConfig, checkGenesis, checkIdentity, checkModes, fileSystemFinding } from './folder-checks.ts';
import { headFinding, paceFindings, peerFindings, reachFinding } from './running.ts';
import { sizeText, spaceFinding } from './space.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-doctor-'));
afterAll(() => rmSync(root, { recursive: true }));

const GB = 1e9;

/** A node that has seen `windows` windows of `seconds` seconds since its start. */
const running = (windows: number, seconds: number, change: Parameters<typeof sampleStatus>[0] = {}) => {
  const { counters, standing } = sampleStatus();
  return sampleStatus({
    uptimeSeconds: windows * seconds,
    counters: { ...counters, finalWindows: windows },
    windowSeconds: windows < 3 ? null : seconds,
    standing: { ...standing, finalWindow: windows - 1 },
    ...change,
  });
};

describe('disk', () => {
  const space = (free: number) => ({ free, store: 144 * 1e6, journal: 0 });
  const kept = { entries: 144, archiveBytes: 144 * 1e6 };

  test('days that are left follow from what a window takes and how many a day has', () => {
    // 1 440 windows a day, 1 MB each.
    const status = running(144, 60);
    const level = (days: number) => spaceFinding(space(days * 1.44 * GB), status, kept);
    expect(level(31)).toMatchObject({
      level: 'ok',
      what: expect.stringContaining('1.4 GB more a day: enough for 31 days'),
    });
    expect(level(29.5)).toMatchObject({ level: 'warn', what: expect.stringContaining('enough for 29 days') });
    expect(level(1.5)).toMatchObject({ level: 'fail', what: expect.stringContaining('enough for 1 days') });
  });

  test('a journal counts by the windows of its process', () => {
    const status = { ...running(144, 60), standing: { ...sampleStatus().standing, finalWindow: 14_399 } };
    const finding = spaceFinding({ free: 14.4 * GB, store: 144 * 1e6, journal: 144 * 1e6 }, status, {
      entries: 14_400,
      archiveBytes: 144 * 1e6,
    });
    expect(finding).toMatchObject({ level: 'warn', what: expect.stringContaining('enough for 9 days') });
    expect(finding.advice).toContain('journal: off');
  });

  test('after a snapshot a window takes what those that are kept take, and the state what all of them made it', () => {
    const status = { ...running(144, 60), standing: { ...sampleStatus().standing, finalWindow: 1_439_999 } };
    const look = (archiveBytes: number) =>
      spaceFinding({ free: 28.8 * GB, store: archiveBytes + 14.4 * GB, journal: 0 }, status, {
        entries: 9,
        archiveBytes,
      });
    // 1 MB of archive and 10 kB of state a window, 1 440 windows a day.
    expect(look(9e6)).toMatchObject({ level: 'warn', what: expect.stringContaining('enough for 19 days') });
    expect(look(0)).toMatchObject({ level: 'ok', what: expect.stringContaining('enough for 2000 days') });
  });

  test('without a running node, a store that is whole, or in its first windows, only what is free is judged', () => {
    for (const status of [undefined, running(2, 60)]) {
      expect(spaceFinding(space(GB), status, kept)).toMatchObject({
        level: 'ok',
        what: expect.stringContaining('growth is known when'),
      });
      for (const none of [undefined, { entries: 0, archiveBytes: 0 }]) {
        expect(spaceFinding(space(GB), running(144, 60), none).what).toContain('growth is known when');
      }
      expect(spaceFinding(space(2 ** 28), status, kept).level).toBe('ok');
      expect(spaceFinding(space(2 ** 28 - 1), status, kept).level).toBe('fail');
    }
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_500, '1.5 kB'],
    [234_567, '235 kB'],
    [2e15, '2000 TB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});

describe('folder', () => {
  test('a fault a line, each with what to do', () => {
    const folder = makeNodeFolder(join(root, 'faulty'));
    writeFileSync(folder.config, 'listn: []\nmaxInbound: -1\n');
    const { findings, value } = checkConfig(folder);
    expect(value).toBeUndefined();
    expect(findings).toEqual([
      {
        level: 'fail',
        about: 'config',
        what: `${folder.config}:1:1: listn: unknown key`,
        advice: 'did you mean listen?',
      },
      {
        level: 'fail',
        about: 'config',
        what: `${folder.config}:2:13: maxInbound: is -1`,
        advice: 'write a whole number from 0 to 1000',
      },
    ]);
    expect(checkGenesis(folder, undefined).findings).toMatchObject([{ level: 'fail', about: 'genesis' }]);
    expect(checkIdentity(folder)).toMatchObject([{ level: 'fail', about: 'identity' }]);
  });

  test('what others may read', () => {
    const folder = makeNodeFolder(join(root, 'open'));
    expect(checkModes(folder)).toMatchObject([{ level: 'ok' }]);
    chmodSync(folder.path, 0o750);
    writeFileSync(folder.identity, '', { mode: 0o640 });
    expect(checkModes(folder)).toMatchObject([
      { level: 'warn', advice: `run "chmod 700 ${folder.path}"` },
      { level: 'fail', advice: `run "chmod 600 ${folder.identity}"` },
    ]);
  });

  test.each([
    [0xef53, 'ok'],
    [0x6969, 'fail'],
    [0xff534d42, 'fail'],
    [0x01021994, 'warn'],
    [0x794c7630, 'warn'],
  ])('file system of type %i: %s', (kind, level) => {
    expect(fileSystemFinding(kind).level).toBe(level);
  });

  test('an error without advice is told whole', () => {
    expect(failed('store', 'broken')).toMatchObject({ level: 'fail', what: 'broken' });
    expect(failed('store', 'a; b; do it')).toMatchObject({ what: 'a; b', advice: 'do it' });
  });
});

describe('pace', () => {
  const levels = (status: ReturnType<typeof running>) => paceFindings(status).map(({ level }) => level);
  test('own hashing against how long windows last here: no clock of others', () => {
    expect(levels(running(10, 60, { hashRate: 100, difficulty: 6_600 }))).toEqual(['ok', 'ok']);
    expect(levels(running(10, 60, { hashRate: 100, difficulty: 6_601 }))).toEqual(['ok', 'warn']);
    expect(levels(running(10, 60, { hashRate: 0 }))).toEqual(['ok', 'warn']);
  });
  test('a node that hears no quorum for long', () => {
    expect(levels(running(2, 300))).toEqual(['ok', 'ok']);
    expect(levels(running(2, 301))).toEqual(['fail', 'ok']);
  });
  test('a node that has just caught up is neither slow nor short of disk', () => {
    const kept = { entries: 10_000, archiveBytes: GB };
    const caughtUp = running(10_000, 0.06, { hashRate: 100, difficulty: 5_000, windowSeconds: null });
    expect(levels(caughtUp)).toEqual(['ok', 'ok']);
    expect(spaceFinding({ free: 100 * GB, store: GB, journal: 0 }, caughtUp, kept).level).toBe('ok');
    const later = { ...caughtUp, windowSeconds: 60 };
    expect(levels(later)).toEqual(['ok', 'ok']);
    expect(spaceFinding({ free: 100 * GB, store: GB, journal: 0 }, later, kept).level).toBe('ok');
  });
  test('own head against that of others', () => {
    const said = { ready: true, finalWindow: 9, heard: 11, reason: null };
    expect(headFinding(said)).toEqual({ level: 'ok', about: 'head', what: 'window 9 is final here, 11 at others' });
    expect(headFinding({ ...said, ready: false, heard: 12, reason: '3 windows behind' }).level).toBe('warn');
    expect(headFinding({ ...said, heard: null, ready: false }).level).toBe('warn');
  });
});

describe('peers', () => {
  const peer = (address: string, isOutgoing = true): PeerStatus => ({
    ...(sampleStatus().peers[0] as PeerStatus),
    ...{ address, isOutgoing },
  });
  const wanted = { listen: ['/ip4/0.0.0.0/tcp/8444'], maxOutbound: 24, diversity: true };
  const look = (addresses: readonly string[], change = {}) =>
    peerFindings(sampleStatus({ peers: addresses.map((a) => peer(a)), known: 100 }), { ...wanted, ...change })[0];
  const spread = (count: number, first = 1) =>
    Array.from({ length: count }, (_, i) => `/ip4/9.${first + i}.0.1/tcp/8444`);

  test('are counted by network', () => {
    expect(
      look(['/ip4/9.8.7.6/tcp/1', '/ip4/9.8.1.1/tcp/1', '/ip6/2001:db8::1/tcp/1', '/dns4/a.example/tcp/1']),
    ).toMatchObject({
      level: 'ok',
      what: '4 (4 dialled), 100 known; by network: 9.8/16 (2), 2001:0db8:0000/48 (1), by name (1); ASN and country unknown',
    });
  });
  test('none, few, and more than half of many in one network', () => {
    expect(look([])?.level).toBe('fail');
    expect(look(spread(3))?.level).toBe('warn');
    expect(look(spread(3), { maxOutbound: 3 })?.level).toBe('ok');
    const [half, more] = [4, 5].map((count) => [...Array(count).fill('/ip4/1.1.1.1/tcp/1'), ...spread(8 - count, 10)]);
    expect(look(half as string[])?.level).toBe('ok');
    expect(look(more as string[])?.level).toBe('warn');
    expect(look(more as string[], { diversity: false })?.level).toBe('ok');
  });
  test('who comes in', () => {
    const reach = (
      isOutgoing: boolean,
      uptimeSeconds: number,
      address = '/ip4/9.9.9.9/tcp/1',
      listen = wanted.listen,
    ) =>
      reachFinding(
        sampleStatus({ peers: [peer('/ip4/9.8.7.6/tcp/1', isOutgoing)], uptimeSeconds, addresses: [address] }),
        { ...wanted, listen },
      );
    expect(reach(false, 3_600).level).toBe('ok');
    expect(reach(true, 599).level).toBe('ok');
    expect(reach(true, 600)).toMatchObject({ level: 'warn', advice: expect.not.stringContaining('announce') });
    expect(reach(true, 600, '/ip4/192.168.1.2/tcp/1').advice).toContain('announce');
    expect(reach(true, 3_600, '', []).level).toBe('ok');
  });
});
