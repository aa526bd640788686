/** Overwrites secrets that are not needed any more with zeros (06 §3.4). What the engine copied for itself is out of reach. */
export const wipe = (...secrets: readonly (Uint8Array | undefined)[]): void => {
  for (const secret of secrets) secret?.fill(0);
};
