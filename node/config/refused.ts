/** What was asked for cannot be done. The message is for the operator: each line says what is wrong and what to do. Exit code 1. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** `Refused` by what stands in a file: lines of the form `file:line:column: …`. */
export class FileFaults extends Refused {}

/** Why a file could not be used, in the words of the system: `permission denied`. */
export const systemReason = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^[A-Z][A-Z0-9]+: /, '').replace(/, \w+( '.*)?$/, '');
};

/** Code of an error of the system, as in `ENOENT`. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
