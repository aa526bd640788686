import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

const CASES: readonly (readonly [path: string, specifier: string, allowed: boolean])[] = [
  ['core/state/x.ts', '../bytes/bytes.ts', true],
  ['core/state/x.ts', '@noble/hashes/sha2.js', true],
  ['core/state/x.ts', 'node:fs', false],
  ['core/state/x.ts', 'zod', false],
  ['core/state/x.ts', '#sim/kernel/queue.ts', false],
  ['core/state/x.ts', '../../sim/kernel/queue.ts', false],
  ['core/state/x.ts', '../../node/cli/main.ts', false],
  ['core/state/x.ts', '../../vectors/cases.ts', false],
  ['core/participant/x.ts', '../consensus/roster.ts', true],
  ['core/participant/x.ts', '../gossip/random.ts', false],
  ['core/participant/x.ts', '../sync/sync.ts', false],
  ['core/participant/x.ts', 'node:crypto', false],
  ['core/state/x.test.ts', 'vitest', true],
  ['core/state/x.test.ts', '#vectors/cases.ts', true],
  ['core/state/x.test.ts', '#sim/kernel/queue.ts', false],
  ['core/state/x.test.ts', '../../sim/kernel/queue.ts', false],
  ['sim/run/x.ts', '#core/bytes/bytes.ts', true],
  ['sim/run/x.ts', '#sim/kernel/queue.ts', true],
  ['sim/run/x.ts', '#node/cli/main.ts', false],
  ['sim/run/x.ts', '../../node/cli/main.ts', false],
  ['sim/run/x.ts', '#scenarios/calm.ts', false],
  ['sim/run/x.ts', '#vectors/model.ts', true],
  ['sim/run/x.ts', '#vectors/runner.ts', false],
  ['sim/kernel/x.ts', './queue.ts', true],
  ['sim/kernel/x.ts', '#core/bytes/bytes.ts', false],
  ['sim/kernel/x.ts', '#sim/world/world.ts', false],
  ['sim/world/x.ts', '#sim/kernel/queue.ts', true],
  ['sim/world/x.ts', '#core/bytes/bytes.ts', false],
  ['vectors/x.ts', '#core/bytes/bytes.ts', true],
  ['vectors/x.ts', '#sim/kernel/queue.ts', false],
  ['node/store/x.ts', '#core/bytes/bytes.ts', true],
  ['node/store/x.ts', 'node:fs', true],
  ['node/store/x.ts', '#sim/suite/modelled.ts', false],
  ['node/store/x.ts', '../../sim/suite/modelled.ts', false],
  ['node/cli/x.ts', '#sim/world/world.ts', true],
  ['node/cli/x.ts', '#vectors/runner.ts', true],
  ['scenarios/x.ts', '#sim/run/scenario.ts', true],
  ['scenarios/x.ts', '#node/cli/main.ts', false],
];

interface Report {
  readonly diagnostics: readonly { readonly category: string; readonly location: { readonly path: string } }[];
}

/** The file of case `index`: its own name, in the room and of the kind that the case names. */
const fileOf = (path: string, index: number): string => path.replace('/x.', `/x${index}.`);

describe('rooms import downwards only', () => {
  const refused = new Set<string>();
  beforeAll(() => {
    const tree = mkdtempSync(join(tmpdir(), 'montana-imports-'));
    copyFileSync(join(ROOT, 'biome.json'), join(tree, 'biome.json'));
    CASES.forEach(([path, specifier], index) => {
      const file = join(tree, fileOf(path, index));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `import { x } from '${specifier}';\n\nexport { x };\n`);
    });
    const { stdout } = spawnSync(
      join(ROOT, 'node_modules/.bin/biome'),
      ['lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none'],
      { cwd: tree, encoding: 'utf8' },
    );
    rmSync(tree, { recursive: true });
    for (const { category, location } of (JSON.parse(stdout) as Report).diagnostics) {
      if (category === 'lint/style/noRestrictedImports') refused.add(location.path);
    }
  });
  afterAll(() => refused.clear());

  test.each(CASES.map((entry, index) => [...entry, index] as const))(
    '%s importing %s: %s',
    (path, _, allowed, index) => {
      expect(!refused.has(fileOf(path, index))).toBe(allowed);
    },
  );
});
