import type { Id } from '#core/bytes/bytes.ts';
import type { ProtocolObject, Vote } from '#core/consensus/objects.ts';
import type { FinalRecord, Opened, OpenRecord } from '#core/participant/types.ts';
import type { SnapshotStaging } from '#core/snapshot/staging.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { ArchiveEntry } from '#core/wire/messages.ts';

/** What a node keeps through a crash, in an LMDB file that only one process may write. */
export interface Store {
  /** What the node goes on from: the state after the last final window, and what it signed in the open one. */
  opened(): Opened;
  /** One transaction, durable when it returns: a final window, what was signed in the open one, or both (09 §12.15). */
  write(final: FinalRecord | undefined, open: OpenRecord | undefined): void;
  /** Where a snapshot is put together; another one after `adopt`. */
  staging(): SnapshotStaging;
  /**
   * One transaction: the verified snapshot, read from the staging, is the settled state from now on, and its state stays readable; those
   * of before do not. The archive begins anew behind it; what was signed last stays. Throws where its window is not after the last final
   * one.
   */
  adopt(settled: Settled): void;
  /** Removes what is left of a state before the adopted one. */
  clearFormer(): void;
  /** Archive entry of a final window; kept for 4τ₂ windows and two selection intervals more. */
  entry(window: number): ArchiveEntry | undefined;
  /** Operation, registration or proposal of one of the last 2τ₂ final windows (09 §3). */
  object(id: Id): ProtocolObject | undefined;
  /** The window that listed an operation whose body is kept; it settled there where the window's entry names it. */
  windowOf(operation: Id): number | undefined;
  /** The precommits that made a window final; none where none are kept (09 §3), or where it became final without. */
  certificate(window: number): readonly Vote[];
  /** Records written, counted over the store's whole life. */
  readonly written: number;
  close(): void;
}
