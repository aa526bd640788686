import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { JournalReader, JournalWriter } from '#core/journal/container.ts';
import { Run } from '#sim/run/run.ts';
import { small } from '#sim/run/small.suite.ts';
import { openJournals, parseJournalTarget } from './journal-files.ts';
import { replay } from './replay.ts';
import { said } from './said.suite.ts';
import { UsageError } from './usage.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

const told = (path: string) => said(() => replay(path));

const scenario = small({ nodes: 4, windows: 2, hosts: [{ count: 4 }], faults: [] });

const journals = await openJournals(folder, scenario, ['n001', 'n001', 'n003']);
const run: Run = new Run(scenario, {
  journals: journals.hosts,
  watch: (_host, notice, at) => journals.run.notice(run.world, notice, at),
});
journals.run.end(run.world, run.finish());
run.endJournals();
journals.close();

const file = join(folder, 'n001.journal');
const bytes = readFileSync(file);

const changed = (name: string, content: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('montana replay', () => {
  test('of the journal of a host: equal, exit 0', async () => {
    const { status, stdout, stderr } = await told(file);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/n001 equal: \d+ inputs, \d+ effects, 3 windows, digest [\da-f]{64}\n$/);
    expect((await told(join(folder, 'n003.journal'))).status).toBe(0);
  });

  test('of the journal of a run, by its name or its folder: equal, exit 0', async () => {
    for (const path of [join(folder, 'run.journal'), folder]) {
      const { status, stdout } = await told(path);
      expect(status).toBe(0);
      expect(stdout).toContain('run.journal: equal: 3 windows');
    }
  });

  test('of the journal of a run with one flipped byte: refused by block and offset', async () => {
    const flipped = Uint8Array.from(readFileSync(join(folder, 'run.journal')));
    const { number, offset } = new JournalReader().push(flipped)[1] as { number: number; offset: number };
    flipped[offset + 9] = (flipped[offset + 9] as number) ^ 1;
    const path = changed('flipped-run.journal', flipped);
    expect((await told(path)).stderr).toBe(
      `${path}: block ${number} at byte ${offset}: its bytes do not match its chain hash; refused\n`,
    );
  });

  test('of one flipped byte: named by block and offset and refused, exit 1', async () => {
    const blocks = new JournalReader().push(bytes);
    for (const { number, offset, payload } of blocks) {
      const flipped = Uint8Array.from(bytes);
      const at = offset + 4 + (payload.length >> 1);
      flipped[at] = (flipped[at] as number) ^ 1;
      const path = changed('flipped.journal', flipped);
      const why = `block ${number} at byte ${offset}: its bytes do not match its chain hash; refused`;
      expect(await told(path)).toEqual({ status: 1, stdout: '', stderr: `${path}: ${why}\n` });
    }
  });

  test('of a journal without an end mark: equal as far as it goes, and that is told', async () => {
    const path = changed('killed.journal', bytes.subarray(0, -36));
    const { status, stdout, stderr } = await told(path);
    expect(status).toBe(0);
    expect(stdout).toContain(' equal: ');
    expect(stderr).toMatch(/ends after block \d+ without an end mark\n$/);
  });

  test('of what is no journal: exit 1; of nothing: wrong usage', async () => {
    const path = changed('note.txt', new TextEncoder().encode('a note'));
    expect(await told(path)).toMatchObject({
      status: 1,
      stderr: `${path}: block 0 at byte 0: this is no journal; refused\n`,
    });
    await expect(replay(join(folder, 'none.journal'))).rejects.toThrow(UsageError);
    mkdirSync(join(folder, 'alice'));
    writeFileSync(join(folder, 'alice/montana.yaml'), '');
    await expect(replay(join(folder, 'alice'))).rejects.toThrow(
      'alice: this node kept no journal; see the key journal',
    );
    const other: Uint8Array[] = [];
    new JournalWriter(9, (part) => other.push(part)).end();
    expect((await told(changed('other.journal', Buffer.concat(other)))).stderr).toMatch(
      /a journal of an unknown kind, 9; refused\n$/,
    );
  });
});

test('--journal names a host by number or name', () => {
  expect(parseJournalTarget('host:17', 100)).toBe('n017');
  expect(parseJournalTarget('host:n017', 100)).toBe('n017');
  expect(parseJournalTarget('host:0', 2000)).toBe('n0000');
  for (const target of ['host:100', 'host:n100', 'host:x', 'host:']) {
    expect(() => parseJournalTarget(target, 100)).toThrow(UsageError);
  }
  expect(() => parseJournalTarget('host:100', 100)).toThrow('no such host; there are n000 to n099');
  expect(() => parseJournalTarget('17', 100)).toThrow('write host:<number or name>');
});
