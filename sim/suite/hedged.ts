import { hedgedSignature, mlDsa65 } from '#core/crypto/ml-dsa.ts';
import type { Suite } from '#core/crypto/suite.ts';

/** A signature scheme with more than one valid signature of a message, as ML-DSA has: nodes sign without randomness, nobody has to. */
export interface HedgedSuite extends Suite {
  /** The signature that 32 bytes of randomness lead to, by the key of `seed`. */
  hedged(seed: Uint8Array, message: Uint8Array, rnd: Uint8Array): Uint8Array;
}

export const realSuite: HedgedSuite = { ...mlDsa65, hedged: hedgedSignature };
