import type { Id } from '../bytes/bytes.ts';
import { id32, layout, raw, u64 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import type { Reveal } from './objects.ts';
import { signedParts, signInPlace, UNSIGNED } from './signed.ts';

/** VDF_Reveal (04 §6.1), 3381 bytes. The window stands before the endpoint, unlike in a bundle. */
export const revealLayout = layout('VDF_Reveal', {
  nodeId: id32,
  windowIndex: u64,
  endpoint: id32,
  signature: raw(SIGNATURE_SIZE),
});

export interface RevealFields {
  readonly nodeId: Id;
  readonly window: number | bigint;
  readonly endpoint: Id;
}

/** Decodes canonical bytes. Error: Malformed. */
export const decodeReveal = (bytes: Uint8Array): Result<Reveal, 'Malformed'> => {
  const decoded = revealLayout.decode(bytes);
  if (!decoded.ok) return fail('Malformed');
  const { nodeId, windowIndex, endpoint } = decoded.value;
  return ok({
    kind: 'reveal',
    ...signedParts('mt-vdf-reveal', bytes),
    nodeId,
    window: Number(windowIndex),
    endpoint,
  });
};

/** Builds and signs a reveal. */
export const makeReveal = ({ nodeId, window, endpoint }: RevealFields, key: SigningKey): Reveal => {
  const bytes = revealLayout.encode({ nodeId, windowIndex: BigInt(window), endpoint, signature: UNSIGNED });
  signInPlace(bytes, key);
  return { kind: 'reveal', ...signedParts('mt-vdf-reveal', bytes), nodeId, window: Number(window), endpoint };
};
