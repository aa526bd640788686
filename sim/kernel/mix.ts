/**
 * A 32-bit hash of (seed, link, object), unsigned. Used where a stream would be wrong: removing one message moves no other.
 * Rounds of MurmurHash3's finaliser, whose constants these are.
 */
export const mix = (seed: number, link: number, object: number): number => {
  let h = Math.imul(seed ^ Math.imul(link, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13) ^ object, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** Maps a 32-bit hash to 0 … limit − 1; limit ≤ 2^32. */
export const scale = (hash: number, limit: number): number => Math.floor((hash * limit) / 0x1_0000_0000);

/** A 32-bit hash of a text, for names; FNV-1a. */
export const mixText = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
};
