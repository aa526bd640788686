import { ascii, concat, equalBytes, type Id, readLittleEndian, toHex, writeLittleEndian } from '../bytes/bytes.ts';
import { layout, raw, u8, u16 } from '../bytes/layout.ts';
import { sha256 } from '../crypto/hash.ts';

/**
 * A journal file: a header, then blocks, then an end mark.
 *
 *   header  magic 8 ‖ version 2 ‖ kind 1 ‖ chain value 32
 *   block   length 4 ‖ payload ‖ chain value 32
 *   end     length 4, zero ‖ chain value 32
 *
 * The chain value of the header is SHA-256(tag ‖ magic ‖ version ‖ kind), of anything else SHA-256(tag ‖ chain value before ‖
 * length ‖ payload). So two journals are equal up to the last block whose chain values are equal, and a changed byte is found in
 * the block it is in. The header counts as block 0. A process that was killed leaves a journal without its end mark.
 */
export const JOURNAL_HEADER = layout('JournalHeader', { magic: raw(8), version: u16, kind: u8 });

const MAGIC = ascii('mt-jrnl\n');
const VERSION = 3;

/** What a journal holds. */
export const KIND_HOST = 1;
export const KIND_RUN = 2;

/** Bytes collected before they become a block. */
export const BLOCK_SIZE = 65_536;

/** No block has a longer payload: a reader holds one at a time. */
export const MOST_PAYLOAD = 1 << 24;

const LENGTH_SIZE = 4;
const CHAIN_SIZE = 32;
const HEADER_SIZE = JOURNAL_HEADER.minimum + CHAIN_SIZE;

/** A journal is no object of the protocol: its tag is not in the registry of 01 §3.1. */
const TAG = ascii('montana-journal\0');

/**
 * Makes a journal and hands its bytes out as blocks fill. What one `write` is given stays in one block, so a payload is a
 * sequence of whole entries.
 */
export class JournalWriter {
  readonly #sink: (bytes: Uint8Array) => void;
  #chain: Uint8Array;
  #collected: Uint8Array[] = [];
  #size = 0;

  constructor(kind: number, sink: (bytes: Uint8Array) => void) {
    this.#sink = sink;
    const header = JOURNAL_HEADER.encode({ magic: MAGIC, version: VERSION, kind });
    this.#chain = sha256(concat(TAG, header));
    sink(concat(header, this.#chain));
  }

  /** Keeps `entry` (at most MOST_PAYLOAD bytes, not copied) for the current block, and closes the block when it is full. */
  write(entry: Uint8Array): void {
    if (this.#size + entry.length > MOST_PAYLOAD) this.flush();
    this.#collected.push(entry);
    this.#size += entry.length;
    if (this.#size >= BLOCK_SIZE) this.flush();
  }

  /** Closes the current block, if anything is in it. */
  flush(): void {
    if (this.#size > 0) this.#seal();
  }

  /** Closes the current block and puts the end mark. Nothing may be written afterwards. */
  end(): void {
    this.flush();
    this.#seal();
  }

  #seal(): void {
    const start = TAG.length + CHAIN_SIZE;
    const end = start + LENGTH_SIZE + this.#size;
    const bytes = new Uint8Array(end + CHAIN_SIZE);
    bytes.set(TAG);
    bytes.set(this.#chain, TAG.length);
    writeLittleEndian(this.#size, bytes, start, LENGTH_SIZE);
    let at = start + LENGTH_SIZE;
    for (const entry of this.#collected) {
      bytes.set(entry, at);
      at += entry.length;
    }
    this.#collected = [];
    this.#size = 0;
    this.#chain = sha256(bytes.subarray(0, end));
    bytes.set(this.#chain, end);
    this.#sink(bytes.subarray(start));
  }
}

/** A block as it was read. Numbers begin with 1; `offset` is that of its length in the file. */
export interface Block {
  readonly number: number;
  readonly offset: number;
  readonly payload: Uint8Array;
  /** Its chain value: equal in two journals only if everything up to here is. */
  readonly chain: Id;
}

/** Why a file is refused. */
export type FaultReason = 'NotAJournal' | 'AnotherVersion' | 'BadChain' | 'TooLong' | 'Truncated' | 'BytesAfterEnd';

/** What is wrong, in which block (0: the header), and where that block begins. */
export interface JournalFault {
  readonly block: number;
  readonly offset: number;
  readonly reason: FaultReason;
}

/**
 * How a file ends. `whole`: with its end mark. `unfinished`: after block `blocks`, without one; its process was killed, or the
 * file was cut there.
 */
export type JournalEnd =
  | { readonly type: 'whole'; readonly blocks: number }
  | { readonly type: 'unfinished'; readonly blocks: number }
  | { readonly type: 'damaged'; readonly fault: JournalFault };

const IN_WORDS: { readonly [reason in FaultReason]: string } = {
  NotAJournal: 'this is no journal',
  AnotherVersion: 'the journal has another version',
  BadChain: 'its bytes do not match its chain hash',
  TooLong: `it claims more than ${MOST_PAYLOAD} bytes`,
  Truncated: 'the file ends inside it',
  BytesAfterEnd: 'bytes follow the end mark',
};

export const faultInWords = ({ block, offset, reason }: JournalFault): string =>
  `block ${block} at byte ${offset}: ${IN_WORDS[reason]}`;

/** Reads a journal by pieces of any size, holding one block at a time. The first fault ends it. */
export class JournalReader {
  /** Of the header, once it is read. */
  kind: number | undefined;
  #fault: JournalFault | undefined;
  /** What was given and not used yet, and its size. */
  #pieces: Uint8Array[] = [];
  #size = 0;
  /** Bytes without which the next step cannot be taken. */
  #needed = HEADER_SIZE;
  #offset = 0;
  #block = 0;
  #chain: Uint8Array = new Uint8Array(CHAIN_SIZE);
  #ended = false;

  get fault(): JournalFault | undefined {
    return this.#fault;
  }

  /** Takes the next bytes of the file, which must stay as they are; answers the blocks they complete. */
  push(piece: Uint8Array): readonly Block[] {
    this.#pieces.push(piece);
    this.#size += piece.length;
    const blocks: Block[] = [];
    if (this.#size < this.#needed && !this.#ended) return blocks;
    const bytes = this.#pieces.length === 1 ? piece : concat(...this.#pieces);
    let at = 0;
    while (this.#fault === undefined) {
      const rest = bytes.subarray(at);
      const used = this.kind === undefined ? this.#readHeader(rest) : this.#readBlock(rest, blocks);
      if (used === 0) break;
      at += used;
      this.#offset += used;
    }
    this.#pieces = this.#fault === undefined ? [bytes.subarray(at)] : [];
    this.#size = this.#fault === undefined ? bytes.length - at : 0;
    return blocks;
  }

  /** After the last piece. */
  finish(): JournalEnd {
    if (this.#fault === undefined && this.kind === undefined)
      this.#stop(this.#isBeginning() ? 'Truncated' : 'NotAJournal');
    if (this.#fault === undefined && this.#size > 0) this.#stop('Truncated');
    if (this.#fault !== undefined) return { type: 'damaged', fault: this.#fault };
    return { type: this.#ended ? 'whole' : 'unfinished', blocks: this.#block - 1 };
  }

  /** Whether what there is of a header is right so far. */
  #isBeginning(): boolean {
    const bytes = concat(...this.#pieces).subarray(0, MAGIC.length);
    return bytes.length > 0 && equalBytes(bytes, MAGIC.subarray(0, bytes.length));
  }

  #stop(reason: FaultReason): 0 {
    this.#fault = { block: this.#block, offset: this.#offset, reason };
    return 0;
  }

  /** Bytes used; 0: more are needed, or there is a fault. */
  #readHeader(bytes: Uint8Array): number {
    if (bytes.length < HEADER_SIZE) return 0;
    const header = bytes.subarray(0, JOURNAL_HEADER.minimum);
    const decoded = JOURNAL_HEADER.decode(header);
    if (!decoded.ok || !equalBytes(decoded.value.magic, MAGIC)) return this.#stop('NotAJournal');
    if (decoded.value.version !== VERSION) return this.#stop('AnotherVersion');
    this.#chain = sha256(concat(TAG, header));
    if (!equalBytes(this.#chain, bytes.subarray(JOURNAL_HEADER.minimum, HEADER_SIZE))) return this.#stop('BadChain');
    this.kind = decoded.value.kind;
    this.#block = 1;
    this.#needed = LENGTH_SIZE;
    return HEADER_SIZE;
  }

  #readBlock(bytes: Uint8Array, blocks: Block[]): number {
    if (this.#ended) return bytes.length === 0 ? 0 : this.#stop('BytesAfterEnd');
    this.#needed = LENGTH_SIZE;
    if (bytes.length < LENGTH_SIZE) return 0;
    const length = Number(readLittleEndian(bytes, 0, LENGTH_SIZE));
    if (length > MOST_PAYLOAD) return this.#stop('TooLong');
    const end = LENGTH_SIZE + length;
    this.#needed = end + CHAIN_SIZE;
    if (bytes.length < this.#needed) return 0;
    const chain = sha256(concat(TAG, this.#chain, bytes.subarray(0, end)));
    if (!equalBytes(chain, bytes.subarray(end, this.#needed))) return this.#stop('BadChain');
    this.#chain = chain;
    if (length === 0) this.#ended = true;
    else {
      const payload = bytes.subarray(LENGTH_SIZE, end);
      blocks.push({ number: this.#block++, offset: this.#offset, payload, chain: toHex(chain) });
    }
    return end + CHAIN_SIZE;
  }
}
