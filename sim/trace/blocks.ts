import { type Block, faultInWords, type JournalEnd, JournalReader, KIND_RUN } from '#core/journal/container.ts';

/** What is wrong with a journal: one line. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/** The blocks of a journal, one after another, and how it ends. Throws `JournalError` where it is damaged, or of another kind. */
export function* blocksIn(pieces: Iterable<Uint8Array>, kind: number): Generator<Block, JournalEnd> {
  const reader = new JournalReader();
  for (const piece of pieces) {
    const blocks = reader.push(piece);
    if (reader.kind !== undefined && reader.kind !== kind) {
      throw new JournalError(kind === KIND_RUN ? 'this is no journal of a run' : 'this is no journal of a host');
    }
    yield* blocks;
    if (reader.fault !== undefined) break;
  }
  const end = reader.finish();
  if (end.type === 'damaged') throw new JournalError(faultInWords(end.fault));
  return end;
}
