/** A word as a shell takes it. */
export const inShell = (word: string): string =>
  /^[\w./=:,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A command of this project, from a checkout. */
export const commandLine = (words: readonly string[]): string =>
  ['npm run -s montana --', ...words.map(inShell)].join(' ');
