import { readSync, writeSync } from 'node:fs';
import { FAST_SYNC_RESPONSE, type FastSyncResponse } from '#core/wire/payloads.ts';

/** Bytes before each chunk that say how long it is. */
const LENGTH = 4;

/** A chunk as it goes over the wire, behind its length. Returns the bytes written. */
export const writeChunk = (file: number, chunk: FastSyncResponse): number => {
  const payload = FAST_SYNC_RESPONSE.encode(chunk);
  const length = Buffer.alloc(LENGTH);
  length.writeUInt32LE(payload.length);
  return writeSync(file, length) + writeSync(file, payload);
};

/** The chunks of a file, one at a time. */
export function* chunksIn(file: number): Generator<FastSyncResponse, void> {
  const length = Buffer.alloc(LENGTH);
  for (let at = 0; readSync(file, length, 0, LENGTH, at) === LENGTH; ) {
    const payload = new Uint8Array(length.readUInt32LE());
    readSync(file, payload, 0, payload.length, at + LENGTH);
    const decoded = FAST_SYNC_RESPONSE.decode(payload);
    if (!decoded.ok) throw new Error(`snapshot: ${decoded.error}`);
    yield decoded.value;
    at += LENGTH + payload.length;
  }
}
