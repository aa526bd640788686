import { layout, raw } from '../bytes/layout.ts';
import { KEM_CIPHERTEXT_SIZE, KEM_PUBLIC_KEY_SIZE } from '../crypto/ml-kem.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';

/** Initiator to responder, 1184 bytes (06 §3.2). */
export const MESSAGE_1 = layout('HandshakeMessage1', {
  /** Ephemeral ML-KEM key of the initiator. */
  ephemeralKey: raw(KEM_PUBLIC_KEY_SIZE),
});

/** Responder to initiator, 7533 bytes (06 §3.2). */
export const MESSAGE_2 = layout('HandshakeMessage2', {
  /** Ephemeral ML-KEM key of the responder. */
  ephemeralKey: raw(KEM_PUBLIC_KEY_SIZE),
  /** To the initiator's ephemeral key. */
  ciphertext: raw(KEM_CIPHERTEXT_SIZE),
  identityKey: raw(PUBLIC_KEY_SIZE),
  signature: raw(SIGNATURE_SIZE),
});

/** Initiator to responder, 6349 bytes (06 §3.2). */
export const MESSAGE_3 = layout('HandshakeMessage3', {
  /** To the responder's ephemeral key. */
  ciphertext: raw(KEM_CIPHERTEXT_SIZE),
  identityKey: raw(PUBLIC_KEY_SIZE),
  signature: raw(SIGNATURE_SIZE),
});

export const MESSAGE_1_SIZE = MESSAGE_1.minimum;
export const MESSAGE_2_SIZE = MESSAGE_2.minimum;
export const MESSAGE_3_SIZE = MESSAGE_3.minimum;

/** Stands where the signature will be. */
export const UNSIGNED = new Uint8Array(SIGNATURE_SIZE);

/** What the signature at the end of a message covers of that message: everything before it. */
export const unsignedPart = (message: Uint8Array): Uint8Array => message.subarray(0, message.length - SIGNATURE_SIZE);

/** Writes the signature of `digest` over the end of `message`. */
export const signMessage = (message: Uint8Array, key: SigningKey, digest: Uint8Array): void =>
  message.set(key.sign(digest), message.length - SIGNATURE_SIZE);
