import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declared, declarations } from './bigints.ts';
import { upwardImports } from './layers.ts';
import { type Finding, judge } from './rules.ts';
import { tokenize } from './tokens.ts';

/** Files of core that the rules cover: everything but tests and what only tests use. */
const sources = (root: string): readonly string[] =>
  readdirSync(join(root, 'core'), { recursive: true, encoding: 'utf8' })
    .map((name) => `core/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && !/\.(?:test|suite|d)\.ts$/.test(name))
    .sort();

/** Judges every file of `core` below `root`: purity, and the order of its folders. */
export const checkTree = (root: string): { readonly files: number; readonly findings: readonly Finding[] } => {
  const files = sources(root).map((path) => ({ path, source: readFileSync(join(root, path), 'utf8') }));
  const everywhere: Declared = { bigint: new Set(), number: new Set() };
  for (const { source } of files) {
    const declared = declarations(tokenize(source));
    for (const name of declared.bigint) everywhere.bigint.add(name);
    for (const name of declared.number) everywhere.number.add(name);
  }
  const findings = files.flatMap(({ path, source }) => [
    ...judge(path, source, everywhere),
    ...upwardImports(path, source),
  ]);
  return { files: files.length, findings };
};
