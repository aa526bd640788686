import { appendFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveNet } from '#node/shell/net.suite.ts';
import { struckBy } from '#node/shell/strikes.suite.ts';
import { liveSuite } from '#node/shell/suite.ts';
import { nodeJournals, replayNode } from './replay-node.ts';

const { verify } = liveSuite();

describe('the journals of a live node', () => {
  const net = new LiveNet(1, 20_000, { journal: true });
  let files: readonly string[];

  const replayed = () => replayNode(files, { verifier: () => verify });

  /** One that was killed before its journal had begun, two that were killed later, one that was stopped. */
  beforeAll(async () => {
    const { finals, folder } = net.seat(0);
    mkdirSync(join(folder, 'journal'));
    writeFileSync(join(folder, 'journal', 'unbegun'), Uint8Array.of(1, 2, 3));
    for (const windows of [3, 6]) {
      await net.start(0, {}, struckBy());
      await net.until(() => finals.has(windows));
      await net.kill(0);
    }
    await net.start(0, {}, struckBy());
    await net.until(() => finals.has(9));
    await net.protocol(0).stop();
    files = nodeJournals(folder);
  });

  afterAll(() => net.close());

  /** A file with other bytes while something is tried. */
  const withBytes = (file: string, bytes: Uint8Array, call: () => void): void => {
    const before = readFileSync(file);
    writeFileSync(file, bytes);
    try {
      call();
    } finally {
      writeFileSync(file, before);
    }
  };

  it('replay as one: what a process found on its disk is what the one before left there', () => {
    expect(files.length).toBe(3);
    expect(readdirSync(join(net.seat(0).folder, 'journal')).length).toBe(3);
    const { equal, lines } = replayed();
    expect(lines.filter((line) => line.includes(' equal: ')).length).toBe(3);
    expect(lines.filter((line) => line.includes('killed')).length).toBe(2);
    expect(equal).toBe(true);
  });

  it('a torn last block is said and left out', () => {
    const [first] = files as [string];
    const bytes = readFileSync(first);
    withBytes(first, bytes, () => {
      appendFileSync(first, Uint8Array.of(200, 0, 0, 0, 1, 2, 3));
      const { equal, lines } = replayed();
      expect(equal).toBe(true);
      expect(lines[1]).toMatch(/killed: block \d+ at byte \d+: the file ends inside it; that block is left out/);
    });
  });

  it('what was durable and is missing in a journal is a difference', () => {
    const [first] = files as [string];
    withBytes(first, readFileSync(first), () => {
      truncateSync(first, readFileSync(first).length >> 1);
      const { equal, lines } = replayed();
      expect(equal).toBe(false);
      expect(lines.at(-1)).toContain('input 1 cannot be');
    });
    const withoutSecond = replayNode([files[0] as string, files[2] as string], { verifier: () => verify });
    expect(withoutSecond.equal).toBe(false);
    expect(withoutSecond.lines.at(-1)).toContain('the journal before it is missing');
  });

  it('a flipped byte is found in its block', () => {
    const [, second] = files as [string, string];
    const bytes = readFileSync(second);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    withBytes(second, bytes, () => {
      const { equal, lines } = replayed();
      expect(equal).toBe(false);
      expect(lines.at(-1)).toContain('its bytes do not match its chain hash');
    });
  });
});
