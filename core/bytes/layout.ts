import { type Id, readLittleEndian, toHex, writeHex, writeLittleEndian } from './bytes.ts';
import { fail, ok, type Result } from './result.ts';

/** Why bytes are not a value of a layout. */
export type LayoutError = 'Truncated' | 'TrailingBytes' | 'BadBool' | 'BadText' | 'TooMany';

/**
 * A cursor over bytes being decoded. The first failure sticks; later reads return neutral values and allocate nothing.
 */
export class Reader {
  readonly bytes: Uint8Array;
  offset = 0;
  error: LayoutError | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Reserves `size` bytes and returns where they start, or −1 when they are not there. */
  take(size: number): number {
    if (this.error !== undefined) return -1;
    if (this.bytes.length - this.offset < size) {
      this.error = 'Truncated';
      return -1;
    }
    const start = this.offset;
    this.offset += size;
    return start;
  }
}

/** A cursor over bytes being written; the caller sized them. */
export class Writer {
  readonly bytes: Uint8Array;
  offset = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }
}

/**
 * How one field is encoded (01 §5). `minimum` is the least number of bytes an encoding takes: it bounds what a count
 * may claim.
 */
export interface Kind<T> {
  readonly minimum: number;
  sizeOf(value: T): number;
  write(writer: Writer, value: T): void;
  read(reader: Reader): T;
}

const unsigned = (size: 1 | 2 | 4): Kind<number> => ({
  minimum: size,
  sizeOf: () => size,
  write(writer, value) {
    for (let i = 0, rest = value; i < size; i++, rest >>>= 8) {
      writer.bytes[writer.offset++] = rest & 0xff;
    }
  },
  read(reader) {
    const at = reader.take(size);
    if (at < 0) return 0;
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (reader.bytes[at + i] as number);
    return value;
  },
});

const big = (size: 8 | 16): Kind<bigint> => ({
  minimum: size,
  sizeOf: () => size,
  write(writer, value) {
    writeLittleEndian(value, writer.bytes, writer.offset, size);
    writer.offset += size;
  },
  read(reader) {
    const at = reader.take(size);
    return at < 0 ? 0n : readLittleEndian(reader.bytes, at, size);
  },
});

export const u8 = unsigned(1);
export const u16 = unsigned(2);
export const u32 = unsigned(4);
export const u64 = big(8);
export const u128 = big(16);

/** 32 raw bytes, an `Id` in memory. */
export const id32: Kind<Id> = {
  minimum: 32,
  sizeOf: () => 32,
  write(writer, value) {
    writeHex(value, writer.bytes, writer.offset);
    writer.offset += 32;
  },
  read(reader) {
    const at = reader.take(32);
    return at < 0 ? '' : toHex(reader.bytes, at, at + 32);
  },
};

/** A u8 that is exactly 0 or 1. */
export const bool: Kind<boolean> = {
  minimum: 1,
  sizeOf: () => 1,
  write(writer, value) {
    writer.bytes[writer.offset++] = value ? 1 : 0;
  },
  read(reader) {
    const at = reader.take(1);
    if (at < 0) return false;
    const byte = reader.bytes[at] as number;
    if (byte > 1) reader.error = 'BadBool';
    return byte === 1;
  },
};

/** `size` raw bytes; a decoded value is a view of the input, not a copy. */
export const raw = (size: number): Kind<Uint8Array> => ({
  minimum: size,
  sizeOf: () => size,
  write(writer, value) {
    writer.bytes.set(value, writer.offset);
    writer.offset += size;
  },
  read(reader) {
    const at = reader.take(size);
    return at < 0 ? EMPTY : reader.bytes.subarray(at, at + size);
  },
});

const EMPTY = new Uint8Array(0);

/** LE32 length, then that many raw bytes. */
export const blob: Kind<Uint8Array> = {
  minimum: 4,
  sizeOf: (value) => 4 + value.length,
  write(writer, value) {
    u32.write(writer, value.length);
    writer.bytes.set(value, writer.offset);
    writer.offset += value.length;
  },
  read(reader) {
    const length = u32.read(reader);
    const at = reader.take(length);
    return at < 0 ? EMPTY : reader.bytes.subarray(at, at + length);
  },
};

/**
 * A count, then that many elements. A count above `most`, or above what the remaining bytes can hold, is refused
 * before anything is allocated.
 */
export const list = <T>(element: Kind<T>, count: Kind<number> = u16, most = 65_535): Kind<readonly T[]> => ({
  minimum: count.minimum,
  sizeOf(values) {
    let size = count.minimum;
    for (const value of values) size += element.sizeOf(value);
    return size;
  },
  write(writer, values) {
    count.write(writer, values.length);
    for (const value of values) element.write(writer, value);
  },
  read(reader) {
    const length = count.read(reader);
    if (reader.error !== undefined) return [];
    if (length > most) {
      reader.error = 'TooMany';
      return [];
    }
    if (length * element.minimum > reader.bytes.length - reader.offset) {
      reader.error = 'Truncated';
      return [];
    }
    const values: T[] = [];
    for (let i = 0; i < length && reader.error === undefined; i++) values.push(element.read(reader));
    return values;
  },
});

/** Exactly `length` elements, no count. */
export const array = <T>(element: Kind<T>, length: number): Kind<readonly T[]> => ({
  minimum: element.minimum * length,
  sizeOf(values) {
    let size = 0;
    for (const value of values) size += element.sizeOf(value);
    return size;
  },
  write(writer, values) {
    for (const value of values) element.write(writer, value);
  },
  read(reader) {
    const values: T[] = [];
    for (let i = 0; i < length; i++) values.push(element.read(reader));
    return values;
  },
});

type ValueOf<K> = K extends Kind<infer T> ? T : never;

export type Layout<F> = Kind<Fields<F>> & {
  readonly name: string;
  /** Names and kinds in byte order, for documentation. */
  readonly fields: readonly (readonly [string, Kind<unknown>])[];
  encode(value: Fields<F>): Uint8Array;
  /** Strict: every byte of `bytes` belongs to the value. */
  decode(bytes: Uint8Array): Result<Fields<F>, LayoutError>;
};

export type Fields<F> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** A byte layout declared once, as a table, and interpreted both ways. Field order of `table` is byte order. */
export const layout = <const F extends Readonly<Record<string, object>>>(name: string, table: F): Layout<F> => {
  const fields = entriesInOrder(table) as readonly (readonly [string, Kind<unknown>])[];
  let minimum = 0;
  for (const [, kind] of fields) minimum += kind.minimum;
  const self: Layout<F> = {
    name,
    fields,
    minimum,
    sizeOf(value) {
      let size = 0;
      for (const [key, kind] of fields) size += kind.sizeOf(value[key as keyof F]);
      return size;
    },
    write(writer, value) {
      for (const [key, kind] of fields) kind.write(writer, value[key as keyof F]);
    },
    read(reader) {
      const value: Record<string, unknown> = {};
      for (const [key, kind] of fields) value[key] = kind.read(reader);
      return value as Fields<F>;
    },
    encode(value) {
      const writer = new Writer(self.sizeOf(value));
      self.write(writer, value);
      return writer.bytes;
    },
    decode(bytes) {
      const reader = new Reader(bytes);
      const value = self.read(reader);
      if (reader.error !== undefined) return fail(reader.error);
      if (reader.offset !== bytes.length) return fail('TrailingBytes');
      return ok(value);
    },
  };
  return self;
};

/** Declaration order of a literal table with non-numeric names: fixed by the language, not by insertion at run time. */
const entriesInOrder = (table: object): readonly (readonly [string, unknown])[] => Object.entries(table);
