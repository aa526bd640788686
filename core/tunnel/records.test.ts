import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, concat, equalBytes, fromHex, toHex } from '../bytes/bytes.ts';
import { fail } from '../bytes/result.ts';
import { RECORD_OVERHEAD } from '../wire/frames.ts';
import { changedAt, must } from './handshake.suite.ts';
import { isWorn, LENGTH_SIZE, MAX_PLAINTEXT, type Opened, RecordOpener, RecordSealer, TAG_SIZE } from './records.ts';

const key = (): Uint8Array => new Uint8Array(32).fill(0x5a);
const LAST = (1n << 64n) - 1n;

const sealed = (...writes: readonly Uint8Array[]): readonly Uint8Array[] => {
  const sealer = new RecordSealer(key());
  return writes.map((write) => must(sealer.seal(write)));
};

const opened = (...pieces: readonly Uint8Array[]): Opened & { readonly end: unknown; readonly records: bigint } => {
  const opener = new RecordOpener(key());
  const data: Uint8Array[] = [];
  let error: Opened['error'];
  for (const piece of pieces) {
    const result = opener.push(piece);
    data.push(...result.data);
    error = result.error;
  }
  return { data, error, end: opener.end(), records: opener.records };
};

const texts = ({ data }: Opened): readonly string[] => data.map((bytes) => String.fromCharCode(...bytes));

const [one, two, three] = sealed(ascii('one'), ascii('two'), ascii('three')) as [Uint8Array, Uint8Array, Uint8Array];

describe('records (06 §3.5)', () => {
  it('are length, ciphertext and tag, and two bytes and sixteen more than the plaintext', () => {
    expect(MAX_PLAINTEXT).toBe(65_519);
    expect(LENGTH_SIZE + TAG_SIZE).toBe(RECORD_OVERHEAD);
    expect(one.length).toBe(3 + RECORD_OVERHEAD);
    expect(Array.from(one.subarray(0, 2))).toEqual([0, 19]);
  });

  it('have the nonce 00000000 and a big-endian counter from 0, and no associated data', () => {
    for (const [record, text, counter] of [
      [one, 'one', '00'],
      [two, 'two', '01'],
    ] as const) {
      const nonce = fromHex(`${'00'.repeat(11)}${counter}`);
      expect(toHex(chacha20poly1305(key(), nonce).decrypt(record.subarray(2)))).toBe(toHex(ascii(text)));
    }
    const far = new RecordSealer(key(), 0x0102030405060708n);
    const nonce = fromHex('000000000102030405060708');
    expect(toHex(must(far.seal(ascii('x'))).subarray(2))).toBe(
      toHex(chacha20poly1305(key(), nonce).encrypt(ascii('x'))),
    );
  });

  it('are split at 65 519 bytes, and none is empty', () => {
    for (const [size, records] of [
      [0, 0],
      [1, 1],
      [MAX_PLAINTEXT, 1],
      [MAX_PLAINTEXT + 1, 2],
      [2 * MAX_PLAINTEXT, 2],
      [2 * MAX_PLAINTEXT + 1, 3],
    ] as const) {
      const sealer = new RecordSealer(key());
      const data = new Uint8Array(size).map((_, i) => i & 0xff);
      const wire = must(sealer.seal(data));
      expect([wire.length, sealer.records, sealer.bytes]).toEqual([
        size + records * RECORD_OVERHEAD,
        BigInt(records),
        wire.length,
      ]);
      const { data: back, error, end } = opened(wire);
      expect([back.length, error, end]).toEqual([records, undefined, { ok: true, value: undefined }]);
      expect(equalBytes(concat(...back), data)).toBe(true);
      expect(back.every((plaintext) => plaintext.length > 0 && plaintext.length <= MAX_PLAINTEXT)).toBe(true);
    }
  });

  it('open again in order, however writes are cut and pieces arrive', () => {
    const writes = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 6 });
    const cuts = fc.array(fc.nat(2_000), { maxLength: 12 });
    fc.assert(
      fc.property(writes, cuts, (data, at) => {
        const wire = concat(...sealed(...data));
        const bounds = [0, ...at.filter((cut) => cut < wire.length).sort((a, b) => a - b), wire.length];
        const pieces = bounds.slice(1).map((bound, i) => wire.subarray(bounds[i], bound));
        const result = opened(...pieces);
        expect(result.data.map((bytes) => toHex(bytes))).toEqual(data.map((bytes) => toHex(bytes)));
        expect([result.error, result.records]).toEqual([undefined, BigInt(data.length)]);
      }),
      { seed: 20261121, numRuns: 100 },
    );
  });

  it('open byte by byte, the largest too', () => {
    const wire = concat(one, ...sealed(ascii('one'), new Uint8Array(MAX_PLAINTEXT).fill(7)).slice(1));
    const opener = new RecordOpener(key());
    let size = 0;
    for (let at = 0; at < wire.length; at++) {
      for (const plaintext of opener.push(wire.subarray(at, at + 1)).data) size += plaintext.length;
    }
    expect([size, opener.records, opener.bytes]).toEqual([3 + MAX_PLAINTEXT, 2n, wire.length]);
  });

  it('an empty record that a peer sends is authentic, and no data', () => {
    const record = concat(Uint8Array.of(0, 16), chacha20poly1305(key(), new Uint8Array(12)).encrypt(new Uint8Array(0)));
    const result = opened(record);
    expect([result.data.length, result.data[0]?.length, result.error]).toEqual([1, 0, undefined]);
  });
});

describe('records, refused', () => {
  it('any changed byte, after which nothing opens', () => {
    const wire = concat(one, two, three);
    const at = fc.nat(wire.length - 1);
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), (position, mask) => {
        const result = opened(changedAt(wire, position, mask), three);
        const whole = position < one.length ? 0 : position < one.length + two.length ? 1 : 2;
        // A length that was made longer waits for bytes that never come: the end of the stream tells.
        const refused = result.error !== undefined || !(result.end as { ok: boolean }).ok;
        expect([texts(result), refused]).toEqual([['one', 'two', 'three'].slice(0, whole), true]);
      }),
      { seed: 20261121, numRuns: 300 },
    );
  });

  it('out of order, left out, or sent twice', () => {
    for (const [pieces, before] of [
      [[two], []],
      [[two, one], []],
      [[one, three], ['one']],
      [[one, one], ['one']],
      [
        [one, two, one],
        ['one', 'two'],
      ],
    ] as const) {
      const result = opened(...pieces);
      expect([result.error, texts(result), result.end]).toEqual(['BadRecord', before, fail('BadRecord')]);
    }
  });

  it('records of the other direction or of another session', () => {
    const other = new RecordOpener(new Uint8Array(32).fill(0x5b));
    expect(other.push(one)).toEqual({ data: [], error: 'BadRecord' });
    expect([other.isConfirmed, other.records]).toEqual([false, 0n]);
  });

  it('gives what opened before a bad record in the same piece, and nothing after it', () => {
    const result = opened(concat(one, changedAt(two, 2, 1), three));
    expect([texts(result), result.error]).toEqual([['one'], 'BadRecord']);
  });

  it('a length below that of the tag, at once and however it arrives', () => {
    for (let length = 0; length < TAG_SIZE; length++) {
      const head = Uint8Array.of(0, length);
      expect(opened(head).error).toBe('RecordTooShort');
      expect(opened(concat(head, new Uint8Array(40))).error).toBe('RecordTooShort');
      expect(opened(head.subarray(0, 1), head.subarray(1)).error).toBe('RecordTooShort');
      expect(opened(one, head).error).toBe('RecordTooShort');
    }
    expect(opened(Uint8Array.of(0, TAG_SIZE)).error).toBeUndefined();
  });

  it('an end inside a record or inside its length; between records it is clean', () => {
    const wire = concat(one, two);
    for (let size = 0; size <= wire.length; size++) {
      const isBetween = size === 0 || size === one.length || size === wire.length;
      const { error, end } = opened(wire.subarray(0, size));
      expect([size, error, end]).toEqual([
        size,
        undefined,
        isBetween ? { ok: true, value: undefined } : fail('TruncatedRecord'),
      ]);
    }
  });

  it('more records than there are counters', () => {
    const sealer = new RecordSealer(key(), LAST);
    const last = must(sealer.seal(ascii('last')));
    expect(sealer.seal(ascii('more'))).toEqual(fail('CounterOverflow'));
    expect(sealer.seal(new Uint8Array(0))).toEqual(fail('Closed'));

    const opener = new RecordOpener(key(), LAST);
    expect(texts(opener.push(last))).toEqual(['last']);
    expect(opener.push(one)).toEqual({ data: [], error: 'CounterOverflow' });
    // Two records where one number is left: neither is sealed.
    expect(new RecordSealer(key(), LAST).seal(new Uint8Array(MAX_PLAINTEXT + 1))).toEqual(fail('CounterOverflow'));
  });

  it('whatever comes after the end or after closing', () => {
    const opener = new RecordOpener(key());
    expect(opener.end()).toEqual({ ok: true, value: undefined });
    expect(opener.push(one)).toEqual({ data: [], error: 'Closed' });
    const closed = new RecordOpener(key());
    closed.push(one.subarray(0, 5));
    closed.close();
    expect(closed.push(one.subarray(5))).toEqual({ data: [], error: 'Closed' });
    const sealer = new RecordSealer(key());
    sealer.close();
    expect(sealer.seal(ascii('x'))).toEqual(fail('Closed'));
  });
});

describe('keys of records', () => {
  const isWiped = (secret: Uint8Array): boolean => secret.every((byte) => byte === 0);

  it('are wiped by closing, by the end, and by every error', () => {
    const stops: readonly ((opener: RecordOpener) => unknown)[] = [
      (opener) => opener.close(),
      (opener) => opener.end(),
      (opener) => opener.push(two),
      (opener) => opener.push(Uint8Array.of(0, 1)),
    ];
    for (const stop of stops) {
      const secret = key();
      const opener = new RecordOpener(secret);
      expect(isWiped(secret)).toBe(false);
      stop(opener);
      expect(isWiped(secret)).toBe(true);
    }
    const secret = key();
    new RecordSealer(secret).close();
    expect(isWiped(secret)).toBe(true);
    const spent = key();
    new RecordSealer(spent, LAST + 1n).seal(ascii('x'));
    expect(isWiped(spent)).toBe(true);
  });

  it('confirm the peer with the first record that opens (06 §15 E-1)', () => {
    const opener = new RecordOpener(key());
    opener.push(one.subarray(0, one.length - 1));
    expect(opener.isConfirmed).toBe(false);
    opener.push(one.subarray(one.length - 1));
    expect(opener.isConfirmed).toBe(true);
  });

  it('are worn at 2^32 records or 1 TiB', () => {
    const TIB = 2 ** 40;
    expect([isWorn((1n << 32n) - 1n, TIB - 1), isWorn(1n << 32n, 0), isWorn(0n, TIB)]).toEqual([false, true, true]);
  });
});
