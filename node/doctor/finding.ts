/** What one look at a node found. `warn`: it works, but not as it should; `fail`: it does not, or will not for long. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  /** In a word or two: what was looked at. */
  readonly about: string;
  /** One line. */
  readonly what: string;
  /** One line; nothing is to be done where it is missing. */
  readonly advice?: string;
}

export const ok = (about: string, what: string): Finding => ({ level: 'ok', about, what });
export const warn = (about: string, what: string, advice: string): Finding => ({ level: 'warn', about, what, advice });
export const fail = (about: string, what: string, advice: string): Finding => ({ level: 'fail', about, what, advice });

/** `fail` of what cannot be looked at: errors of this project say `what is wrong; what to do`. */
export const failed = (about: string, line: string): Finding => {
  const at = line.lastIndexOf('; ');
  return at < 0
    ? fail(about, line, 'look at it, then ask the doctor again')
    : fail(about, line.slice(0, at), line.slice(at + 2));
};
