import { hashAnyTag, sha256 } from '#core/crypto/hash.ts';
import type { Handlers } from '../handler.ts';

/** 01 §3. */
export const hash: Handlers = {
  domain_hash: (input) => ({ hash: hashAnyTag(input.text('domain'), ...input.byteStrings('parts')) }),
  sha256: (input) => ({ hash: sha256(input.bytes('data')) }),
};
