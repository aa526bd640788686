import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { divide } from '../bytes/integers.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { wipe } from './wipe.ts';

/** Poly1305 tag at the end of a record (RFC 8439). */
export const TAG_SIZE = 16;
/** Length in front of a record, u16 big-endian: counts ciphertext and tag. */
export const LENGTH_SIZE = 2;
const MAX_LENGTH = 65_535;
/** Most plaintext of one record; longer data is split (06 §3.5). */
export const MAX_PLAINTEXT = MAX_LENGTH - TAG_SIZE;

const NONCE_SIZE = 12;
/** Where the u64 counter stands in the nonce, behind four zero bytes. */
const COUNTER_AT = 4;
const COUNTERS = 1n << 64n;

/**
 * Whether a direction has carried so much that the connection should be dialled anew: 2^32 records or 1 TiB (06 §3.5). There is no
 * rekeying; the third bound, a day, is for whoever has a clock.
 */
export const isWorn = (records: bigint, bytes: number): boolean => records >= 1n << 32n || bytes >= 1_099_511_627_776;

/** ChaCha20-Poly1305 with no associated data (RFC 8439) for one record: `key` of 32 bytes, `nonce` of 12. Both are only lent. */
export type Aead = (
  key: Uint8Array,
  nonce: Uint8Array,
) => {
  /** Writes ciphertext and tag to `output`, 16 bytes longer than `plaintext`. */
  encrypt(plaintext: Uint8Array, output: Uint8Array): void;
  /** The plaintext; throws unless the tag fits. */
  decrypt(ciphertext: Uint8Array): Uint8Array;
};

/** Key and nonces of one direction: 00000000 ‖ u64 big-endian counter, from 0, one per record (06 §3.5). */
class Direction {
  readonly key: Uint8Array;
  readonly nonce = new Uint8Array(NONCE_SIZE);
  readonly #aead: Aead;
  counter: bigint;
  bytes = 0;

  constructor(key: Uint8Array, counter: bigint, aead: Aead) {
    this.key = key;
    this.counter = counter;
    this.#aead = aead;
  }

  /** The cipher of the next record. */
  cipher(): ReturnType<Aead> {
    new DataView(this.nonce.buffer).setBigUint64(COUNTER_AT, this.counter);
    return this.#aead(this.key, this.nonce);
  }

  /** A record of `bytes` on the wire is done. */
  advance(bytes: number): void {
    this.counter += 1n;
    this.bytes += bytes;
  }
}

/**
 * Plaintext to records, one direction (06 §3.5). Takes the key over. What `seal` returns must be sent whole, in the order of the calls,
 * and once: the counter has moved on.
 */
export class RecordSealer {
  readonly #direction: Direction;
  #isClosed = false;

  /** `counter`: number of the first record; not 0 only where a test continues a stream. `aead`: a faster one of the shell. */
  constructor(key: Uint8Array, counter = 0n, aead: Aead = chacha20poly1305) {
    this.#direction = new Direction(key, counter, aead);
  }

  /** Records sealed. */
  get records(): bigint {
    return this.#direction.counter;
  }

  /** Bytes put on the wire. */
  get bytes(): number {
    return this.#direction.bytes;
  }

  /**
   * `data` as records, joined as they go on the wire: one for each 65 519 bytes begun, none for no data. `CounterOverflow`: the 2^64
   * numbers of the direction do not suffice; nothing is sealed, and the sealer is closed.
   */
  seal(data: Uint8Array): Result<Uint8Array, 'CounterOverflow' | 'Closed'> {
    if (this.#isClosed) return fail('Closed');
    const direction = this.#direction;
    const records = divide(data.length + MAX_PLAINTEXT - 1, MAX_PLAINTEXT);
    if (direction.counter + BigInt(records) > COUNTERS) {
      this.close();
      return fail('CounterOverflow');
    }
    const wire = new Uint8Array(data.length + records * (LENGTH_SIZE + TAG_SIZE));
    const view = new DataView(wire.buffer);
    let end = 0;
    for (let at = 0; at < data.length; at += MAX_PLAINTEXT) {
      const plaintext = data.subarray(at, at + MAX_PLAINTEXT);
      const length = plaintext.length + TAG_SIZE;
      view.setUint16(end, length);
      direction.cipher().encrypt(plaintext, wire.subarray(end + LENGTH_SIZE, end + LENGTH_SIZE + length));
      direction.advance(LENGTH_SIZE + length);
      end += LENGTH_SIZE + length;
    }
    return ok(wire);
  }

  /** Wipes the key. */
  close(): void {
    this.#isClosed = true;
    wipe(this.#direction.key);
  }
}

/**
 * - `RecordTooShort`: a length below that of the tag.
 * - `BadRecord`: changed, replayed, out of order, or sealed with another key.
 * - `CounterOverflow`: more than 2^64 records.
 * - `TruncatedRecord`: the stream ended inside a record or inside its length.
 * - `Closed`: by our own side.
 */
export type RecordError = 'RecordTooShort' | 'BadRecord' | 'CounterOverflow' | 'TruncatedRecord' | 'Closed';

export interface Opened {
  /** Plaintexts of the records completed, in order; those before a bad record too. */
  readonly data: readonly Uint8Array[];
  /** Set from the first defect on: close the connection at once. */
  readonly error: RecordError | undefined;
}

const NOTHING = new Uint8Array(0);
const FIRST_CAPACITY = 1_024;
const MAX_RECORD = LENGTH_SIZE + MAX_LENGTH;

/**
 * Records to plaintext, one direction (06 §3.5). Takes the key over. Bytes may come in any pieces; at most one incomplete record is
 * held, in memory that grows with what came. Every record of one key opens once, in the order sealed, or the stream is over.
 */
export class RecordOpener {
  readonly #direction: Direction;
  #error: RecordError | undefined;
  /** The incomplete record, its length included, in the first `#heldSize` bytes. */
  #held = NOTHING;
  #heldSize = 0;

  /** `counter`: number of the first record; not 0 only where a test continues a stream. `aead`: a faster one of the shell. */
  constructor(key: Uint8Array, counter = 0n, aead: Aead = chacha20poly1305) {
    this.#direction = new Direction(key, counter, aead);
  }

  /** Records opened. */
  get records(): bigint {
    return this.#direction.counter;
  }

  /** Bytes of those records on the wire. */
  get bytes(): number {
    return this.#direction.bytes;
  }

  /** Whether a record was opened: only then is the peer of a handshake known to hold its keys (06 §3.4, §15 E-1). */
  get isConfirmed(): boolean {
    return this.#direction.counter > 0n;
  }

  /** The next bytes of the stream. */
  push(bytes: Uint8Array): Opened {
    const data: Uint8Array[] = [];
    let at = 0;
    while (at < bytes.length && this.#error === undefined) {
      const size = this.#heldSize > 0 ? 0 : recordSize(bytes, at, bytes.length);
      if (size > LENGTH_SIZE && size <= bytes.length - at) {
        this.#open(bytes.subarray(at, at + size), data);
        at += size;
      } else {
        at += this.#hold(bytes.subarray(at), data);
      }
    }
    return { data, error: this.#error };
  }

  /** The end of the stream. `TruncatedRecord` unless it stands between two records; else the error there was. */
  end(): Result<undefined, RecordError> {
    if (this.#error === undefined) this.#stop(this.#heldSize > 0 ? 'TruncatedRecord' : 'Closed');
    return this.#error === undefined || this.#error === 'Closed' ? ok(undefined) : fail(this.#error);
  }

  /** Wipes the key; nothing opens any more. */
  close(): void {
    this.#stop(this.#error ?? 'Closed');
  }

  /** Takes as much of `bytes` as completes the length, or then the record; answers how much that was. */
  #hold(bytes: Uint8Array, data: Uint8Array[]): number {
    const size = recordSize(this.#held, 0, this.#heldSize);
    const taken = Math.min(bytes.length, size - this.#heldSize);
    const heldSize = this.#heldSize + taken;
    if (heldSize > this.#held.length) {
      const larger = new Uint8Array(Math.min(MAX_RECORD, Math.max(FIRST_CAPACITY, 2 * heldSize)));
      larger.set(this.#held.subarray(0, this.#heldSize));
      this.#held = larger;
    }
    this.#held.set(bytes.subarray(0, taken), this.#heldSize);
    this.#heldSize = heldSize;
    if (heldSize === LENGTH_SIZE) {
      if (recordSize(this.#held, 0, heldSize) < LENGTH_SIZE + TAG_SIZE) this.#stop('RecordTooShort');
    } else if (heldSize === size) {
      this.#open(this.#held.subarray(0, size), data);
      this.#heldSize = 0;
    }
    return taken;
  }

  #open(record: Uint8Array, data: Uint8Array[]): void {
    if (record.length < LENGTH_SIZE + TAG_SIZE) this.#stop('RecordTooShort');
    else if (this.#direction.counter === COUNTERS) this.#stop('CounterOverflow');
    else {
      try {
        data.push(this.#direction.cipher().decrypt(record.subarray(LENGTH_SIZE)));
        this.#direction.advance(record.length);
      } catch {
        this.#stop('BadRecord');
      }
    }
  }

  #stop(error: RecordError): void {
    this.#error = error;
    this.#held = NOTHING;
    this.#heldSize = 0;
    wipe(this.#direction.key);
  }
}

/** Bytes of the record at `at`, its length included; those of the length alone while they are not all there. */
const recordSize = (bytes: Uint8Array, at: number, end: number): number =>
  end - at < LENGTH_SIZE ? LENGTH_SIZE : LENGTH_SIZE + (bytes[at] as number) * 256 + (bytes[at + 1] as number);
