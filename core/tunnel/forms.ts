/** A form of the handshake: one code path, the same sizes (06 §3.6). */
export interface Form {
  /** Security id of multistream-select. */
  readonly protocol: string;
  /** Whether signatures cover the shared secrets known so far, and so prove that the signer holds the keys of this very session. */
  readonly bindSecrets: boolean;
}

/** Form 1.1.0: an identity put into message 3 by somebody else is refused (06 §15 E-1). */
export const BOUND_FORM: Form = { protocol: '/montana/noise-pq-xx/1.1.0', bindSecrets: true };

/**
 * Form 1.0.0: signatures over the public transcript only. Kept for conformance and for the attack it allows; a session of this form
 * says nothing about the peer before a record of it was opened.
 */
export const UNBOUND_FORM: Form = { protocol: '/montana/noise-pq-xx/1.0.0', bindSecrets: false };

/** What a node offers, best first: the bound form alone, for the choice itself is not authenticated (09 §4). */
export const OFFERED_FORMS: readonly Form[] = [BOUND_FORM];
