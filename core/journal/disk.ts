import type { Id } from '../bytes/bytes.ts';
import type { ProtocolObject } from '../consensus/objects.ts';
import type { FinalRecord, Opened, OpenRecord } from '../participant/types.ts';
import type { Settled } from '../transition/settled.ts';
import type { ArchiveEntry } from '../wire/messages.ts';

/** One `persist` of a host: a final window, or what it signed in the open one. */
export interface DiskRecord {
  readonly final: FinalRecord | undefined;
  readonly open: OpenRecord | undefined;
}

/** What a host keeps through a crash, in a simulation and in a replay. Settled states share their tables, so a version costs only what it changed. */
export class Disk {
  /** Records written since the host came to be. */
  written = 0;
  #settled: Settled;
  /** The last one written: of a closed window only its sticky choices still matter. */
  #open: OpenRecord | undefined;
  readonly #entries = new Map<number, ArchiveEntry>();
  readonly #objects = new Map<Id, ProtocolObject>();

  constructor(genesis: Settled) {
    this.#settled = genesis;
  }

  write({ final, open }: DiskRecord): this {
    this.written++;
    if (final !== undefined) {
      this.#settled = final.settled;
      this.#entries.set(final.settled.window, final.entry);
      for (const operation of final.operations) this.#objects.set(operation.id, operation);
      for (const registration of final.registrations) this.#objects.set(registration.id, registration);
      this.#objects.set(final.proposal.id, final.proposal);
      this.#forget(final.settled.window - 2 * Number(final.settled.network.params.tau2Windows));
    }
    if (open !== undefined) this.#open = open;
    return this;
  }

  /** Entries and bodies are kept for 2τ₂ windows (09 §3). */
  #forget(window: number): void {
    const entry = this.#entries.get(window);
    if (entry === undefined) return;
    this.#entries.delete(window);
    for (const id of [...entry.operations, ...entry.registrations, entry.header.id]) this.#objects.delete(id);
  }

  opened(): Opened {
    return { settled: this.#settled, open: this.#open };
  }

  entry(window: number): ArchiveEntry | undefined {
    return this.#entries.get(window);
  }

  object(id: Id): ProtocolObject | undefined {
    return this.#objects.get(id);
  }
}
