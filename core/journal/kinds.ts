import { ascii } from '../bytes/bytes.ts';
import { divide } from '../bytes/integers.ts';
import { blob, type Fields, type Kind, list, u8, u32 } from '../bytes/layout.ts';

const HALF = 0x1_0000_0000;

/** A safe integer ≥ 0 as u64. */
export const whole: Kind<number> = {
  minimum: 8,
  sizeOf: () => 8,
  write(writer, value) {
    u32.write(writer, value % HALF);
    u32.write(writer, divide(value, HALF));
  },
  read(reader) {
    const low = u32.read(reader);
    const value = low + u32.read(reader) * HALF;
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    reader.error = 'TooMany';
    return 0;
  },
};

/** Raw bytes after their length, at most `most`. */
export const blobUpTo = (most: number): Kind<Uint8Array> => ({
  ...blob,
  read(reader) {
    const value = blob.read(reader);
    if (value.length <= most) return value;
    reader.error = 'TooMany';
    return EMPTY;
  },
});

const EMPTY = new Uint8Array(0);

/** A text is one line: of a name or a reason. */
const MOST_TEXT = 1_024;

const textBytes = blobUpTo(MOST_TEXT);

/** As much of an error's message as a text holds. */
export const errorText = (error: unknown): string =>
  (error instanceof Error ? error.message : 'no error').slice(0, MOST_TEXT).replace(/[^ -~]/g, '?');

/** Printable ASCII after its length: what another program wrote may reach a terminal. */
export const text: Kind<string> = {
  minimum: blob.minimum,
  sizeOf: (value) => blob.minimum + value.length,
  write: (writer, value) => blob.write(writer, ascii(value)),
  read(reader) {
    let value = '';
    for (const byte of textBytes.read(reader)) {
      if (byte < 0x20 || byte > 0x7e) reader.error = 'BadText';
      value += String.fromCharCode(byte);
    }
    return value;
  },
};

/** 0, or 1 and the value. */
export const optional = <T>(kind: Kind<T>): Kind<T | undefined> => {
  const atMostOne = list(kind, u8, 1);
  const asList = (value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);
  return {
    minimum: 1,
    sizeOf: (value) => atMostOne.sizeOf(asList(value)),
    write: (writer, value) => atMostOne.write(writer, asList(value)),
    read: (reader) => atMostOne.read(reader)[0],
  };
};

type Cases = Readonly<Record<string, object>>;

/** One of several layouts, told apart by its name in `type`. */
export type OneOf<C> = {
  [N in keyof C & string]: { readonly type: N } & (C[N] extends Kind<infer V> ? V : never);
}[keyof C & string];

/** A u8, the place of the case in the table, then its layout. */
export const oneOf = <const C extends Cases>(cases: C): Kind<OneOf<C>> => {
  const table = Object.entries(cases) as unknown as readonly (readonly [string, Kind<Fields<object>>])[];
  const places = new Map(table.map(([name], place) => [name, place]));
  const kindAt = (place: number): Kind<Fields<object>> => (table[place] as readonly [string, Kind<object>])[1];
  const placeOf = (value: { readonly type: string }): number => places.get(value.type) as number;
  return {
    minimum: 1,
    sizeOf: (value) => 1 + kindAt(placeOf(value)).sizeOf(value),
    write(writer, value) {
      const place = placeOf(value);
      u8.write(writer, place);
      kindAt(place).write(writer, value);
    },
    read(reader) {
      const place = u8.read(reader);
      if (reader.error === undefined && place >= table.length) reader.error = 'TooMany';
      const [type, kind] = table[reader.error === undefined ? place : 0] as readonly [string, Kind<object>];
      return { type, ...kind.read(reader) } as OneOf<C>;
    },
  };
};
