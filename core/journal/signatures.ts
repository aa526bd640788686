import { type Id, toHex } from '../bytes/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import type { FlatSignature } from './layouts.ts';
import { withoutZeros, withZeros } from './objects.ts';

const digestOf = (message: Uint8Array): Id => toHex(sha256(message));

/** `key`, which tells of everything it signs. */
export const toldKey = (key: SigningKey, tell: (signature: FlatSignature) => void): SigningKey => ({
  publicKey: key.publicKey,
  sign(message) {
    const signature = key.sign(message);
    tell({ message: digestOf(message), bytes: withoutZeros(signature) });
    return signature;
  },
});

/** A key that knows what was signed in one handling, in order and whoever signed it, and can sign nothing else. */
export class RecordedKey implements SigningKey {
  readonly publicKey: Uint8Array;
  #signatures: readonly FlatSignature[] = [];
  #asked = 0;
  #misplaced = 0;

  constructor(publicKey: Uint8Array) {
    this.publicKey = publicKey;
  }

  /** Another key of the host: what it signed stands among the rest. */
  as(publicKey: Uint8Array): SigningKey {
    return { publicKey, sign: (message) => this.sign(message) };
  }

  /** What the next handling signed. */
  begin(signatures: readonly FlatSignature[]): void {
    this.#signatures = signatures;
    this.#asked = 0;
    this.#misplaced = 0;
  }

  /** Zeros where another message was signed. */
  sign(message: Uint8Array): Uint8Array {
    const known = this.#signatures[this.#asked++];
    if (known?.message === digestOf(message)) return withZeros(known.bytes, SIGNATURE_SIZE);
    if (this.#misplaced === 0) this.#misplaced = this.#asked;
    return new Uint8Array(SIGNATURE_SIZE);
  }

  /** How what was asked for differs from what was signed; undefined: not at all. */
  get difference(): string | undefined {
    if (this.#misplaced > 0) return `signature ${this.#misplaced} of another message`;
    return this.#asked === this.#signatures.length ? undefined : `${this.#asked} signatures`;
  }
}
