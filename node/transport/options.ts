import type { Form } from '#core/tunnel/forms.ts';
import type { Counters } from './counters.ts';
import type { Limits } from './limits.ts';
import type { Doorkeeper, Transport, TransportEvents } from './transport.ts';

export interface TransportOptions {
  /** Of the node's ML-DSA-65 key, 32 bytes. It goes to the handshake's thread and nowhere else. */
  readonly seed: Uint8Array;
  /** Multiaddrs to listen at, `/ip4/0.0.0.0/tcp/8444`; none: the node only dials. */
  readonly listen: readonly string[];
  readonly doorkeeper: Doorkeeper;
  readonly events: TransportEvents;
  /** bootstrap_pow_difficulty. */
  readonly difficulty: number;
  readonly limits?: Partial<Limits>;
  /** τ₁ in milliseconds, of which all waits are parts; 60 000. */
  readonly tau1?: number;
  /** Handshakes verify in JavaScript where node:crypto could. */
  readonly portable?: boolean;
  /** Forms of the handshake, best first; the bound one alone (09 §4). */
  readonly forms?: readonly Form[];
}

/** A transport with figures. */
export interface LiveTransport extends Transport {
  /** ML-DSA-65 key of this node, 1952 bytes. */
  readonly publicKey: Uint8Array;
  readonly counters: Counters;
}
