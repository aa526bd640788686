import { compareIds, type Id, littleEndian, ZERO_ID } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';

/** cemented_bundle_aggregate(W) over the signers of the included bundles, in any order (04 §5, 01 R3). Zeros for W < 2. */
export const cementedBundleAggregate = (window: number | bigint, signers: readonly Id[]): Id => {
  if (BigInt(window) < 2n) return ZERO_ID;
  const context = littleEndian(window, 8);
  if (signers.length === 0) return hashId('mt-bc-aggregate-empty', context);
  return hashId('mt-bc-aggregate', ...[...signers].sort(compareIds), context);
};
