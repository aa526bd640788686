/** What went wrong, for a person: the first line of an error's message. */
export const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';

/** The same, whole: a list of what failed has a line for each. */
export const joinedLines = (error: unknown): string =>
  error instanceof Error ? error.message.replaceAll(/\s*\n\s*/g, ' ') : String(error);
