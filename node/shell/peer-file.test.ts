import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { addressOf } from './peer-address.ts';
import { type KeptPeers, readPeers, writePeers } from './peer-file.ts';

const root = mkdtempSync(join(tmpdir(), 'montana-peers-'));
afterAll(() => rmSync(root, { recursive: true }));

const GENESIS = 'ab'.repeat(32);

const contact = (n: number) => ({
  nodeId: String(n).repeat(64),
  address: addressOf(n % 2 === 0 ? `/ip4/10.0.0.${n}/tcp/${n}` : `/ip6/2001:db8::${n}/tcp/${n}`)!,
  startWindow: 1_000 * n,
});

const KEPT: KeptPeers = {
  secret: new Uint8Array(32).fill(9),
  anchors: [contact(1)],
  rows: [
    { ...contact(1), isVerified: true, lastSeen: 77, bucket: 63 },
    { ...contact(2), isVerified: false, lastSeen: 78, bucket: 255 },
  ],
};

test('is read as it was written, each time in the place of the one before', () => {
  const file = join(root, 'twice');
  expect(readPeers(file, GENESIS)).toBeUndefined();
  writePeers(file, GENESIS, { ...KEPT, rows: [] });
  writePeers(file, GENESIS, KEPT);
  expect(readPeers(file, GENESIS)).toEqual(KEPT);
});

test('of another network, changed by a bit, cut short or empty it is of no use', () => {
  const file = join(root, 'broken');
  writePeers(file, GENESIS, KEPT);
  expect(readPeers(file, ZERO_ID)).toBe('it is of another network');
  const bytes = readFileSync(file);
  const flipped = Uint8Array.from(bytes);
  flipped[40]! ^= 1;
  for (const broken of [flipped, bytes.subarray(0, -1), bytes.subarray(0, 5), new Uint8Array(0)]) {
    writeFileSync(file, broken);
    expect(readPeers(file, GENESIS)).toBe('its checksum is wrong');
  }
  expect(readPeers(root, GENESIS)).toMatch(/directory/);
});
