import { fail, ok, type Result } from '#core/bytes/result.ts';
import { decodeEnvelope } from '#core/wire/envelope.ts';
import { FRAME_SIZE, FrameAssembler } from '#core/wire/frames.ts';

/** A stream of frames, in any pieces, to envelopes (06 §5, §6). Keeps one incomplete frame and one incomplete envelope. */
export class FrameReader {
  readonly #assembler = new FrameAssembler();
  readonly #held = new Uint8Array(FRAME_SIZE);
  #heldSize = 0;
  /** Whole frames read. */
  frames = 0;

  /**
   * The envelopes that `bytes` complete, each in memory of its own. Fails with the first defect: of a frame or of the header's length;
   * unknown types and versions pass, they are for the codec to judge.
   */
  push(bytes: Uint8Array, each: (envelope: Uint8Array) => void): Result<undefined> {
    let at = 0;
    while (at < bytes.length) {
      if (this.#heldSize === 0 && bytes.length - at >= FRAME_SIZE) {
        const taken = this.#frame(bytes.subarray(at, at + FRAME_SIZE), each);
        if (!taken.ok) return taken;
        at += FRAME_SIZE;
        continue;
      }
      const piece = bytes.subarray(at, at + FRAME_SIZE - this.#heldSize);
      this.#held.set(piece, this.#heldSize);
      this.#heldSize += piece.length;
      at += piece.length;
      if (this.#heldSize < FRAME_SIZE) continue;
      this.#heldSize = 0;
      const taken = this.#frame(this.#held.slice(), each);
      if (!taken.ok) return taken;
    }
    return ok(undefined);
  }

  #frame(frame: Uint8Array, each: (envelope: Uint8Array) => void): Result<undefined> {
    this.frames++;
    const message = this.#assembler.push(frame);
    if (!message.ok) return message;
    if (message.value === undefined) return ok(undefined);
    const envelope = decodeEnvelope(message.value);
    if (!envelope.ok && envelope.error !== 'InvalidMsgType' && envelope.error !== 'UnsupportedVersion') {
      return fail(envelope.error);
    }
    each(message.value);
    return ok(undefined);
  }
}
