import { concat, type Id } from '../bytes/bytes.ts';
import { id32, layout, u8, u32 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { SIGNATURE_SIZE, type SigningKey, type Verify } from '../crypto/suite.ts';

/** What stands before the ciphertext, 38 bytes; behind it a signature of 3309 without tag or length (06 §14.2). */
export const SF_HEAD = layout('SfHead', {
  recipientHint: id32,
  /** The last window in which it is kept. */
  ttlWindow: u32,
  fragmentIndex: u8,
  totalFragments: u8,
});

/** max_sf_ciphertext_bytes (06 §1). */
export const MAX_SF_CIPHERTEXT = 65_536;
/** Everything but the ciphertext, 3347 bytes. */
export const SF_OVERHEAD = SF_HEAD.minimum + SIGNATURE_SIZE;
/** How far ahead ttlWindow may be, in τ₁. */
export const SF_MAX_TTL = 24;

export interface SfFields {
  readonly recipientHint: Id;
  readonly ttlWindow: number;
  readonly fragmentIndex: number;
  readonly totalFragments: number;
  readonly ciphertext: Uint8Array;
}

export interface SfEnvelope extends SfFields {
  /** What the signature covers. */
  readonly scope: Uint8Array;
  /** 3309 bytes, by a key that travels elsewhere. */
  readonly signature: Uint8Array;
}

/** Whether an envelope may be kept: from the next window to 24τ₁ ahead, both included (06 §14.2). */
export const isTtlValid = (window: number, ttlWindow: number, tau1Windows: number): boolean =>
  window < ttlWindow && ttlWindow <= window + SF_MAX_TTL * tau1Windows;

/** The bytes that the sender signs: head and ciphertext. */
export const sfScope = (fields: SfFields): Uint8Array => concat(SF_HEAD.encode(fields), fields.ciphertext);

export const encodeSfEnvelope = (fields: SfFields, key: SigningKey): Uint8Array => {
  const scope = sfScope(fields);
  return concat(scope, key.sign(scope));
};

/** Splits an envelope: views of `bytes`. `InvalidStructure`: too short, too much ciphertext, or no fragment of its message. */
export const decodeSfEnvelope = (bytes: Uint8Array): Result<SfEnvelope, 'InvalidStructure'> => {
  const size = bytes.length - SF_OVERHEAD;
  if (size < 0 || size > MAX_SF_CIPHERTEXT) return fail('InvalidStructure');
  const scope = bytes.subarray(0, SF_HEAD.minimum + size);
  const head = SF_HEAD.decode(scope.subarray(0, SF_HEAD.minimum));
  if (!head.ok || head.value.fragmentIndex >= head.value.totalFragments) return fail('InvalidStructure');
  return ok({
    ...head.value,
    ciphertext: scope.subarray(SF_HEAD.minimum),
    scope,
    signature: bytes.subarray(scope.length),
  });
};

/** Structure with the time to live, then the signature of the sender's key (06 §14.2). */
export const judgeSfEnvelope = (
  bytes: Uint8Array,
  senderKey: Uint8Array,
  window: number,
  tau1Windows: number,
  verify: Verify,
): Result<SfEnvelope, 'InvalidStructure' | 'InvalidSignature'> => {
  const envelope = decodeSfEnvelope(bytes);
  if (!envelope.ok) return envelope;
  if (!isTtlValid(window, envelope.value.ttlWindow, tau1Windows)) return fail('InvalidStructure');
  return verify(senderKey, envelope.value.scope, envelope.value.signature) ? envelope : fail('InvalidSignature');
};
