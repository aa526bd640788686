import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { MONTANA, PUBLISHED } from '#core/genesis/rules.ts';
import { genesisText, readGenesisFile, writeGenesisFile } from './genesis-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-genesis-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'genesis.yaml');

const founders = [1, 2, 3].map((n) => ({
  accountPubkey: new Uint8Array(1952).fill(n),
  nodePubkey: new Uint8Array(1952).fill(n + 100),
}));
const genesis = buildGenesis({ params: DEVNET, rules: MONTANA, founders });
const text = genesisText(genesis);

const read = (changed: string) => {
  writeFileSync(file, changed);
  return () => readGenesisFile(file);
};

describe('a genesis file', () => {
  test.each([
    ['montana', MONTANA],
    ['published', PUBLISHED],
    ['finality: first-valid', { ...MONTANA, finality: 'first-valid' } as const],
  ])('is read as it was written, and says its rules: %s', (said, rules) => {
    const other = buildGenesis({ params: DEVNET, rules, founders });
    writeGenesisFile(file, other);
    expect(readGenesisFile(file)).toEqual(other);
    expect(genesisText(other)).toContain(said);
  });

  test('shows hash and founders to a person', () => {
    expect(text).toContain(`\ngenesisStateHash: ${genesis.network.genesisHash}\n`);
    for (const id of genesis.network.founders) expect(text).toContain(id);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(160);
  });
});

describe('refused', () => {
  test('bytes that have another hash', () => {
    const other = text.replace(genesis.network.genesisHash, 'ab'.repeat(32));
    expect(read(other)).toThrow(
      `genesisStateHash: is ${'ab'.repeat(32)}, but the bytes have ${genesis.network.genesisHash}; get the file again`,
    );
  });

  test('bytes that are no network', () => {
    expect(read(text.replace(/\n {2}\S+\n/, '\n'))).toThrow(/bytes: .+; get the file again/);
    expect(read(text.replace(/\n {2}[\s\S]*$/, '\n  AAAA\n'))).toThrow('bytes: too short for protocol_params');
  });

  test('a file that is something else', () => {
    expect(read('bytes: x\ngenesis: y\n')).toThrow(/1:1: genesisStateHash: .*\n.*:2:1: genesis: unknown key/);
    expect(() => readGenesisFile(join(folder, 'none.yaml'))).toThrow(
      /there is no genesis file, so the network is unknown/,
    );
  });
});
