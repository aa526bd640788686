import { fromHex, readLittleEndian } from '../bytes/bytes.ts';
import { hash } from '../crypto/hash.ts';

/** Buckets of each table, and places of one (06 §9). */
export const NEW_BUCKETS = 256;
export const VERIFIED_BUCKETS = 64;
export const BUCKET_SIZE = 32;

const NEW_TABLE = 1;
const VERIFIED_TABLE = 2;

/**
 * The bucket of an address (06 §9): H("mt-peer-bucket", secret ‖ table ‖ source group ‖ address group), first 8 bytes, modulo the
 * number of buckets. `source` is the group of whoever told of it. Nobody without the secret can aim at a bucket.
 */
export const newBucket = (secret: Uint8Array, source: string, group: string): number =>
  bucketOf(secret, NEW_TABLE, source, group, NEW_BUCKETS);

/** As above; of a proven address nobody's word counts, so its own group stands in both places. */
export const verifiedBucket = (secret: Uint8Array, group: string): number =>
  bucketOf(secret, VERIFIED_TABLE, group, group, VERIFIED_BUCKETS);

const bucketOf = (secret: Uint8Array, table: number, source: string, group: string, buckets: number): number => {
  const digest = hash('mt-peer-bucket', secret, Uint8Array.of(table), fromHex(source), fromHex(group));
  return Number(readLittleEndian(digest, 0, 8) % BigInt(buckets));
};
