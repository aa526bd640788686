import { readFileSync } from 'node:fs';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { nearest } from './nearest.ts';
import { FileFaults, Refused, systemCode, systemReason } from './refused.ts';

/** A fault as a compiler says it: `file:line:column: key: what is wrong; what to do`. */
const fault = (file: string, lines: LineCounter, offset: number, words: string): { offset: number; line: string } => {
  const { line, col } = lines.linePos(offset);
  return { offset, line: `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}: ${words}` };
};

const shown = (value: unknown): string => {
  if (value === null || value === undefined) return 'has no value';
  const text = JSON.stringify(value);
  return `is ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`;
};

const nameOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');

/** Where the value at `path` begins; of a key without a value, the key; else the nearest thing around it. */
const offsetOf = (document: Document, path: readonly PropertyKey[]): number => {
  const node = document.getIn(path, true);
  const start = isNode(node) ? node.range?.[0] : undefined;
  const isEmpty = isScalar(node) && node.value === null && node.source === '';
  if (start !== undefined && !isEmpty) return start;
  return path.length === 0 ? 0 : keyOffset(document, path);
};

const keyOffset = (document: Document, path: readonly PropertyKey[]): number => {
  const around = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(around)) {
    for (const { key } of around.items) {
      if (isScalar(key) && key.value === path.at(-1) && key.range) return key.range[0];
    }
  }
  return offsetOf(document, path.slice(0, -1));
};

/**
 * Reads a YAML file and checks it. Throws `FileFaults`, all of them in the order of the file. `known` are the keys of
 * the schema, to name the one that was meant.
 */
export const readYaml = <T>(file: string, schema: z.ZodType<T>, known: readonly string[], missing: string): T => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refused(
      `${file}: ${systemCode(error) === 'ENOENT' ? missing : `cannot be read: ${systemReason(error)}`}`,
    );
  }
  return checkYaml(file, text, schema, known);
};

/** As `readYaml`, of a text that was read. */
const checkYaml = <T>(file: string, text: string, schema: z.ZodType<T>, known: readonly string[]): T => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors.map(({ pos, message }) => fault(file, lines, pos[0], `not YAML: ${message}`));
  if (broken.length > 0) throw refused(broken);
  const value: unknown = document.contents === null ? {} : document.toJS({ maxAliasCount: 0 });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refused(
    parsed.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => {
          const meant = nearest(key, known);
          const advice = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
          const path = [...issue.path, key];
          return fault(file, lines, keyOffset(document, path), `${nameOf(path)}: unknown key; ${advice}`);
        });
      }
      const name = issue.path.length === 0 ? '' : `${nameOf(issue.path)}: `;
      const found = document.getIn(issue.path);
      const is = shown(isNode(found) ? found.toJSON() : found);
      const advice =
        issue.path.length === 0 ? `the file must be "key: value" lines; known are ${known.join(', ')}` : issue.message;
      return [fault(file, lines, offsetOf(document, issue.path), `${name}${is}; ${advice}`)];
    }),
  );
};

const refused = (faults: { offset: number; line: string }[]): FileFaults =>
  new FileFaults(
    faults
      .sort((a, b) => a.offset - b.offset)
      .map(({ line }) => line)
      .join('\n'),
  );
