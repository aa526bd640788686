import type { Id } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';

/** Place of a registration among those of its window: T and aggregate of W_p and W_p − 2 (05 §4). */
export const registrationSortKey = (timechainValue: Id, aggregate: Id, nodePubkey: Uint8Array): Id =>
  hashId('mt-nodereg-sort', timechainValue, aggregate, nodePubkey);

/** Place of a candidate in a selection event: T and aggregate of W and W − 2 (05 §5). */
export const selectionSortKey = (timechainValue: Id, aggregate: Id, nodeId: Id): Id =>
  hashId('mt-selection', timechainValue, aggregate, nodeId);
