import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { concat, equalBytes } from './bytes.ts';
import { type Kind, type Layout, Reader } from './layout.ts';
import type { Result } from './result.ts';

/** Anything that encodes and decodes: a layout, or a message payload over one. */
interface Codec {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): Result<unknown>;
}

const CORE = join(import.meta.dirname, '..');

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isCodec = (value: unknown): value is Codec =>
  isObject(value) &&
  'encode' in value &&
  typeof value.encode === 'function' &&
  'decode' in value &&
  typeof value.decode === 'function';

const isLayout = (codec: Codec): codec is Codec & Layout<Record<string, never>> => 'fields' in codec;

const kindOf = (codec: Codec): Kind<unknown> =>
  isLayout(codec) ? (codec as unknown as Kind<unknown>) : (codec as unknown as { kind: Kind<unknown> }).kind;

const codecs: (readonly [string, Codec])[] = [];
for (const entry of readdirSync(CORE, { recursive: true, withFileTypes: true })) {
  if (!entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts') || entry.name.endsWith('.d.ts')) continue;
  const path = join(entry.parentPath, entry.name);
  if (!readFileSync(path, 'utf8').includes("layout('")) continue;
  const module = (await import(path)) as Record<string, unknown>;
  for (const [name, value] of Object.entries(module)) if (isCodec(value)) codecs.push([name, value]);
}

/** Inputs tried per codec. */
const INPUTS = 400;
const LONGEST = 16_384;
const POOL = 1 << 20;

/**
 * Bytes of a linear congruential generator; `sparse` ones are mostly 0 and else small, so that counts and flags make
 * sense.
 */
const pool = (sparse: boolean): Uint8Array => {
  const bytes = new Uint8Array(POOL);
  let state = 20261121;
  for (let i = 0; i < POOL; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const byte = state >>> 24;
    bytes[i] = sparse ? (byte < 200 ? 0 : byte & 3) : byte;
  }
  return bytes;
};

const pools = [pool(true), pool(false)] as const;

/** Deterministic inputs: where they start in a pool, and how long they are. */
const inputs = function* (): Generator<Uint8Array> {
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 22_695_477) + 1) | 0;
    return (state >>> 8) % below;
  };
  for (let i = 0; i < INPUTS; i++) {
    const length = i % 4 === 0 ? next(64) : next(LONGEST);
    const start = next(POOL - length);
    yield (pools[i % 3 === 0 ? 1 : 0] as Uint8Array).subarray(start, start + length);
  }
};

describe(`every layout and payload of core (${codecs.length} × ${INPUTS} inputs)`, () => {
  it('is found', () => {
    expect(codecs.length * INPUTS).toBeGreaterThanOrEqual(10_000);
  });

  for (const [name, codec] of codecs) {
    it(`${name}: any bytes are a value that encodes to them, or an error`, () => {
      const kind = kindOf(codec);
      let accepted = 0;
      let refused = 0;
      for (const bytes of inputs()) {
        const decoded = codec.decode(bytes);
        if (decoded.ok) expect(equalBytes(codec.encode(decoded.value), bytes)).toBe(true);
        else expect(decoded.error).toMatch(/^[A-Z][A-Za-z]+$/);
        if (!decoded.ok) refused++;

        // What is read from the front of the input is an encoding of its own length.
        const reader = new Reader(bytes);
        kind.read(reader);
        expect(reader.offset).toBeLessThanOrEqual(bytes.length);
        if (reader.error !== undefined) continue;
        const own = bytes.subarray(0, reader.offset);
        const again = codec.decode(own);
        if (!again.ok) {
          expect(isLayout(codec)).toBe(false);
          continue;
        }
        accepted++;
        expect(equalBytes(codec.encode(again.value), own)).toBe(true);
        expect(kind.sizeOf(again.value)).toBe(own.length);
        expect(own.length).toBeGreaterThanOrEqual(kind.minimum);
        // One byte less or more is another value at best, where a payload takes what is there; a layout never does.
        const neighbours = [concat(own, Uint8Array.of(0)), ...(own.length > 0 ? [own.subarray(0, -1)] : [])];
        for (const other of neighbours) {
          const result = codec.decode(other);
          if (result.ok) expect(!isLayout(codec) && equalBytes(codec.encode(result.value), other)).toBe(true);
        }
      }
      expect(accepted).toBeGreaterThan(0);
      expect(refused).toBeGreaterThan(0);
    });
  }
});
