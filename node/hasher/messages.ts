import type { ChainJob, ChainResult } from '#core/participant/types.ts';

/** To the hashing thread. An alarm has a number: one that was replaced meanwhile is told apart by it. */
export type ToHasher =
  | { readonly type: 'work' | 'cancel'; readonly job: ChainJob }
  | { readonly type: 'alarm'; readonly at: number | undefined; readonly number: number }
  | { readonly type: 'stop' };

export type FromHasher =
  | { readonly type: 'done'; readonly job: ChainJob; readonly result: ChainResult }
  | { readonly type: 'alarm'; readonly number: number };

/** What the thread starts with: a u64 it writes its count into. */
export interface HasherData {
  readonly count: SharedArrayBuffer;
}
