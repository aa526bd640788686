import type { Token } from './tokens.ts';

/** Names that a set of files declares with type bigint, and those it declares with type number. */
export interface Declared {
  readonly bigint: Set<string>;
  readonly number: Set<string>;
}

const MULTIPLICATIVE = new Set(['*', '/', '%']);
const ARITHMETIC = new Set(['*', '/', '%', '+', '-', '**', '<<', '>>', '&', '|', '^', '~']);

/** Index of the bracket that belongs to the one at `at`, walking `step` (1 or −1). */
const partner = (tokens: readonly Token[], at: number, step: 1 | -1): number => {
  let depth = 0;
  for (let i = at; i >= 0 && i < tokens.length; i += step) {
    const token = tokens[i] as Token;
    if (token.kind !== 'mark') continue;
    if ('([{'.includes(token.text)) depth += step;
    else if (')]}'.includes(token.text)) depth -= step;
    if (depth === 0) return i;
  }
  return step > 0 ? tokens.length : -1;
};

const isBigintLiteral = (token: Token | undefined): boolean => token?.kind === 'number' && token.text.endsWith('n');

/**
 * Decides without a type checker whether a slash divides bigints. It may say no where the answer is yes (then name the type), and
 * relies on the compiler refusing to mix bigint and number: one operand that is surely a bigint is enough.
 */
export class Bigints {
  readonly #tokens: readonly Token[];
  readonly #local: Declared;
  readonly #everywhere: Declared;

  constructor(tokens: readonly Token[], everywhere: Declared) {
    this.#tokens = tokens;
    this.#everywhere = everywhere;
    this.#local = declarations(tokens);
    for (let found = -1; found !== this.#local.bigint.size; ) {
      found = this.#local.bigint.size;
      this.#inferConstants();
    }
  }

  /** Whether the `/` or `/=` at `at` has an operand that is surely a bigint. */
  divides(at: number): boolean {
    return this.#leftOf(at) || this.#rightOf(at);
  }

  #leftOf(at: number): boolean {
    let end = at - 1;
    for (;;) {
      const start = this.#operandStart(end);
      if (this.#isBigint(start, end)) return true;
      const before = this.#tokens[start - 1];
      if (before?.kind !== 'mark' || !MULTIPLICATIVE.has(before.text)) return false;
      end = start - 2;
    }
  }

  #rightOf(at: number): boolean {
    const end = this.#operandEnd(at + 1);
    return this.#isBigint(at + 1, end);
  }

  /** First token of the operand that ends at `end`: names, calls, indexing and members hang together. */
  #operandStart(end: number): number {
    let at = end;
    for (;;) {
      const token = this.#tokens[at];
      if (token?.kind === 'mark' && (token.text === ')' || token.text === ']')) at = partner(this.#tokens, at, -1);
      const before = this.#tokens[at - 1];
      const isBracket = this.#tokens[at]?.kind === 'mark';
      if (before?.text === '.' || before?.text === '?.') at -= 2;
      else if (isBracket && (before?.kind === 'word' || before?.text === ')' || before?.text === ']')) at -= 1;
      else return at;
    }
  }

  #operandEnd(start: number): number {
    let at = start;
    const first = this.#tokens[at]?.text;
    if (first === '(') at = partner(this.#tokens, at, 1);
    for (;;) {
      const after = this.#tokens[at + 1]?.text;
      if (after === '.' || after === '?.') at += 2;
      else if (after === '(' || after === '[') at = partner(this.#tokens, at + 1, 1);
      else return at;
    }
  }

  /** Whether the operand in `[start, end]` is surely a bigint. */
  #isBigint(start: number, end: number): boolean {
    const last = this.#tokens[end];
    if (last === undefined) return false;
    if (isBigintLiteral(last)) return true;
    if (last.kind === 'word') return this.#isNamed(end);
    if (last.text !== ')') return false;
    const open = partner(this.#tokens, end, -1);
    if (open > start) {
      const callee = this.#tokens[open - 1] as Token;
      return callee.text === 'BigInt' || this.#tokens[start]?.text === 'BigInt' || this.#isNamed(open - 1);
    }
    return this.#isArithmetic(open + 1, end - 1);
  }

  /** A local name must be declared bigint in this file; a member or an imported function may be declared elsewhere. */
  #isNamed(at: number): boolean {
    const name = (this.#tokens[at] as Token).text;
    if (this.#local.number.has(name)) return false;
    if (this.#local.bigint.has(name)) return true;
    const isMember = this.#tokens[at - 1]?.text === '.' || this.#tokens[at - 1]?.text === '?.';
    const isCall = this.#tokens[at + 1]?.text === '(';
    const isConstant = /^[A-Z][A-Z\d_]*$/.test(name);
    if (!isMember && !isCall && !isConstant) return false;
    return this.#everywhere.bigint.has(name) && !this.#everywhere.number.has(name);
  }

  /** Whether `[start, end]` is plain arithmetic (or a cast) with a sure bigint in it. */
  #isArithmetic(start: number, end: number): boolean {
    let proven = false;
    for (let at = start; at <= end; ) {
      const token = this.#tokens[at] as Token;
      if (token.kind === 'mark' && ARITHMETIC.has(token.text)) at++;
      else if (token.text === 'as') {
        if (this.#tokens[at + 1]?.text === 'bigint') proven = true;
        at += 2;
      } else if (token.kind === 'mark' && token.text !== '(') return false;
      else {
        const last = this.#operandEnd(at);
        if (this.#isBigint(at, last)) proven = true;
        at = last + 1;
      }
    }
    return proven;
  }

  #inferConstants(): void {
    for (let at = 0; at + 3 < this.#tokens.length; at++) {
      const [keyword, name, equals] = this.#tokens.slice(at, at + 3) as [Token, Token, Token];
      if ((keyword.text !== 'const' && keyword.text !== 'let') || name.kind !== 'word' || equals.text !== '=') continue;
      let end = at + 3;
      while (end < this.#tokens.length && this.#tokens[end]?.text !== ';') {
        const isOpen = '([{'.includes(this.#tokens[end]?.text ?? '') && this.#tokens[end]?.kind === 'mark';
        end = isOpen ? partner(this.#tokens, end, 1) + 1 : end + 1;
      }
      if (this.#isArithmetic(at + 3, end - 1)) this.#local.bigint.add(name.text);
    }
  }
}

/** Names with an annotation `: bigint` or `: number`, functions by what they return, and constants set to a bigint literal. */
export const declarations = (tokens: readonly Token[]): Declared => {
  const declared: Declared = { bigint: new Set(), number: new Set() };
  for (let at = 1; at < tokens.length; at++) {
    const type = tokens[at]?.text;
    if (isBigintLiteral(tokens[at]) && tokens[at - 1]?.text === '=' && tokens[at + 1]?.text === ';') {
      declared.bigint.add(tokens[at - 2]?.text ?? '');
    }
    const before = tokens[at - 1]?.text;
    if ((type !== 'bigint' && type !== 'number') || (before !== ':' && before !== '=>')) continue;
    if (tokens[at + 1]?.text === '[') continue;
    let owner = at - 2;
    if (before === '=>') owner = partner(tokens, owner, -1) - 2;
    if (tokens[owner]?.text === '?') owner--;
    if (tokens[owner]?.text === ')') {
      owner = partner(tokens, owner, -1) - 1;
      if (tokens[owner]?.text === '=') owner--;
    }
    if (tokens[owner]?.kind === 'word') declared[type].add((tokens[owner] as Token).text);
  }
  return declared;
};
