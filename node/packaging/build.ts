import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';

/**
 * `npm pack` runs this first: Node loads no TypeScript from below node_modules, so the package carries the same files as JavaScript. Types
 * become blanks, as when Node runs the sources: lines and columns stay what they are. Declarations come from the compiler.
 */
const ROOT = join(import.meta.dirname, '../..');
const DIST = join(ROOT, 'dist');

/** What is packed, and of it what others may import: that has declarations too. */
const ROOMS = ['core', 'sim', 'vectors', 'scenarios', 'node'];
const LIBRARIES = ['core', 'sim', 'vectors'];

/** Rooms of the checkout alone: figures, documents, and what makes the package. */
const LEFT_OUT = /^node\/(bench|docs)\/|^node\/packaging\/.*\.ts$/;

const isCode = (path: string): boolean =>
  /\.m?[tj]s$/.test(path) && !/\.(test|suite)(\.d)?\.ts$/.test(path) && !LEFT_OUT.test(path);

/** Files below a folder, as paths from `root`. */
const filesOf = (root: string, room: string): readonly string[] =>
  readdirSync(join(root, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));

/** Names of the project's own files, wherever they stand: imports, and URLs and paths of threads and processes. */
export const asJavaScript = (code: string): string =>
  code.replaceAll(/(['"])((?:\.{1,2}\/|#)[^'"\n]*)\.ts\1/g, '$1$2.js$1');

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(DIST, path)), { recursive: true });
  writeFileSync(join(DIST, path), text);
};

const build = (): void => {
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-b', 'sim', 'vectors'], { cwd: ROOT, stdio: 'inherit' });
  for (const room of ROOMS) {
    rmSync(join(DIST, room), { recursive: true, force: true });
    for (const path of filesOf(ROOT, room).filter(isCode)) {
      const source = readFileSync(join(ROOT, path), 'utf8');
      const code = path.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
      write(path.replace(/\.ts$/, '.js'), asJavaScript(code));
    }
  }
  for (const room of LIBRARIES) {
    for (const path of filesOf(join(DIST, 'types'), room).filter(isCode)) {
      write(path, asJavaScript(readFileSync(join(DIST, 'types', path), 'utf8')));
    }
  }
  for (const file of ['install.sh', 'montana.service', 'Dockerfile']) {
    cpSync(join(ROOT, 'node/packaging', file), join(DIST, 'node/packaging', file));
  }
  // The nearest package.json says what `#core/…` is.
  const { version, type, imports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  write('package.json', `${JSON.stringify({ version, type, imports }, null, 2)}\n`);
};

if (import.meta.main) build();
