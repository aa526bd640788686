import type { Result } from '#core/bytes/result.ts';

/** Why a store cannot be opened, read or written: one line for the operator. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/**
 * For the operator of a store that is of no use. A node that catches up without its store does not know what it signed in the window that
 * was open, and would sign in it again, perhaps something else (09 §8.8): that window has to be final first.
 */
const WAIT = 'stop the node, wait until two more windows are final elsewhere (some ten minutes)';
const REMOVE = 'remove store.lmdb and store-2.lmdb (keep identity.bin), then start it: it catches up';
export const ANEW = `${WAIT}, ${REMOVE}`;

/** What was read was not written so by this program. */
export const damaged = (what: string): StoreError => new StoreError(`the store is damaged: ${what}; ${ANEW}`);

/** A file that LMDB would not survive the sight of. */
export const noStore = (file: string): StoreError => new StoreError(`${file} is no LMDB file; ${ANEW}`);
export const cutShort = (file: string): StoreError =>
  new StoreError(`${file} is cut short; ${WAIT}, put the copy back whole or ${REMOVE}`);

/** A file that is read beside whoever makes it. */
export const emptyStore = (file: string): StoreError =>
  new StoreError(`${file} is not there, or empty; start the node once to make it`);

/** The message of whatever was thrown, on one line. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');

/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_INVALID. */
const CODES_OF_DAMAGE: readonly unknown[] = [-30_797, -30_796, -30_793];

/** `error` as a `StoreError`: what LMDB says of the file itself, or that `what` could not be done. */
export const storeError = (what: string, error: unknown): StoreError => {
  if (error instanceof StoreError) return error;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return CODES_OF_DAMAGE.includes(code) ? damaged(reasonOf(error)) : new StoreError(`${what}: ${reasonOf(error)}`);
};

/** A value of the store. */
export const sound = <T>(result: Result<T, string> | undefined): T => {
  if (result?.ok) return result.value;
  throw damaged(result?.error ?? 'something is missing');
};
