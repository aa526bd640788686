import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromHex, toHex } from '../bytes/bytes.ts';
import { libraryEngine } from './sha256-bench.ts';
import { type Sha256Engine, sha256Engine } from './sha256-engine.ts';
import { scriptEngine } from './sha256-script.ts';
import { wasmEngine } from './sha256-wasm.ts';

const SEED = { seed: 20261121 };
const bytes = (size: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: size, maxLength: size });

const engines: readonly (readonly [string, Sha256Engine | undefined])[] = [
  ['script', scriptEngine],
  ['wasm', wasmEngine()],
];

for (const [name, engine] of engines) {
  describe(`${name} engine`, () => {
    it('exists here', () => {
      expect(engine).toBeDefined();
    });
    if (engine === undefined) return;

    it('chains as the library, 0, 1, 2, 63 and 1000 iterations', () => {
      fc.assert(
        fc.property(bytes(32), fc.constantFrom(0, 1, 2, 63, 1000), (value, iterations) => {
          const before = value.slice();
          expect(engine.chain(value, iterations)).toEqual(libraryEngine.chain(value, iterations));
          expect(value).toEqual(before);
        }),
        { ...SEED, numRuns: 60 },
      );
    });

    it('chains in pieces as in one', () => {
      const value = fromHex('5f'.repeat(32));
      const whole = engine.chain(value, 40_000);
      expect(engine.chain(engine.chain(value, 16_384), 40_000 - 16_384)).toEqual(whole);
      expect(whole).toEqual(libraryEngine.chain(value, 40_000));
    });

    it('hashes nodes as the library, any number of them', () => {
      const sizes = fc.oneof(fc.nat(9), fc.constantFrom(255, 256, 257, 511, 513, 1030));
      const many = sizes.chain((count) => bytes(64).map((first) => ({ count, first })));
      fc.assert(
        fc.property(many, fc.integer(), ({ count, first }, salt) => {
          const pairs = new Uint8Array(64 * count);
          for (let i = 0; i < pairs.length; i++) {
            pairs[i] = (first[i & 63] as number) ^ (Math.imul(i + salt, 0x9e3779b1) >>> 13);
          }
          const before = pairs.slice();
          const expected = new Uint8Array(32 * count);
          libraryEngine.hashNodes(pairs, expected);
          const out = new Uint8Array(32 * count);
          engine.hashNodes(pairs, out);
          expect(out).toEqual(expected);
          expect(pairs).toEqual(before);
        }),
        { ...SEED, numRuns: 60 },
      );
    });

    it('hashes each lane for itself: any byte of any of four pairs changes its own node only', () => {
      const pairs = new Uint8Array(256);
      const base = new Uint8Array(128);
      engine.hashNodes(pairs, base);
      for (let i = 0; i < 256; i++) {
        const changed = pairs.slice();
        changed[i] = 1;
        const out = new Uint8Array(128);
        engine.hashNodes(changed, out);
        for (let lane = 0; lane < 4; lane++) {
          const same = toHex(out, 32 * lane, 32 * lane + 32) === toHex(base, 32 * lane, 32 * lane + 32);
          expect(same).toBe(lane !== i >> 6);
        }
      }
    });

    it('reads and writes views that do not start with their buffer', () => {
      const buffer = new Uint8Array(300).fill(3);
      const out = buffer.subarray(200, 264);
      engine.hashNodes(buffer.subarray(5, 133), out);
      const expected = new Uint8Array(64);
      libraryEngine.hashNodes(new Uint8Array(128).fill(3), expected);
      expect(out).toEqual(expected);
      expect(buffer.subarray(264)).toEqual(new Uint8Array(36).fill(3));
    });
  });
}

describe('the chosen engine', () => {
  it('is one, and computes the empty subtrees of the specification (02 §5.1)', () => {
    expect(sha256Engine()).toBe(sha256Engine());
    let value = new Uint8Array(32);
    const values: string[] = [];
    for (let level = 0; level < 256; level++) {
      const pair = new Uint8Array(64);
      pair.set(value);
      pair.set(value, 32);
      value = new Uint8Array(32);
      sha256Engine().hashNodes(pair, value);
      values.push(toHex(value));
    }
    expect(values[0]).toBe('693bc03e469cd59e381575e0b3e178b40796ec2253869fe03eaee34750a06517');
    expect(values[127]).toBe('1b16a1c4eb2ed66902595a6d2ec642a05bed9db4897f5d910092b1a899a8a8b3');
    expect(values[255]).toBe('87dd145ec5630decdf8fc800583c51cce9dbe8438a1fa0b7e61eb679b4b4638f');
  });
});

describe('without vectors', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('there is no wasm engine, and no error', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(wasmEngine()).toBeUndefined();
    vi.stubGlobal('WebAssembly', { validate: () => false });
    expect(wasmEngine()).toBeUndefined();
  });
});
