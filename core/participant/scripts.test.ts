import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScript } from './script.suite.ts';

const SCRIPTS = join(import.meta.dirname, 'scripts');

/** `UPDATE_SCRIPTS=1 npx vitest run core/participant/scripts` writes what the commands do now below them. Read the difference. */
const isUpdate = process.env.UPDATE_SCRIPTS === '1';

describe('scripts (09 §8, §11, §12)', () => {
  const names = readdirSync(SCRIPTS).filter((name) => name.endsWith('.script'));
  it.each(names)('%s', (name) => {
    const path = join(SCRIPTS, name);
    const text = readFileSync(path, 'utf8');
    const run = runScript(text);
    if (isUpdate) writeFileSync(path, run);
    else expect(run).toBe(text);
  });
});
