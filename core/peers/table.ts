import type { Id } from '../bytes/bytes.ts';
import { divide } from '../bytes/integers.ts';
import type { Random } from '../gossip/random.ts';
import { type Address, groupOf } from './address.ts';
import { BUCKET_SIZE, NEW_BUCKETS, newBucket, VERIFIED_BUCKETS, verifiedBucket } from './buckets.ts';

/** Most rows of both tables together (06 §1). */
export const MAX_PEER_RECORDS = 8_192;

/** Buckets looked into for one draw before it is given up. */
const DRAWS = 64;

/** A node that can be dialled. */
export interface Contact {
  readonly nodeId: Id;
  readonly address: Address;
  /** The window its node began in. */
  readonly startWindow: number;
}

/** A contact in one of the tables. */
export interface Row extends Contact {
  readonly isVerified: boolean;
  /** The last window in which it was connected or, while not verified, told of. */
  readonly lastSeen: number;
  readonly bucket: number;
}

/**
 * Who is out there (06 §9): *new* were told of, *verified* gave a tunnel proof. A bucket takes 32; a new one that finds its bucket full
 * replaces the one of it that was seen longest ago. Verified wins on conflict: nobody's word changes such a row.
 */
export class PeerTable {
  readonly #own: Id;
  readonly #secret: Uint8Array;
  readonly #rows = new Map<Id, Row>();
  readonly #new: Row[][] = Array.from({ length: NEW_BUCKETS }, () => []);
  readonly #verified: Row[][] = Array.from({ length: VERIFIED_BUCKETS }, () => []);

  /** `secret`: 32 random bytes, kept over restarts, never sent. */
  constructor(own: Id, secret: Uint8Array) {
    this.#own = own;
    this.#secret = secret;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(nodeId: Id): Row | undefined {
    return this.#rows.get(nodeId);
  }

  /** All rows, in no order that means anything: for whoever stores them. */
  rows(): Iterable<Row> {
    return this.#rows.values();
  }

  /** Somebody in group `source` told of a contact in `window`. */
  heard(contact: Contact, source: string, window: number): void {
    const known = this.#rows.get(contact.nodeId);
    if (contact.nodeId === this.#own || known?.isVerified === true) return;
    if (known !== undefined) this.#remove(known);
    const bucket = newBucket(this.#secret, source, groupOf(contact.address));
    this.#insert({ ...contact, isVerified: false, lastSeen: window, bucket });
  }

  /** A contact gave its tunnel proof, or still is connected. */
  verified(contact: Contact, window: number): void {
    if (contact.nodeId === this.#own) return;
    const known = this.#rows.get(contact.nodeId);
    if (known !== undefined) this.#remove(known);
    const bucket = verifiedBucket(this.#secret, groupOf(contact.address));
    this.#insert({ ...contact, isVerified: true, lastSeen: window, bucket });
  }

  /** A row of the process before. One that fits in no bucket is left out. */
  restore(row: Row): void {
    const isBucket = this.#bucketOf(row) !== undefined;
    if (isBucket && row.nodeId !== this.#own && !this.#rows.has(row.nodeId)) this.#insert(row);
  }

  /** A contact that is somebody else's, or banned. */
  drop(nodeId: Id): void {
    const known = this.#rows.get(nodeId);
    if (known !== undefined) this.#remove(known);
  }

  /** Forgets new ones that nobody told of for τ₂ (06 OP-10). */
  prune(window: number, tau2: number): void {
    for (const row of [...this.#rows.values()]) {
      if (!row.isVerified && row.lastSeen + tau2 < window) this.#remove(row);
    }
  }

  /**
   * One contact for a free place: a coin for the table, a bucket that is not empty, an entry of it, each drawn alike; again until
   * `isWanted` (06 §9). undefined: none was found.
   */
  draw(random: Random, isWanted: (contact: Contact) => boolean): Contact | undefined {
    for (let i = 0; i < DRAWS; i++) {
      const row = this.#any(random, random.below(2) === 0);
      if (row !== undefined && isWanted(row)) return row;
    }
    return undefined;
  }

  /** One that was only told of: a feeler finds out whether it exists (06 §9). */
  drawNew(random: Random): Contact | undefined {
    return this.#any(random, false);
  }

  /** At most `most` verified contacts seen since `since`, drawn at random. */
  sample(random: Random, most: number, since: number): readonly Contact[] {
    const known = this.#verified.flat().filter(({ lastSeen }) => lastSeen >= since);
    const count = Math.min(most, known.length);
    for (let i = 0; i < count; i++) {
      const other = i + random.below(known.length - i);
      [known[i], known[other]] = [known[other] as Row, known[i] as Row];
    }
    return known.slice(0, count);
  }

  #any(random: Random, isVerified: boolean): Row | undefined {
    const filled = (isVerified ? this.#verified : this.#new).filter(({ length }) => length > 0);
    const bucket = filled.length === 0 ? undefined : filled[random.below(filled.length)];
    return bucket?.[random.below(bucket.length)];
  }

  #insert(row: Row): void {
    const bucket = this.#bucketOf(row);
    if (bucket.length >= BUCKET_SIZE) this.#remove(oldest(bucket));
    else if (this.#rows.size >= MAX_PEER_RECORDS) this.#evict();
    bucket.push(row);
    this.#rows.set(row.nodeId, row);
  }

  #remove(row: Row): void {
    const bucket = this.#bucketOf(row);
    bucket.splice(bucket.indexOf(row), 1);
    this.#rows.delete(row.nodeId);
  }

  /** The oldest that is not verified, only then the oldest verified (06 §9). */
  #evict(): void {
    const unproven = this.#new.flat();
    this.#remove(oldest(unproven.length > 0 ? unproven : this.#verified.flat()));
  }

  #bucketOf({ isVerified, bucket }: Row): Row[] {
    return (isVerified ? this.#verified : this.#new)[bucket] as Row[];
  }
}

const oldest = (rows: readonly Row[]): Row => rows.reduce((a, b) => (b.lastSeen < a.lastSeen ? b : a));

/** The cohort of a node: epochs since genesis in which it began (06 §9). */
export const cohortOf = (startWindow: number, tau2: number): number => divide(startWindow, tau2);
