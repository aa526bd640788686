/** Records of one chunk; only the last chunk of a table may have fewer (06 §7). */
export const RECORDS_PER_CHUNK = 32;

/** Records of a snapshot that anybody serves or accepts (06 §7). */
export const MAX_RECORDS = 10_000_000;

/** Records that wait to be hashed into the trees together: at most 16 MiB, and enough to keep the batch hasher busy. */
export const BATCH_RECORDS = 4096;
