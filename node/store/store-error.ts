import type { Result } from '#core/bytes/result.ts';

/** Why a store cannot be opened, read or written: one line for the operator. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** The message of whatever was thrown, on one line. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');

/** A value of the store. What does not decode was not written by this program. */
export const sound = <T>(result: Result<T, string> | undefined): T => {
  if (result?.ok) return result.value;
  throw new StoreError(`the store is damaged: ${result?.error ?? 'something is missing'}`);
};
