import { layout, raw, u8, u16 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { ENVELOPE_HEADER_SIZE, MAX_PAYLOAD } from './envelope.ts';

/** Data bytes of one frame. */
export const FRAME_CAPACITY = 1021;

/** Uniform frame, 1024 bytes (06 §5): the first `length` bytes of `block` are data, the rest is random fill. */
export const FRAME = layout('Frame', { flags: u8, length: u16, block: raw(FRAME_CAPACITY) });

export const FRAME_SIZE = FRAME.minimum;

/** Length prefix and authentication tag of the record that carries one frame (06 §3.5). */
export const RECORD_OVERHEAD = 2 + 16;

/** Last or only frame of a message. */
export const FRAME_LAST = 0x01;
/** Data, more follows. */
export const FRAME_MORE = 0x05;
/** Padding: no data. */
export const FRAME_PADDING = 0x02;

export interface Frame {
  readonly flags: number;
  readonly data: Uint8Array;
}

export type FrameError = 'TruncatedPayload' | 'PayloadLengthMismatch' | 'InvalidPayloadField';

/** How many frames an envelope of `size` bytes takes. */
export const frameCount = (size: number): number => {
  let frames = 1;
  for (let rest = size - FRAME_CAPACITY; rest > 0; rest -= FRAME_CAPACITY) frames++;
  return frames;
};

/** Bytes on the wire, records included, of an envelope of `size` bytes sent in frames of its own. */
export const framedSize = (size: number): number => frameCount(size) * (FRAME_SIZE + RECORD_OVERHEAD);

/** `data` (≤ 1021 bytes) as one frame; the rest of the block is `fill[data.length …]`, 1021 bytes of randomness from outside. */
export const encodeFrame = (flags: number, data: Uint8Array, fill: Uint8Array): Uint8Array => {
  const block = fill.slice(0, FRAME_CAPACITY);
  block.set(data);
  return FRAME.encode({ flags, length: data.length, block });
};

/** The frames of one message, 1024 bytes each. */
export const messageToFrames = (message: Uint8Array, fill: Uint8Array): readonly Uint8Array[] => {
  const frames: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < message.length; at += FRAME_CAPACITY) {
    const flags = at + FRAME_CAPACITY >= message.length ? FRAME_LAST : FRAME_MORE;
    frames.push(encodeFrame(flags, message.subarray(at, at + FRAME_CAPACITY), fill));
  }
  return frames;
};

/** One frame. A wrong size is `TruncatedPayload` or `PayloadLengthMismatch`, unknown flags or padding with data `InvalidPayloadField`. */
export const decodeFrame = (bytes: Uint8Array): Result<Frame, FrameError> => {
  const frame = FRAME.decode(bytes);
  if (!frame.ok) return fail(frame.error === 'Truncated' ? 'TruncatedPayload' : 'PayloadLengthMismatch');
  const { flags, length, block } = frame.value;
  if (length > FRAME_CAPACITY) return fail('PayloadLengthMismatch');
  if (flags !== FRAME_LAST && flags !== FRAME_MORE && flags !== FRAME_PADDING) return fail('InvalidPayloadField');
  if (flags === FRAME_PADDING && length > 0) return fail('InvalidPayloadField');
  return ok({ flags, data: block.subarray(0, length) });
};

/** Joins frames into messages. What it keeps never exceeds the largest envelope. */
export class FrameAssembler {
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** A message when `frame` completes one, undefined when more follows or it is padding; the partial message is lost on error. */
  push(frame: Uint8Array): Result<Uint8Array | undefined, FrameError | 'MessageTooLarge'> {
    const decoded = decodeFrame(frame);
    if (!decoded.ok) return decoded;
    const { flags, data } = decoded.value;
    if (flags === FRAME_PADDING) return ok(undefined);
    // A short frame before the last one is never sent; accepting it would let one byte cost a whole frame of memory.
    if (flags === FRAME_MORE && data.length < FRAME_CAPACITY) {
      this.#reset();
      return fail('InvalidPayloadField');
    }
    if (this.#size + data.length > ENVELOPE_HEADER_SIZE + MAX_PAYLOAD) {
      this.#reset();
      return fail('MessageTooLarge');
    }
    this.#size += data.length;
    this.#chunks.push(data);
    if (flags === FRAME_MORE) return ok(undefined);
    const message = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      message.set(chunk, at);
      at += chunk.length;
    }
    this.#reset();
    return ok(message);
  }

  #reset(): void {
    this.#chunks = [];
    this.#size = 0;
  }
}

/** Whether padding makes up at least a fifth of the frames sent (06 §5). Nothing sent meets it. */
export const meetsPaddingRatio = (data: number, padding: number): boolean => padding * 100 >= (data + padding) * 20;
