import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeFrame,
  encodeFrame,
  FRAME_CAPACITY,
  FRAME_LAST,
  FRAME_MORE,
  FRAME_PADDING,
  FRAME_SIZE,
  FrameAssembler,
  frameCount,
  framedSize,
  meetsPaddingRatio,
  messageToFrames,
  RECORD_OVERHEAD,
} from './frames.ts';

const FILL = new Uint8Array(FRAME_CAPACITY).fill(7);

const join = (message: Uint8Array, extra?: Uint8Array): Uint8Array | undefined => {
  const assembler = new FrameAssembler();
  let joined: Uint8Array | undefined;
  for (const frame of messageToFrames(message, FILL)) {
    if (extra !== undefined) expect(assembler.push(extra)).toEqual({ ok: true, value: undefined });
    const result = assembler.push(frame);
    expect(result.ok).toBe(true);
    if (result.ok) joined = result.value;
  }
  return joined;
};

describe('uniform frames (06 §5)', () => {
  it('are 1024 bytes, filled from outside behind the data', () => {
    const [frame] = messageToFrames(new Uint8Array([1, 2]), FILL);
    expect(frame?.length).toBe(FRAME_SIZE);
    expect([...(frame?.subarray(0, 7) ?? [])]).toEqual([FRAME_LAST, 2, 0, 1, 2, 7, 7]);
  });

  it('split at 1021 bytes', () => {
    for (const [size, frames] of [
      [0, 1],
      [1, 1],
      [1021, 1],
      [1022, 2],
      [2042, 2],
      [2043, 3],
    ] as const) {
      expect(messageToFrames(new Uint8Array(size), FILL).length).toBe(frames);
      expect(frameCount(size)).toBe(frames);
      expect(framedSize(size)).toBe(frames * (1024 + RECORD_OVERHEAD));
    }
  });

  it('join to the message, with padding between', () => {
    const padding = encodeFrame(FRAME_PADDING, new Uint8Array(0), FILL);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000 }), (message) => {
        expect(join(message)).toEqual(message);
        expect(join(message, padding)).toEqual(message);
      }),
      { seed: 20261121, numRuns: 100 },
    );
  });

  it('refuse a wrong size, unknown flags, padding with data, a length above 1021', () => {
    const errorOf = (bytes: Uint8Array): string | undefined => {
      const decoded = decodeFrame(bytes);
      return decoded.ok ? undefined : decoded.error;
    };
    const frame = (flags: number, length: number): Uint8Array => {
      const bytes = new Uint8Array(FRAME_SIZE);
      bytes.set([flags, length & 255, length >> 8]);
      return bytes;
    };
    expect(errorOf(new Uint8Array(1023))).toBe('TruncatedPayload');
    expect(errorOf(new Uint8Array(1025))).toBe('PayloadLengthMismatch');
    expect(errorOf(frame(FRAME_LAST, 1021))).toBeUndefined();
    expect(errorOf(frame(FRAME_LAST, 1022))).toBe('PayloadLengthMismatch');
    expect(errorOf(frame(0x03, 0))).toBe('InvalidPayloadField');
    expect(errorOf(frame(FRAME_PADDING, 0))).toBeUndefined();
    expect(errorOf(frame(FRAME_PADDING, 1))).toBe('InvalidPayloadField');
  });

  it('keep no more than the largest envelope, and no short frame before the last', () => {
    const assembler = new FrameAssembler();
    const more = encodeFrame(FRAME_MORE, new Uint8Array(FRAME_CAPACITY), FILL);
    let accepted = 0;
    while (assembler.push(more).ok) accepted++;
    expect(accepted).toBe(1027);
    expect(assembler.push(encodeFrame(FRAME_MORE, new Uint8Array(1020), FILL))).toEqual({
      ok: false,
      error: 'InvalidPayloadField',
    });
    expect(assembler.push(encodeFrame(FRAME_LAST, new Uint8Array([9]), FILL))).toEqual({
      ok: true,
      value: new Uint8Array([9]),
    });
  });

  it('never throw on other bytes', () => {
    const assembler = new FrameAssembler();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 3, maxLength: 3 }), fc.boolean(), (head, whole) => {
        const bytes = new Uint8Array(whole ? FRAME_SIZE : 700);
        bytes.set(head);
        const decoded = decodeFrame(bytes);
        expect(assembler.push(bytes).ok).toBe(
          decoded.ok && !(decoded.value.flags === FRAME_MORE && decoded.value.data.length < FRAME_CAPACITY),
        );
      }),
      { seed: 20261121, numRuns: 10_000 },
    );
  });
});

describe('padding ratio (06 §5)', () => {
  it('is a fifth of all frames', () => {
    expect(meetsPaddingRatio(80, 20)).toBe(true);
    expect(meetsPaddingRatio(81, 20)).toBe(false);
    expect(meetsPaddingRatio(0, 0)).toBe(true);
  });
});
