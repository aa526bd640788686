import type { Id } from '#core/bytes/bytes.ts';
import type { Result } from '#core/bytes/result.ts';
import type { CatchUp } from '#core/sync/progress.ts';
import type { ProofRejected } from '#core/tunnel/listener.ts';
import type { Known } from '#node/transport/transport.ts';
import type { ProofMade } from './anchor-proofs.ts';
import type { Pace, Standing } from './protocol.ts';
import type { Answered, Query } from './queries.ts';

/** To the protocol's thread. `request` comes back with the answer. */
export type ToProtocol =
  | { readonly type: 'peer-up'; readonly link: number; readonly isOutgoing: boolean; readonly far?: Id }
  /** An account's client, which has no part in gossip; the key of its handshake. */
  | { readonly type: 'client-up'; readonly link: number; readonly key: Uint8Array }
  | { readonly type: 'peer-down'; readonly link: number }
  | { readonly type: 'message'; readonly link: number; readonly envelope: Uint8Array; readonly onStem: boolean }
  | { readonly type: 'submit'; readonly operation: Uint8Array; readonly notBefore: number }
  | {
      readonly type: 'judge';
      readonly request: number;
      readonly advertisement: Uint8Array;
      readonly key: Uint8Array;
      readonly group: string;
    }
  /** After `crowded`. */
  | { readonly type: 'room'; readonly link: number }
  | { readonly type: 'leave'; readonly grant: number }
  | { readonly type: 'classify'; readonly request: number; readonly key: Uint8Array }
  | { readonly type: 'pace'; readonly request: number }
  | { readonly type: 'query'; readonly request: number; readonly query: Query }
  | { readonly type: 'admit-observers'; readonly isOn: boolean }
  | { readonly type: 'stop' };

/** One message for some links, in the order of a thread's sends. */
export interface Letter {
  readonly links: readonly number[];
  readonly envelope: Uint8Array;
  /** For the stem's stream (06 §10). */
  readonly onStem: boolean;
}

/** A link was the first to bring something since it was last told of; a proposal counts for more (06 §9). */
export interface Useful {
  readonly link: number;
  readonly isProposal: boolean;
}

/** What `leave` is called with when the connection closes. */
export interface Admission extends Known {
  readonly reply: Uint8Array;
  readonly grant: number;
}

export type FromProtocol =
  /** All that one input made the host send; on the way, who was useful since the last letters. */
  | { readonly type: 'letters'; readonly letters: readonly Letter[]; readonly useful: readonly Useful[] }
  | { readonly type: 'standing'; readonly standing: Standing }
  | { readonly type: 'final'; readonly standing: Standing; readonly operations: number }
  /** A snapshot is the state from now on. */
  | { readonly type: 'adopted'; readonly standing: Standing }
  | { readonly type: 'catch-up'; readonly progress: CatchUp }
  /** What the operator should do so that the node catches up. */
  | { readonly type: 'advice'; readonly text: string }
  /** Messages of a link were handled; `backlog.ts` says what they cost. */
  | { readonly type: 'taken'; readonly link: number; readonly cost: number }
  /** Much was said to a link, and there is more: `room` is waited for. */
  | { readonly type: 'crowded'; readonly link: number }
  /** Something went wrong that the node can do without. */
  | { readonly type: 'warning'; readonly reason: string }
  | { readonly type: 'penalty'; readonly link: number; readonly reason: string }
  | { readonly type: 'submitted'; readonly operation: Id; readonly verdict: string }
  | { readonly type: 'confirmed'; readonly operation: Id; readonly window: number }
  | { readonly type: 'proof'; readonly made: ProofMade }
  | { readonly type: 'judged'; readonly request: number; readonly result: Result<Admission, ProofRejected> }
  | { readonly type: 'classified'; readonly request: number; readonly known: Known | undefined }
  | { readonly type: 'paced'; readonly request: number; readonly pace: Pace }
  | { readonly type: 'answered'; readonly request: number; readonly answered: Answered }
  /** The last one: nothing is signed any more. */
  | { readonly type: 'stopped'; readonly reason: string };
