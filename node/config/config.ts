import { dirname } from 'node:path';
import { stringify } from 'yaml';
import { inShell } from './in-shell.ts';
import { type Config, configSchema, KEY_NAMES, KEYS, type KeyName } from './keys.ts';
import { readYaml } from './yaml-file.ts';

export type { Config } from './keys.ts';

/** Reads `montana.yaml`. Throws `Refused`: all faults at once. */
export const readConfig = (file: string): Config =>
  readYaml(
    file,
    configSchema,
    KEY_NAMES,
    `there is no node here; make one with "montana node init --dir ${inShell(dirname(file))}"`,
  );

const WIDTH = 100;

/** Words in lines of at most `width` characters. */
export const wrapped = (words: string, width: number): readonly string[] => {
  const lines = [''];
  for (const word of words.split(' ')) {
    const last = lines.at(-1)!;
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

const asYaml = (name: string, value: unknown): string => stringify({ [name]: value }).trimEnd();

/** What the table says of a key. */
interface Documented {
  readonly takes: string;
  readonly about: string;
  readonly initial: unknown;
  readonly example?: unknown;
}

const documented = (name: KeyName): Documented => KEYS[name];

/** The default of a key in one line. */
const defaultOf = (name: KeyName): string => {
  const { initial } = documented(name);
  return Array.isArray(initial) ? `[${initial.join(', ')}]` : String(initial);
};

/** A configuration file: every key with its meaning; those of `set` have a value, the others stand as a comment. */
export const configText = (set: { readonly [K in KeyName]?: unknown } = {}): string => {
  const parts = KEY_NAMES.map((name) => {
    const { takes, about, initial, example } = documented(name);
    const lines = set[name] === undefined ? commented(asYaml(name, example ?? initial)) : [asYaml(name, set[name])];
    const words = `${about} Takes ${takes}; default ${defaultOf(name)}.`;
    return [...wrapped(words, WIDTH).map((line) => `# ${line}`), ...lines].join('\n');
  });
  return `# Configuration of a Montana node. Remove the # before a line to set it.\n\n${parts.join('\n\n')}\n`;
};

const commented = (yaml: string): readonly string[] => yaml.split('\n').map((line) => `#${line}`);

/** The table of `montana node config`: key, default, what it takes and does. */
export const configTable = (): string =>
  KEY_NAMES.map((name) => {
    const { takes, about } = documented(name);
    const head = `${name}: ${defaultOf(name)}`;
    return [head, ...wrapped(`${about} Takes ${takes}.`, WIDTH - 4).map((line) => `    ${line}`)].join('\n');
  }).join('\n');

/** The same table for the manual, in Markdown. */
export const configMarkdown = (): string => {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = KEY_NAMES.map((name) => {
    const { takes, about } = documented(name);
    return `| \`${name}\` | \`${defaultOf(name)}\` | ${cell(takes)} | ${cell(about)} |`;
  });
  return ['| Key | Default | Takes | Does |', '|---|---|---|---|', ...rows].join('\n');
};
