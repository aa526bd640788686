import type { Id } from '#core/bytes/bytes.ts';
import type { Result } from '#core/bytes/result.ts';
import type { Form } from '#core/tunnel/forms.ts';
import type { Session } from '#core/tunnel/handshake-keys.ts';
import type { InitiatorDone } from '#core/tunnel/initiator.ts';

/** What the thread is started with. Holds a secret: it goes to the thread and nowhere else. */
export interface HandshakeSetting {
  /** Of the node's ML-DSA-65 key, 32 bytes. */
  readonly seed: Uint8Array;
  /** Verifies in JavaScript where node:crypto could. */
  readonly portable?: boolean;
}

/** What the handshake's thread does, by the machines of core/tunnel; `machine` is the number of one handshake. */
export type Job =
  | { readonly kind: 'begin'; readonly machine: number; readonly form: Form; readonly expectedPeer: string | undefined }
  | { readonly kind: 'receive'; readonly machine: number; readonly message: Uint8Array }
  | { readonly kind: 'receive-first'; readonly machine: number; readonly form: Form; readonly message: Uint8Array }
  | { readonly kind: 'receive-last'; readonly machine: number; readonly message: Uint8Array }
  | { readonly kind: 'abandon'; readonly machine: number }
  | {
      readonly kind: 'prove';
      readonly listener: Id;
      readonly window: bigint;
      /** Of the proof of work; undefined: without. */
      readonly difficulty: number | undefined;
      /** Milliseconds after which nobody waits for it any more. */
      readonly limit: number;
    };

/** What a job answers, by its kind. */
export interface Answers {
  readonly begin: Uint8Array;
  readonly receive: InitiatorDone;
  readonly 'receive-first': Uint8Array;
  readonly 'receive-last': Session;
  readonly abandon: undefined;
  readonly prove: Uint8Array;
}

export interface Ask {
  readonly number: number;
  readonly job: Job;
}

export interface Reply {
  readonly number: number;
  readonly result: Result<Answers[Job['kind']]>;
}

/** The first thing the thread says: the key of its seed. */
export interface Ready {
  readonly publicKey: Uint8Array;
}
