import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

/** A folder of the test's own, removed after it; `done` runs first, newest first, to close what was opened there. */
export const testFolder = (): { folder(): string; done(close: () => void): void } => {
  const closes: (() => void)[] = [];
  const done = (close: () => void): void => {
    closes.push(close);
  };
  afterEach(() => {
    for (const close of closes.splice(0).reverse()) close();
  });
  return {
    done,
    folder: () => {
      const path = mkdtempSync(join(tmpdir(), 'montana-store-'));
      done(() => rmSync(path, { recursive: true }));
      return path;
    },
  };
};
