import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { concat } from '#core/bytes/bytes.ts';
import { Reader } from '#core/bytes/layout.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { type Block, JournalWriter, KIND_HOST } from '#core/journal/container.ts';
import { ENTRY, type Entry } from '#core/journal/layouts.ts';
import { nodeJournals } from '#node/cli/replay-node.ts';
import { nodeFolder } from '#node/config/folder.ts';
import { readIdentity } from '#node/config/identity.ts';
import { compareShells } from './compare.ts';
import { type Crosscheck, compareJournals, crosscheck } from './crosscheck.ts';
import { closedIn, wholeBlocks } from './journals.ts';
import { type Closed, runScript } from './simulated.ts';

const NODES = 2;
const WINDOWS = 8;

const dir = mkdtempSync(join(tmpdir(), 'montana-crosscheck-test-'));
afterAll(() => rmSync(dir, { recursive: true }));

const folders = Array.from({ length: NODES }, (_, index) => nodeFolder(join(dir, `node-${index}`)));
let verdict: Crosscheck;
let journals: readonly (readonly string[])[];

beforeAll(async () => {
  verdict = await crosscheck({ nodes: NODES, windows: WINDOWS, dir, tell: () => {} });
  journals = folders.map(({ path }) => nodeJournals(path));
}, 300_000);

const identities = () => folders.map(({ identity }) => readIdentity(identity));
const compare = (): Crosscheck => compareJournals({ nodes: identities() }, journals);

/** The only journal of a node, changed while something is tried. */
const changed = <T>(index: number, change: (bytes: Uint8Array) => Uint8Array, call: () => T): T => {
  const [file] = journals[index] as [string];
  const before = readFileSync(file);
  writeFileSync(file, change(new Uint8Array(before)));
  try {
    return call();
  } finally {
    writeFileSync(file, before);
  }
};

/** A journal without some of its entries, sound in itself. */
const without = (blocks: Iterable<Block>, isLeftOut: (entry: Entry) => boolean): Uint8Array => {
  const pieces: Uint8Array[] = [];
  const writer = new JournalWriter(KIND_HOST, (bytes) => pieces.push(bytes));
  for (const { payload } of blocks) {
    const reader = new Reader(payload);
    while (reader.offset < payload.length) {
      const from = reader.offset;
      if (!isLeftOut(ENTRY.read(reader))) writer.write(payload.subarray(from, reader.offset));
    }
  }
  writer.end();
  return concat(...pieces);
};

test('both shells agree, and every journal replays', () => {
  expect(verdict.equal, verdict.lines.join('\n')).toBe(true);
  expect(verdict.lines.filter((line) => line.endsWith('  equal'))).toHaveLength(WINDOWS);
  expect(compare()).toMatchObject({ equal: true });
});

test('a simulator of other rules is told, window for window', () => {
  const founders = identities().map(({ nodeId, seeds }) => ({
    ...{ nodeId, node: mlDsa65.key(seeds.node), account: mlDsa65.key(seeds.account) },
  }));
  const constants = { ...DEVNET, emissionMoneta: DEVNET.emissionMoneta + 1n };
  const simulated: Closed[] = [];
  runScript({ constants, founders }, WINDOWS, [], (host, closed) => {
    if (host === 0) simulated.push(closed);
  });
  const live = journals.map((files, index) => closedIn(`node-${index}`, files));
  const { equal, lines } = compareShells(simulated, live, WINDOWS);
  expect(equal).toBe(false);
  expect(lines.at(-1)).toMatch(/node-0 has [0-9a-f]{16}$/);
});

test('a byte that was changed is told', () => {
  const flip = (bytes: Uint8Array) => {
    const at = bytes.length >> 1;
    bytes[at] = (bytes[at] as number) ^ 1;
    return bytes;
  };
  const { equal, lines } = changed(1, flip, compare);
  expect(equal).toBe(false);
  expect(lines.at(-1)).toMatch(/^node-1 .* its bytes do not match its chain hash/);
});

test('a message that was taken out is told by the replay', () => {
  let messages = 0;
  const isTenth = (entry: Entry): boolean =>
    entry.type === 'record' && entry.input.type === 'message' && entry.effects.length > 0 && ++messages === 10;
  const [file] = journals[1] as [string];
  const { equal, lines } = changed(1, () => without(wholeBlocks(file), isTenth), compare);
  expect(equal).toBe(false);
  expect(lines.join('\n')).toMatch(/^node-1 {2}000001\.journal: .* differs: /m);
});

test('a journal that is missing is told by the closure', () => {
  const { equal, lines } = compareJournals({ nodes: identities() }, [journals[0] as readonly string[], []]);
  expect(equal).toBe(false);
  expect(lines.join('\n')).toContain('its sender did not send it');
});
