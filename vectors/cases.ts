import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Case } from './case.ts';
import { nistCases } from './nist.ts';

/** The project's own vectors. */
export const DATA = join(import.meta.dirname, 'data');

const FORMAT = 'montana-vectors/1';

/** The cases of one file, or undefined when its shape is none of those known here. */
export const loadFile = (path: string): readonly Case[] | undefined => {
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof content !== 'object' || content === null) return undefined;
  if ('format' in content && content.format === FORMAT && 'cases' in content && Array.isArray(content.cases)) {
    return content.cases as readonly Case[];
  }
  return nistCases(basename(path, '.json'), content);
};

/** A folder means its *.json, in order of name; a file means itself. */
export const jsonFiles = (path: string): readonly string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => join(path, name))
    : [path];

/** The project's own cases of a topic, such as `lottery`; with `fn`, of one function only. For tests beside the code. */
export const casesOf = (topic: string, fn?: string): readonly Case[] => {
  const cases = loadFile(join(DATA, `${topic}.json`)) ?? [];
  return fn === undefined ? cases : cases.filter((entry) => entry.fn === fn);
};
