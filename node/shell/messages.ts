import type { Id } from '#core/bytes/bytes.ts';
import type { Result } from '#core/bytes/result.ts';
import type { ProofRejected } from '#core/tunnel/listener.ts';
import type { AccessLevel } from '#core/tunnel/online-proof.ts';
import type { Pace, Standing } from './protocol.ts';

/** To the protocol's thread. `request` comes back with the answer. */
export type ToProtocol =
  | { readonly type: 'peer-up'; readonly link: number; readonly isOutgoing: boolean; readonly far?: Id }
  | { readonly type: 'peer-down'; readonly link: number }
  | { readonly type: 'message'; readonly link: number; readonly envelope: Uint8Array }
  | { readonly type: 'submit'; readonly operation: Uint8Array; readonly notBefore: number }
  | { readonly type: 'judge'; readonly request: number; readonly advertisement: Uint8Array; readonly key: Uint8Array }
  | { readonly type: 'leave'; readonly grant: number }
  | { readonly type: 'classify'; readonly request: number; readonly key: Uint8Array }
  | { readonly type: 'pace'; readonly request: number }
  | { readonly type: 'stop' };

/** One message for some links, in the order of a thread's sends. */
export interface Letter {
  readonly links: readonly number[];
  readonly envelope: Uint8Array;
}

/** What `leave` is called with when the connection closes. */
export interface Admission {
  readonly level: AccessLevel;
  readonly reply: Uint8Array;
  readonly grant: number;
}

export type FromProtocol =
  /** All that one input made the host send. */
  | { readonly type: 'letters'; readonly letters: readonly Letter[] }
  | { readonly type: 'standing'; readonly standing: Standing }
  | { readonly type: 'final'; readonly standing: Standing; readonly operations: number }
  /** Messages of a link were handled; `backlog.ts` says what they cost. */
  | { readonly type: 'taken'; readonly link: number; readonly cost: number }
  | { readonly type: 'penalty'; readonly link: number; readonly reason: string }
  | { readonly type: 'submitted'; readonly operation: Id; readonly verdict: string }
  | { readonly type: 'confirmed'; readonly operation: Id; readonly window: number }
  | { readonly type: 'judged'; readonly request: number; readonly result: Result<Admission, ProofRejected> }
  | { readonly type: 'classified'; readonly request: number; readonly level: AccessLevel | undefined }
  | { readonly type: 'paced'; readonly request: number; readonly pace: Pace }
  /** The last one: nothing is signed any more. */
  | { readonly type: 'stopped'; readonly reason: string };
