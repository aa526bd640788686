import { type Id, toHex, ZERO_ID } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { Assembly } from '#core/snapshot/assembly.ts';
import { planSnapshot, snapshotChunks } from '#core/snapshot/chunks.ts';
import { MemoryStaging } from '#core/snapshot/staging.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { State } from '#core/state/view.ts';
import { FAST_SYNC_RESPONSE, type FastSyncResponse } from '#core/wire/payloads.ts';
import type { Handlers } from '../handler.ts';
import type { Input } from '../input.ts';

/** A table of whole records: their key is their first 32 bytes. */
const table = (input: Input, name: string): readonly (readonly [Id, Uint8Array])[] =>
  input.byteStrings(name).map((record) => [toHex(record, 0, 32), record]);

/** The vectors give no chunk size: what the largest chunk has. */
const largest = (chunks: readonly FastSyncResponse[]): number =>
  chunks.reduce((most, { recordCount }) => Math.max(most, recordCount), 1);

/** 06 §7, 09 §3. */
export const snapshot: Handlers = {
  snapshot_chunks: (input) => {
    const tables = { account: table(input, 'accounts'), node: table(input, 'nodes') };
    const base = new MemoryBase();
    base.commit(new State(base).apply({ ...tables, candidate: table(input, 'candidates') }).delta);
    const state = new State(base);
    const chunks = snapshotChunks(state, planSnapshot(state, input.number('records_per_chunk')));
    const hashes = Array.from(chunks, (chunk) => sha256(FAST_SYNC_RESPONSE.encode(chunk)));
    return { chunks_sha256: hashes, state_root: state.stateRoot() };
  },
  snapshot_verify: (input) => {
    const chunks: FastSyncResponse[] = [];
    for (const bytes of input.byteStrings('chunks')) {
      const decoded = FAST_SYNC_RESPONSE.decode(bytes);
      if (!decoded.ok) return { error: 'DecodeFailed' };
      chunks.push(decoded.value);
    }
    const staging = new MemoryStaging();
    staging.begin({ window: 0, proposalHash: ZERO_ID });
    const assembly = new Assembly(staging, { recordsPerChunk: largest(chunks) });
    if (chunks.some((chunk) => !assembly.offer(chunk, 0).ok)) return { error: 'DecodeFailed' };
    const roots = assembly.roots();
    if (roots === undefined) return { error: 'DecodeFailed' };
    if (roots.stateRoot === input.id('expected_state_root')) return { ok: true };
    return { error: 'StateRootMismatch', actual: roots.stateRoot };
  },
};
