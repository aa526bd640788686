import { expect, test } from 'vitest';
import { asJavaScript } from './build.ts';
import { firstMissing, stepsOf } from './path.suite.ts';

const README = `# Title
## A path
1. First:

   \`\`\`sh
   one \\
     two
   \`\`\`
   words
   \`\`\`text
   said…
     more
   \`\`\`
\`\`\`sh
three
\`\`\`
### Below
\`\`\`text
in the end
\`\`\`
\`\`\`json
{}
\`\`\`
## Another
\`\`\`sh
four
\`\`\`
`;

test('steps are the sh blocks below a heading, each with the text block behind it', () => {
  expect(stepsOf(README, '## A path')).toEqual([
    { commands: 'one \\\n  two', prints: ['said…', '  more'] },
    { commands: 'three', prints: ['in the end'] },
  ]);
  expect(stepsOf(README, '## Another')).toEqual([{ commands: 'four', prints: [] }]);
  expect(() => stepsOf(README, '## None')).toThrow('no heading "## None"');
});

test('lines are looked for whole, in order, with … for anything', () => {
  const output = 'a\nbee\nc [1] (x)\nd';
  for (const prints of [[], ['a', 'd'], ['b…e', 'c [1] (…)'], ['…'], ['bee…']]) {
    expect(firstMissing(prints, output)).toBeUndefined();
  }
  expect(firstMissing(['d', 'a'], output)).toBe('a');
  expect(firstMissing(['a', 'a'], output)).toBe('a');
  expect(firstMissing(['be'], output)).toBe('be');
  expect(firstMissing(['c .1. (x)'], output)).toBe('c .1. (x)');
});

test('names of own files end in .js in a package, others stay', () => {
  const source = `import { a } from './a.ts';\nimport('#core/b.ts');\nnew URL("../c/d.ts", import.meta.url);`;
  expect(asJavaScript(source)).toBe(source.replaceAll('.ts', '.js'));
  const foreign = `import x from 'x.ts';\nconst ends = name.endsWith('.ts') || suffixes.includes(".ts"); // see './a.ts`;
  expect(asJavaScript(foreign)).toBe(foreign);
});
