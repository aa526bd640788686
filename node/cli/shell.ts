import { inShell } from '#node/config/in-shell.ts';

/** How this program is called: from a checkout, or where its package is installed. */
const CALL = import.meta.url.endsWith('.ts') ? 'npm run -s montana --' : 'montana';

/** A command of this project. */
export const commandLine = (words: readonly string[]): string => [CALL, ...words.map(inShell)].join(' ');
