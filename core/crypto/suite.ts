/** Sizes of ML-DSA-65 in bytes (01 §4). */
export const PUBLIC_KEY_SIZE = 1952;
export const SECRET_KEY_SIZE = 4032;
export const SIGNATURE_SIZE = 3309;
export const KEY_SEED_SIZE = 32;

/** The only suite_id in force (01 §4). */
export const SUITE_ML_DSA_65 = 1;

/** A key that can sign. Whoever holds the handle can sign with it; nobody else can. */
export interface SigningKey {
  /** 1952 bytes. */
  readonly publicKey: Uint8Array;
  /** Deterministic signature of `message`, 3309 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** Verification: pure, so the core simply asks. False for a key or a signature of another length. */
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** A signature scheme as the core sees it. */
export interface Suite {
  /** Key pair from a 32-byte seed. */
  key(seed: Uint8Array): SigningKey;
  readonly verify: Verify;
}
