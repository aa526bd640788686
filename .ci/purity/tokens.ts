/** A token of TypeScript source. `text` of a string is what stands between its quotes; a template's literal parts are dropped. */
export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'regex' | 'mark';
  readonly text: string;
  readonly line: number;
}

const SPACE = /\s/u;
const WORD_START = /[\p{ID_Start}$_#]/u;
const WORD = /[\p{ID_Start}\p{ID_Continue}$_#]+/uy;
const NUMBER = /0[xX][\da-fA-F_]+n?|0[oO][0-7_]+n?|0[bB][01_]+n?|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d[\d_]*)?n?/y;
const MARKS = ['>>>=', '...', '===', '!==', '**=', '<<=', '>>=', '>>>', '&&=', '||=', '??='].concat(
  ['=>', '==', '!=', '<=', '>=', '&&', '||', '??', '?.', '++', '--', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^='],
  ['<<', '>>', '**'],
);

/** After one of these words an expression begins, so a slash opens a regular expression. */
const BEFORE_EXPRESSION = new Set(
  'return typeof case in of do else void delete throw new instanceof yield await extends'.split(' '),
);

/**
 * Splits source into tokens, without comments and white space. Small on purpose: it knows strings, templates (also nested),
 * comments, numbers and regular expressions, which is all that a rule about words and operators needs.
 */
export const tokenize = (source: string): readonly Token[] => {
  const tokens: Token[] = [];
  /** Depth of braces at which each open template resumes. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  let line = 1;

  const push = (kind: Token['kind'], text: string): void => void tokens.push({ kind, text, line });

  const advance = (to: number): void => {
    for (; at < to; at++) if (source[at] === '\n') line++;
  };

  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0] ?? '';
  };

  const expressionMayStart = (): boolean => {
    const last = tokens.at(-1);
    if (last === undefined) return true;
    if (last.kind === 'word') return BEFORE_EXPRESSION.has(last.text);
    return last.kind === 'mark' && last.text !== ')' && last.text !== ']' && last.text !== '}';
  };

  const quoted = (quote: string): void => {
    let end = at + 1;
    while (end < source.length && source[end] !== quote && source[end] !== '\n') end += source[end] === '\\' ? 2 : 1;
    push('string', source.slice(at + 1, end));
    advance(end + 1);
  };

  const regex = (): void => {
    let end = at + 1;
    for (let inClass = false; end < source.length && source[end] !== '\n'; end++) {
      const character = source[end];
      if (character === '\\') end++;
      else if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
      else if (character === '/' && !inClass) break;
    }
    push('regex', source.slice(at + 1, end));
    advance(end + 1);
    advance(at + (SPACE.test(source[at] ?? ' ') ? 0 : match(/[a-z]*/y).length));
  };

  /** Reads template text from `at`, up to its end or to the next substitution. */
  const templateText = (): void => {
    let end = at;
    while (end < source.length && source[end] !== '`' && !source.startsWith('${', end)) {
      end += source[end] === '\\' ? 2 : 1;
    }
    if (source[end] === '`') {
      advance(end + 1);
      push('mark', ')');
    } else {
      advance(end + 2);
      templates.push(depth++);
      push('mark', '(');
    }
  };

  while (at < source.length) {
    const character = source[at] as string;
    if (SPACE.test(character)) advance(at + 1);
    else if (source.startsWith('//', at)) advance(at + match(/[^\n]*/y).length);
    else if (source.startsWith('/*', at)) {
      const end = source.indexOf('*/', at + 2);
      advance(end < 0 ? source.length : end + 2);
    } else if (character === "'" || character === '"') quoted(character);
    else if (character === '`') {
      push('mark', '(');
      advance(at + 1);
      templateText();
    } else if (character === '/' && expressionMayStart()) regex();
    else if (WORD_START.test(character)) {
      const word = match(WORD);
      push('word', word);
      advance(at + word.length);
    } else if (/\d/.test(character) || (character === '.' && /\d/.test(source[at + 1] ?? ''))) {
      const number = match(NUMBER);
      push('number', number);
      advance(at + number.length);
    } else if (character === '}' && templates.at(-1) === depth - 1) {
      templates.pop();
      depth--;
      push('mark', ')');
      advance(at + 1);
      templateText();
    } else {
      if (character === '{') depth++;
      if (character === '}') depth--;
      const mark = MARKS.find((candidate) => source.startsWith(candidate, at)) ?? character;
      push('mark', mark);
      advance(at + mark.length);
    }
  }
  return tokens;
};
