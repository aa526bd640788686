import { type Id, littleEndian } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';

/** endpoint(n, W) = H("mt-lottery", T_W, aggregate(W−2), node_id, LE64(W)) (04 §6.1). */
export const lotteryEndpoint = (timechainValue: Id, aggregate: Id, nodeId: Id, window: number | bigint): Id =>
  hashId('mt-lottery', timechainValue, aggregate, nodeId, littleEndian(window, 8));
