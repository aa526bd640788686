import { closeSync, openSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isCutShort } from './cut-short.ts';
import { Environment } from './environment.ts';
import { testFolder } from './folder.suite.ts';
import { windowKey as key } from './keys.ts';

const { folder } = testFolder();

const PAGE = 4_096;

const look = (path: string): boolean => {
  const file = openSync(path, 'r');
  try {
    return isCutShort(file);
  } finally {
    closeSync(file);
  }
};

/** A file with a tree of a few levels, values of many pages and freed pages; `last` is the last transaction. */
const make = (last: (rows: ReturnType<Environment['database']>) => void): string => {
  const path = join(folder(), 'store.lmdb');
  const environment = new Environment(path);
  const rows = environment.transaction(() => environment.database('rows'));
  environment.transaction(() => {
    for (let i = 0; i < 2_000; i++) rows.put(key(i), new Uint8Array(i % 100 === 0 ? 3 * PAGE : 200));
  });
  for (let i = 0; i < 20; i++) environment.transaction(() => rows.put(key(i * 100), new Uint8Array(201)));
  environment.transaction(() => last(rows));
  environment.close();
  return path;
};

/** The greatest number of pages with which the file is cut short. */
const needed = (path: string): number => {
  const image = readFileSync(path);
  let pages = image.length / PAGE;
  do truncateSync(path, --pages * PAGE);
  while (!look(path) && pages > 0);
  writeFileSync(path, image);
  return pages;
};

it('sees that a part of the last page is missing, and any part that is larger', () => {
  const path = make((rows) => rows.put(key(5_000), new Uint8Array(500_000)));
  expect(look(path)).toBe(false);
  const { size } = statSync(path);
  const most = needed(path);
  expect(most).toBeGreaterThan(size / PAGE - 10);
  for (const bytes of [most * PAGE + PAGE - 1, size >> 1, 2 * PAGE, 2 * PAGE - 1, PAGE, 30]) {
    truncateSync(path, bytes);
    expect([bytes, look(path)]).toEqual([bytes, true]);
  }
});

it('takes a file that is shorter than its last page for whole, where no tree leads to what is missing', () => {
  const path = make((rows) => {
    rows.put(key(5_000), new Uint8Array(500_000));
    rows.remove(key(5_000));
  });
  // As the meta pages say it.
  const lastPage = Math.max(...[0, PAGE].map((meta) => readFileSync(path).readUInt32LE(meta + 144)));
  expect(statSync(path).size).toBeLessThan((lastPage - 100) * PAGE);
  expect(look(path)).toBe(false);
  truncateSync(path, needed(path) * PAGE);
  expect(look(path)).toBe(true);
});

it('is not misled by what is no meta page', () => {
  const path = make(() => {});
  const image = readFileSync(path);
  for (const change of [
    (bytes: Uint8Array) => bytes.fill(0, 48, 52),
    (bytes: Uint8Array) => bytes.fill(0xff, 48, 52),
    (bytes: Uint8Array) => bytes.fill(0x5a, PAGE, 2 * PAGE),
  ]) {
    writeFileSync(path, change(Uint8Array.from(image)));
    expect(look(path)).toBe(true);
  }
});
