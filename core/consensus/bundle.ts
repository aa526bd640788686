import type { Id } from '../bytes/bytes.ts';
import { id32, layout, list, raw, u64 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import type { Bundle } from './objects.ts';
import { signedParts, signInPlace, UNSIGNED } from './signed.ts';

/** BundledConfirmation (04 §4): 3385 bytes and 32 for each listed hash. */
export const bundleLayout = layout('BundledConfirmation', {
  nodeId: id32,
  endpoint: id32,
  windowIndex: u64,
  opHashes: list(id32),
  revealHashes: list(id32),
  signature: raw(SIGNATURE_SIZE),
});

export interface BundleFields {
  readonly nodeId: Id;
  readonly endpoint: Id;
  readonly window: number | bigint;
  readonly operations: readonly Id[];
  readonly reveals: readonly Id[];
}

/** Decodes canonical bytes. Error: Malformed. The lists may break their rules: judging says so (04 §4). */
export const decodeBundle = (bytes: Uint8Array): Result<Bundle, 'Malformed'> => {
  const decoded = bundleLayout.decode(bytes);
  if (!decoded.ok) return fail('Malformed');
  const { nodeId, endpoint, windowIndex, opHashes, revealHashes } = decoded.value;
  return ok({
    kind: 'bundle',
    ...signedParts('mt-bundle', bytes),
    nodeId,
    endpoint,
    window: Number(windowIndex),
    operations: opHashes,
    reveals: revealHashes,
  });
};

/** Builds and signs a bundle. */
export const makeBundle = (fields: BundleFields, key: SigningKey): Bundle => {
  const bytes = bundleLayout.encode({
    nodeId: fields.nodeId,
    endpoint: fields.endpoint,
    windowIndex: BigInt(fields.window),
    opHashes: fields.operations,
    revealHashes: fields.reveals,
    signature: UNSIGNED,
  });
  signInPlace(bytes, key);
  return {
    kind: 'bundle',
    ...signedParts('mt-bundle', bytes),
    nodeId: fields.nodeId,
    endpoint: fields.endpoint,
    window: Number(fields.window),
    operations: fields.operations,
    reveals: fields.reveals,
  };
};
