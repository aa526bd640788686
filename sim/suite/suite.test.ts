import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, concat, toHex } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { SIGNATURE_SIZE, type SigningKey } from '#core/crypto/suite.ts';
import { type HedgedSuite, realSuite } from './hedged.ts';
import { memoised } from './memo.ts';
import { modelledSuite } from './modelled.ts';

const SEED = { seed: 20261121 };
const seedOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const RUN_SECRET = seedOf(0x5e);

const suites: readonly (readonly [string, HedgedSuite, number])[] = [
  ['real', realSuite, 25],
  ['modelled', modelledSuite(RUN_SECRET), 200],
  ['memoised modelled', memoised(modelledSuite(RUN_SECRET), 8), 200],
];

/** `bytes` with one byte another. */
const flipped = (bytes: Uint8Array, at: number, by: number): Uint8Array => {
  const copy = bytes.slice();
  const index = at % copy.length;
  copy[index] = (copy[index] as number) ^ by;
  return copy;
};

for (const [name, suite, numRuns] of suites) {
  describe(`${name} suite`, () => {
    const keys = [1, 2, 3].map((byte) => suite.key(seedOf(byte))) as [SigningKey, SigningKey, SigningKey];
    const message = fc.uint8Array({ minLength: 1, maxLength: 200 });
    const options = { ...SEED, numRuns };

    it('has the real public keys', () => {
      for (const byte of [1, 2, 3]) {
        expect(keys[byte - 1]?.publicKey).toEqual(mlDsa65.key(seedOf(byte)).publicKey);
      }
    });

    it('accepts its signatures, which depend on key and message only', () => {
      fc.assert(
        fc.property(message, fc.nat(2), (text, which) => {
          const key = keys[which] as SigningKey;
          const signature = key.sign(text);
          expect(signature.length).toBe(SIGNATURE_SIZE);
          expect(suite.verify(key.publicKey, text, signature)).toBe(true);
          expect(suite.verify(key.publicKey.slice(), text.slice(), signature.slice())).toBe(true);
          expect(suite.key(seedOf(which + 1)).sign(text)).toEqual(signature);
        }),
        options,
      );
    });

    it('has another valid signature for other randomness, and its own for none', () => {
      const [{ publicKey, sign }] = keys;
      const text = ascii('montana');
      const [none, one, two] = [0, 1, 2].map((byte) => suite.hedged(seedOf(1), text, seedOf(byte))) as Uint8Array[];
      expect(none).toEqual(sign(text));
      expect(suite.hedged(seedOf(1), text, seedOf(1))).toEqual(one);
      expect(new Set([none, one, two].map((signature) => toHex(signature as Uint8Array))).size).toBe(3);
      for (const signature of [none, one, two] as [Uint8Array, Uint8Array, Uint8Array]) {
        expect(suite.verify(publicKey, text, signature)).toBe(true);
        expect(suite.verify(publicKey, ascii('other'), signature)).toBe(false);
        expect(suite.verify(suite.key(seedOf(2)).publicKey, text, signature)).toBe(false);
        for (const at of [0, 32, 63, 64]) expect(suite.verify(publicKey, text, flipped(signature, at, 1))).toBe(false);
      }
    });

    it('refuses another message, another key, and any byte changed', () => {
      const position = fc.oneof(fc.nat(SIGNATURE_SIZE - 1), fc.constantFrom(0, 31, 32, SIGNATURE_SIZE - 1));
      fc.assert(
        fc.property(message, position, fc.integer({ min: 1, max: 255 }), (text, at, by) => {
          const [key, other] = keys;
          const signature = key.sign(text);
          expect(suite.verify(key.publicKey, text, signature)).toBe(true);
          expect(suite.verify(key.publicKey, flipped(text, at, by), signature)).toBe(false);
          expect(suite.verify(key.publicKey, concat(text, Uint8Array.of(0)), signature)).toBe(false);
          expect(suite.verify(key.publicKey, text.subarray(1), signature)).toBe(false);
          expect(suite.verify(other.publicKey, text, signature)).toBe(false);
          expect(suite.verify(flipped(key.publicKey, at, by), text, signature)).toBe(false);
          expect(suite.verify(key.publicKey, text, flipped(signature, at, by))).toBe(false);
          expect(suite.verify(key.publicKey, text, signature)).toBe(true);
        }),
        options,
      );
    });

    it('refuses other lengths', () => {
      const [key] = keys;
      const text = ascii('montana');
      const signature = key.sign(text);
      const longer = (bytes: Uint8Array): Uint8Array => concat(bytes, Uint8Array.of(0));
      for (const other of [
        longer(signature),
        signature.subarray(0, -1),
        signature.subarray(0, 32),
        new Uint8Array(0),
      ]) {
        expect(suite.verify(key.publicKey, text, other)).toBe(false);
      }
      for (const other of [longer(key.publicKey), key.publicKey.subarray(0, -1), new Uint8Array(0)]) {
        expect(suite.verify(other, text, signature)).toBe(false);
      }
    });
  });
}

describe('modelled suite', () => {
  const suite = modelledSuite(RUN_SECRET);
  const key = suite.key(seedOf(1));
  const text = ascii('montana');

  it('signs with 32 bytes of SHA-256 and zeros', () => {
    const digest = sha256(concat(ascii('mt-sim-sig\0'), RUN_SECRET, key.publicKey, text));
    expect(key.sign(text)).toEqual(concat(digest, new Uint8Array(SIGNATURE_SIZE - 32)));
  });

  it('refuses every single changed bit of a signature', () => {
    const signature = key.sign(text);
    for (let bit = 0; bit < 8 * SIGNATURE_SIZE; bit++) {
      const index = bit >> 3;
      const was = signature[index] as number;
      signature[index] = was ^ (1 << (bit & 7));
      if (suite.verify(key.publicKey, text, signature)) expect.fail(`bit ${bit} does not matter`);
      signature[index] = was;
    }
    expect(suite.verify(key.publicKey, text, signature)).toBe(true);
  });

  it('refuses what was signed in another run', () => {
    const elsewhere = modelledSuite(seedOf(0x5f)).key(seedOf(1));
    expect(elsewhere.publicKey).toEqual(key.publicKey);
    expect(suite.verify(key.publicKey, text, elsewhere.sign(text))).toBe(false);
  });

  it('needs a secret of 32 bytes, and keeps its own copy', () => {
    expect(() => modelledSuite(new Uint8Array(31))).toThrow(RangeError);
    const secret = seedOf(9);
    const own = modelledSuite(secret);
    const signature = own.key(seedOf(1)).sign(text);
    secret.fill(0);
    expect(own.verify(key.publicKey, text, signature)).toBe(true);
  });
});

describe('memo', () => {
  /** A suite that counts what it is asked. */
  const counting = (): { readonly suite: HedgedSuite; asked: number } => {
    const inner = modelledSuite(RUN_SECRET);
    const counter = {
      asked: 0,
      suite: {
        key: inner.key,
        hedged: inner.hedged,
        verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
          counter.asked++;
          return inner.verify(publicKey, message, signature);
        },
      },
    };
    return counter;
  };

  it('asks once about one signature, key and message, equal bytes included', () => {
    const counter = counting();
    const suite = memoised(counter.suite, 4);
    const key = suite.key(seedOf(1));
    const text = ascii('montana');
    const [good, bad] = [key.sign(text), key.sign(ascii('other'))];
    for (let i = 0; i < 3; i++) {
      expect(suite.verify(key.publicKey, text, good)).toBe(true);
      expect(suite.verify(key.publicKey.slice(), text.slice(), good)).toBe(true);
      expect(suite.verify(key.publicKey, text, bad)).toBe(false);
    }
    expect(counter.asked).toBe(2);
  });

  it('asks again about a signature object with another key or message', () => {
    const counter = counting();
    const suite = memoised(counter.suite, 4);
    const key = suite.key(seedOf(1));
    const text = ascii('montana');
    const signature = key.sign(text);
    expect(suite.verify(key.publicKey, text, signature)).toBe(true);
    expect(suite.verify(key.publicKey, ascii('montanA'), signature)).toBe(false);
    expect(suite.verify(suite.key(seedOf(2)).publicKey, text, signature)).toBe(false);
    expect(suite.verify(key.publicKey, text, signature)).toBe(true);
    expect(counter.asked).toBe(4);
  });

  it('keeps at least its capacity, and at most twice as many', () => {
    const capacity = 4;
    const counter = counting();
    const suite = memoised(counter.suite, capacity);
    const key = suite.key(seedOf(1));
    const text = ascii('montana');
    const signatures = Array.from({ length: 9 }, () => key.sign(text));
    const ask = (signature: Uint8Array | undefined): number => {
      const before = counter.asked;
      suite.verify(key.publicKey, text, signature as Uint8Array);
      return counter.asked - before;
    };
    expect(signatures.map(ask)).toEqual(new Array(9).fill(1));
    // The last five are known: four of the old generation and one of the young one.
    expect(signatures.slice(4).map(ask)).toEqual([0, 0, 0, 0, 0]);
    expect(ask(signatures[0])).toBe(1);
  });

  it('answers as the suite, in any order of questions', () => {
    const plain = modelledSuite(RUN_SECRET);
    const keys = [1, 2].map((byte) => plain.key(seedOf(byte)));
    const texts = ['a', 'b'].map(ascii);
    const signatures = keys.flatMap((key) => texts.map((text) => key.sign(text)));
    const question = fc.record({ key: fc.nat(1), text: fc.nat(1), signature: fc.nat(3), copied: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(question, { maxLength: 30 }), (capacity, questions) => {
        const suite = memoised(plain, capacity);
        for (const { key, text, signature, copied } of questions) {
          const publicKey = (keys[key] as SigningKey).publicKey;
          const asked = texts[text] as Uint8Array;
          const signed = signatures[signature] as Uint8Array;
          const answer = suite.verify(publicKey, copied ? asked.slice() : asked, copied ? signed.slice() : signed);
          expect(answer).toBe(signature === 2 * key + text);
        }
      }),
      SEED,
    );
  });
});
