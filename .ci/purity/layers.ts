import type { Finding } from './rules.ts';
import { tokenize } from './tokens.ts';

/** The folders of core from the ground up: each imports only folders before it (and itself). */
export const LAYERS: readonly string[] = [
  ...[
    'bytes',
    'collections',
    'crypto',
    'timechain',
    'lottery',
    'state',
    'genesis',
    'consensus',
    'operations',
    'anchor',
  ],
  ...[
    'entry',
    'transition',
    'wire',
    'snapshot',
    'services',
    'participant',
    'gossip',
    'sync',
    'peers',
    'host',
    'journal',
    'tunnel',
  ],
];

/** Imports of a file of core that lead upwards, or to a folder that has no place in the order. */
export const upwardImports = (path: string, source: string): readonly Finding[] => {
  const own = LAYERS.indexOf(path.split('/')[1] ?? '');
  const lines = source.split('\n');
  const tokens = tokenize(source);
  return tokens.flatMap((token, at) => {
    const before = tokens[at - 1]?.text;
    if (token.kind !== 'string' || (before !== 'from' && before !== 'import')) return [];
    const folder = token.text.match(/^\.\.\/([^/]+)\//)?.[1];
    if (folder === undefined) return [];
    const target = LAYERS.indexOf(folder);
    if (target >= 0 && target <= own) return [];
    return [{ path, line: token.line, rule: 'upward', text: (lines[token.line - 1] ?? '').trim() }];
  });
};
