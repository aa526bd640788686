import { fromHex, type Id } from '#core/bytes/bytes.ts';

/** Of a window: eight bytes, so that the order of keys is that of windows. */
export const windowKey = (window: number): Uint8Array => {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, BigInt(window));
  return key;
};

/** The window of a key. */
export const keyWindow = (key: Uint8Array): number =>
  Number(new DataView(key.buffer, key.byteOffset, key.byteLength).getBigUint64(0));

/**
 * Of a place in a tree, whose name has 1 to 65 digits (`core/state/paths.ts`): two digits a byte, at most 33 bytes. The last digit
 * of a name is never 0, so the 0 that fills an odd name up makes no two names one.
 */
export const placeKey = (name: string): Uint8Array => fromHex(name.length % 2 === 0 ? name : `${name}0`);

/** The id after this one; undefined: it was the last. */
export const nextId = (id: Id): Id | undefined => {
  const next = (BigInt(`0x${id}`) + 1n).toString(16).padStart(id.length, '0');
  return next.length > id.length ? undefined : next;
};
