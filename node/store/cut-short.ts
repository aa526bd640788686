import { fstatSync, readSync } from 'node:fs';
import { layout, Reader, u16, u32, u64 } from '#core/bytes/layout.ts';

/* The format of LMDB's data files, as far as it says which pages there are; numbers are little-endian. Every page has a number: its place. */

const PAGE = layout('LmdbPage', { number: u64, transaction: u64, pad: u16, flags: u16, lower: u16, upper: u16 });

const IS_BRANCH = 1;

const TREE = layout('LmdbTree', {
  /** Of the tree of free pages: bytes of a page. */
  pad: u32,
  flags: u16,
  /** Pages from the root to a leaf; 0: it is empty. */
  depth: u16,
  branches: u64,
  leaves: u64,
  overflows: u64,
  entries: u64,
  root: u64,
});

type Tree = ReturnType<typeof TREE.read>;

/** Pages 0 and 1: that of the later transaction holds. The main tree has the databases. */
const META = layout('LmdbMeta', {
  page: PAGE,
  magic: u32,
  version: u32,
  address: u64,
  mapSize: u64,
  free: TREE,
  main: TREE,
  lastPage: u64,
  transaction: u64,
});

const MAGIC = 0xbeef_c0de;

type Meta = ReturnType<typeof META.read>;

/** In a branch the number of the page below, 48 bits; in a leaf the size of the value, 32 bits, and flags. Then a key, then a value. */
const NODE = layout('LmdbNode', { low: u16, middle: u16, high: u16, keySize: u16 });

/** The value is in pages of its own, and a tree. */
const IS_BIG = 1;
const IS_TREE = 2;

const BIG = layout('LmdbBig', { first: u64, transaction: u64, pages: u64 });

/** Pages that can be looked through at a start: 64 MiB. Of a file that has more, and lacks less than a 16th of them, nothing is said. */
const QUICK = 16_384;
const SMALL_PART = 16;

/**
 * Whether pages that are in use are missing at the end of an LMDB file. LMDB maps it: at the first look at such a page the process dies.
 * Where pages are missing it is seen which the trees lead to, for a file may be shorter than its last page says: a page that was taken
 * and given back in one transaction is never written.
 */
export const isCutShort = (file: number): boolean => {
  for (;;) {
    const meta = latestMeta(file);
    if (meta === undefined) return true;
    const there = Math.floor(fstatSync(file).size / meta.free.pad);
    const missing = Number(meta.lastPage) + 1 - there;
    if (missing <= 0 || (there > QUICK && missing * SMALL_PART < there)) return false;
    const pages = new Pages(file, meta.free.pad, there);
    if (pages.hold(meta.free) && pages.hold(meta.main)) return false;
    // Where another process writes meanwhile, pages may have been those of a later transaction.
    if (latestMeta(file)?.transaction === meta.transaction) return true;
  }
};

const latestMeta = (file: number): Meta | undefined => {
  const first = metaAt(file, 0);
  const second = first && metaAt(file, first.free.pad);
  return first && second && (second.transaction > first.transaction ? second : first);
};

const metaAt = (file: number, position: number): Meta | undefined => {
  const bytes = new Uint8Array(META.minimum);
  if (readSync(file, bytes, 0, bytes.length, position) < bytes.length) return undefined;
  const meta = META.read(new Reader(bytes));
  return meta.magic === MAGIC && meta.free.pad >= META.minimum ? meta : undefined;
};

/** The pages that are in a file. */
class Pages {
  readonly #file: number;
  readonly #size: number;
  readonly #count: number;

  constructor(file: number, size: number, count: number) {
    this.#file = file;
    this.#size = size;
    this.#count = count;
  }

  /** Whether all of a tree is there. */
  hold({ depth, root }: Tree): boolean {
    return depth === 0 || this.#holdFrom(Number(root), depth);
  }

  #holdFrom(page: number, depth: number): boolean {
    if (page >= this.#count || depth === 0) return false;
    const bytes = new Uint8Array(this.#size);
    readSync(this.#file, bytes, 0, bytes.length, page * this.#size);
    const { number, flags, lower } = PAGE.read(new Reader(bytes));
    if (number !== BigInt(page)) return false;
    // Behind its header is where each of its nodes stands, counted from there.
    for (let at = 0; at < lower; at += u16.minimum) {
      const node = readerAt(bytes, PAGE.minimum + u16.read(readerAt(bytes, PAGE.minimum + at)));
      if (!((flags & IS_BRANCH) === 0 ? this.#holdValue(node) : this.#holdFrom(below(node), depth - 1))) return false;
    }
    return true;
  }

  #holdValue(node: Reader): boolean {
    const { high: flags, keySize } = NODE.read(node);
    node.offset += keySize;
    if ((flags & IS_TREE) !== 0) return this.hold(TREE.read(node));
    if ((flags & IS_BIG) === 0) return true;
    const { first, pages } = BIG.read(node);
    return first + pages <= this.#count;
  }
}

const readerAt = (bytes: Uint8Array, at: number): Reader => {
  const reader = new Reader(bytes);
  reader.offset = at;
  return reader;
};

const below = (node: Reader): number => {
  const { low, middle, high } = NODE.read(node);
  return low + middle * 0x1_0000 + high * 0x1_0000_0000;
};
