import { Bigints, type Declared } from './bigints.ts';
import { type Token, tokenize } from './tokens.ts';

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly text: string;
}

/** Folders of core whose results every participant must reproduce bit by bit: no order may come from insertion. */
const CONSENSUS = new Set(
  ['state', 'operations', 'timechain', 'lottery', 'entry', 'consensus', 'transition', 'genesis'].concat([
    'participant',
    'snapshot',
    'anchor',
    'gossip',
    'sync',
    'host',
  ]),
);

/** The one place that divides numbers. */
const DIVIDES = 'core/bytes/integers.ts';

const MATH = new Set(['imul', 'clz32', 'min', 'max']);
const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance']);
const GLOBALS = new Set(['globalThis', 'process', 'console', 'eval']);
/** What depends on the machine: its collector, its language, its locale. */
const MACHINE = new Set(['WeakRef', 'FinalizationRegistry', 'Intl', 'localeCompare', 'parseFloat', 'Atomics']);
const OBJECT_ORDER = new Set(['keys', 'values', 'entries', 'getOwnPropertyNames', 'groupBy', 'fromEntries']);

/** The name of the rule that the token at `at` breaks, if any. */
const broken = (tokens: readonly Token[], at: number, isConsensus: boolean, bigints: Bigints): string | undefined => {
  const token = tokens[at] as Token;
  const before = tokens[at - 1]?.text;
  const after = tokens[at + 1]?.text;
  const isMember = before === '.' || before === '?.';
  if (token.kind === 'string') {
    const isSpecifier =
      before === 'from' || before === 'import' || (before === '(' && tokens[at - 2]?.text === 'import');
    return isSpecifier && !/^(?:\.\.?\/|@noble\/)/.test(token.text) ? 'import' : undefined;
  }
  if (token.kind === 'number') return /^[\d_]+n?$|^0[xXoObB][\da-fA-F_]+n?$/.test(token.text) ? undefined : 'fraction';
  if (token.kind === 'mark') {
    return (token.text === '/' || token.text === '/=') && !bigints.divides(at) ? 'division' : undefined;
  }
  if (token.kind !== 'word') return undefined;
  if (token.text === 'localeCompare') return 'machine';
  if (token.text === 'in' && isForIn(tokens, at)) return 'for-in';
  const isName = after === ':' && (before === '{' || before === ',' || before === ';' || before === '(');
  if (isMember || isName) return undefined;
  if (token.text === 'Date') return 'date';
  if (token.text === 'Math') return after === '.' && MATH.has(tokens[at + 2]?.text ?? '') ? undefined : 'math';
  if (TIMERS.has(token.text)) return 'timer';
  if (GLOBALS.has(token.text)) return 'global';
  if (MACHINE.has(token.text)) return 'machine';
  if (!isConsensus) return undefined;
  if (token.text === 'Object' || token.text === 'Reflect') {
    return OBJECT_ORDER.has(tokens[at + 2]?.text ?? '') || tokens[at + 2]?.text === 'ownKeys'
      ? 'object-order'
      : undefined;
  }
  if (token.text === 'Map' || token.text === 'Set') return before === 'new' || after === '.' ? 'collection' : undefined;
  return undefined;
};

/** `for (const key in …)`, as against the operator `in`. */
const isForIn = (tokens: readonly Token[], at: number): boolean => {
  if (tokens[at - 1]?.kind !== 'word') return false;
  const isDeclared = ['const', 'let', 'var'].includes(tokens[at - 2]?.text ?? '');
  const open = isDeclared ? at - 3 : at - 2;
  return tokens[open]?.text === '(' && tokens[open - 1]?.text === 'for';
};

/** What `source` breaks of the purity rules of core. `everywhere`: types declared in all of core. */
export const judge = (path: string, source: string, everywhere: Declared): readonly Finding[] => {
  const tokens = tokenize(source);
  const lines = source.split('\n');
  const bigints = new Bigints(tokens, everywhere);
  const isConsensus = CONSENSUS.has(path.split('/')[1] ?? '');
  const findings: Finding[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const rule = broken(tokens, at, isConsensus, bigints);
    if (rule === undefined || (rule === 'division' && path === DIVIDES)) continue;
    const line = (tokens[at] as Token).line;
    findings.push({ path, line, rule, text: (lines[line - 1] ?? '').trim() });
  }
  return findings;
};
