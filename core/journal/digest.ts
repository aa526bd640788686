import { ascii, concat, type Id, toHex } from '../bytes/bytes.ts';
import { sha256 } from '../crypto/hash.ts';

/** Inputs and effects so far, and the running digest of the effects. */
export interface Tally {
  readonly inputs: number;
  readonly effects: number;
  readonly digest: Id;
}

/** Running digest of a host's effects: SHA-256(digest before ‖ bytes of the effects) for every input that has any. */
export class EffectDigest {
  inputs = 0;
  #effects = 0;
  #digest: Uint8Array = sha256(ascii('montana-effects'));

  /** The effects of one more input. */
  add(count: number, bytes: Uint8Array): void {
    this.inputs++;
    this.#effects += count;
    if (count > 0) this.#digest = sha256(concat(this.#digest, bytes));
  }

  value(): Tally {
    return { inputs: this.inputs, effects: this.#effects, digest: toHex(this.#digest) };
  }
}
