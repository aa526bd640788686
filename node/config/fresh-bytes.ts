import { randomFillSync } from 'node:crypto';

/** Random bytes for a secret, in memory of their own: what `randomBytes` returns would have to be copied, and stay. */
export const freshBytes = (size: number): Uint8Array => randomFillSync(new Uint8Array(size));
