import { fromHex, type Id, parseHex } from '#core/bytes/bytes.ts';

/** The `in` of a case: JSON read by the type that a function wants. What is missing or of another type throws, and fails the case. */
export class Input {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(fields: unknown) {
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw new Error('not an object');
    this.#fields = fields as Readonly<Record<string, unknown>>;
  }

  /** All fields as they are. */
  get fields(): Readonly<Record<string, unknown>> {
    return this.#fields;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  value(name: string): unknown {
    if (!this.has(name)) throw new Error(`no input ${name}`);
    return this.#fields[name];
  }

  text(name: string): string {
    return textOf(this.value(name), name);
  }

  texts(name: string): readonly string[] {
    return this.values(name).map((value) => textOf(value, name));
  }

  bytes(name: string): Uint8Array {
    return bytesOf(this.text(name), name);
  }

  /** Byte strings of a list. */
  byteStrings(name: string): readonly Uint8Array[] {
    return this.texts(name).map((text) => bytesOf(text, name));
  }

  /** 32 bytes. */
  id(name: string): Id {
    const text = this.text(name);
    if (bytesOf(text, name).length !== 32) throw new Error(`${name} is not 32 bytes`);
    return text;
  }

  ids(name: string): readonly Id[] {
    return this.texts(name);
  }

  /** Small numbers come as numbers, windows and counters also as decimal text. */
  number(name: string): number {
    return Number(this.big(name));
  }

  numbers(name: string): readonly number[] {
    return this.values(name).map((value) => Number(bigOf(value, name)));
  }

  big(name: string): bigint {
    return bigOf(this.value(name), name);
  }

  bigs(name: string): readonly bigint[] {
    return this.values(name).map((value) => bigOf(value, name));
  }

  flag(name: string): boolean {
    const value = this.#fields[name];
    return value === true || value === 1;
  }

  inner(name: string): Input {
    return new Input(this.value(name));
  }

  list(name: string): readonly Input[] {
    return this.values(name).map((value) => new Input(value));
  }

  values(name: string): readonly unknown[] {
    const value = this.value(name);
    if (!Array.isArray(value)) throw new Error(`${name} is not a list`);
    return value as readonly unknown[];
  }
}

const textOf = (value: unknown, name: string): string => {
  if (typeof value !== 'string') throw new Error(`${name} is not text`);
  return value;
};

const bytesOf = (text: string, name: string): Uint8Array => {
  if (parseHex(text) === undefined) throw new Error(`${name} is not hex`);
  return fromHex(text);
};

const bigOf = (value: unknown, name: string): bigint => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^\d+$/.test(value)) return BigInt(value);
  throw new Error(`${name} is not a whole number`);
};
