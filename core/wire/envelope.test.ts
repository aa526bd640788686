import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../bytes/bytes.ts';
import { decodeEnvelope, ENVELOPE_HEADER_SIZE, encodeEnvelope, MAX_PAYLOAD } from './envelope.ts';
import { MESSAGE_TYPES, messageType } from './registry.ts';

const header = (code: number, version: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(14);
  bytes[0] = code;
  bytes[1] = version;
  for (let i = 0; i < 4; i++) bytes[10 + i] = (length >>> (8 * i)) & 255;
  return bytes;
};

const errorOf = (bytes: Uint8Array): string | undefined => {
  const decoded = decodeEnvelope(bytes);
  return decoded.ok ? undefined : decoded.error;
};

describe('registry (06 §6)', () => {
  it('names 40 codes, each once, and not the reserved 0x02', () => {
    expect(MESSAGE_TYPES.length).toBe(40);
    for (const type of MESSAGE_TYPES) expect(messageType(type.code)).toBe(type);
    expect(messageType(0x02)).toBeUndefined();
    expect(messageType(0x24)).toBeUndefined();
  });

  it('pairs every request code with the response after it', () => {
    for (const { code, kind } of MESSAGE_TYPES) {
      if (kind === 'request') expect(messageType(code + 1)?.kind).toBe('response');
    }
  });
});

describe('envelope (06 §6)', () => {
  it('writes type, version 1, request id and length before the payload', () => {
    expect(toHex(encodeEnvelope({ code: 0xf0, requestId: 0n, payload: new Uint8Array(0) }))).toBe(
      'f001000000000000000000000000',
    );
    expect(toHex(encodeEnvelope({ code: 0x01, requestId: 42n, payload: new Uint8Array([0xab]) }))).toBe(
      '01012a0000000000000001000000ab',
    );
    expect(toHex(encodeEnvelope({ code: 0x41, requestId: 2n ** 64n - 1n, payload: new Uint8Array(0) }))).toBe(
      '4101ffffffffffffffff00000000',
    );
  });

  it('reports errors in the printed order', () => {
    expect(errorOf(new Uint8Array(13))).toBe('TruncatedHeader');
    expect(errorOf(header(0x02, 9, MAX_PAYLOAD + 1))).toBe('PayloadTooLarge');
    expect(errorOf(header(0x02, 9, MAX_PAYLOAD))).toBe('InvalidMsgType');
    expect(errorOf(header(0xf0, 2, 1))).toBe('UnsupportedVersion');
    expect(errorOf(header(0xf0, 1, 1))).toBe('TruncatedPayload');
    expect(errorOf(fromHex(`${toHex(header(0xf0, 1, 1))}0000`))).toBe('PayloadLengthMismatch');
    expect(errorOf(fromHex(`${toHex(header(0xf0, 1, 1))}00`))).toBeUndefined();
  });

  it('returns what was put in, and never throws on other bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MESSAGE_TYPES),
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.uint8Array({ maxLength: 64 }),
        ({ code }, requestId, payload) => {
          const bytes = encodeEnvelope({ code, requestId, payload });
          expect(bytes.length).toBe(ENVELOPE_HEADER_SIZE + payload.length);
          expect(decodeEnvelope(bytes)).toEqual({ ok: true, value: { code, requestId, payload } });
        },
      ),
      { seed: 20261121, numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const decoded = decodeEnvelope(bytes);
        expect(decoded.ok ? decoded.value.payload.length : 0).toBeLessThanOrEqual(bytes.length);
      }),
      { seed: 20261121, numRuns: 10_000 },
    );
  });
});
