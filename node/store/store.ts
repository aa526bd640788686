import type { Id } from '#core/bytes/bytes.ts';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import type { FinalRecord, Opened, OpenRecord } from '#core/participant/types.ts';
import type { ArchiveEntry } from '#core/wire/messages.ts';

/** What a node keeps through a crash, in one LMDB environment that only one process may write. */
export interface Store {
  /** What the node goes on from: the state after the last final window, and what it signed in the open one. */
  opened(): Opened;
  /** One transaction, durable when it returns: a final window, what was signed in the open one, or both (09 §12.15). */
  write(final: FinalRecord | undefined, open: OpenRecord | undefined): void;
  /** Archive entry of a final window; kept for 2τ₂ windows (09 §3). */
  entry(window: number): ArchiveEntry | undefined;
  /** Operation, registration or proposal of a kept final window. */
  object(id: Id): ProtocolObject | undefined;
  /** Records written, counted over the store's whole life. */
  readonly written: number;
  close(): void;
}
