import type { Id } from '../bytes/bytes.ts';
import type { Params } from './params.ts';
import type { Rules } from './rules.ts';

/** What identifies a network and never changes: fixed at genesis and hash-bound (01 §9, 09 §1). */
export interface Network {
  readonly params: Params;
  readonly rules: Rules;
  /** Genesis State Hash. */
  readonly genesisHash: Id;
  /** Founders' node ids: bootstrap first, the others ascending. They lead windows 0 and 1 in this order (04 §7). */
  readonly founders: readonly Id[];
}
