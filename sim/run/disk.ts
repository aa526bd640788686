import type { Id } from '#core/bytes/bytes.ts';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import type { FinalRecord, Opened, OpenRecord } from '#core/participant/types.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { ArchiveEntry } from '#core/wire/messages.ts';

/** One `persist` of a host: a final window, or what it signed in the open one. */
export interface DiskRecord {
  readonly final: FinalRecord | undefined;
  readonly open: OpenRecord | undefined;
}

/** What a simulated host keeps through a crash. Settled states share their tables, so a version costs only what it changed. */
export class Disk {
  #settled: Settled;
  #open: OpenRecord | undefined;
  readonly #entries = new Map<number, ArchiveEntry>();
  readonly #objects = new Map<Id, ProtocolObject>();

  constructor(genesis: Settled) {
    this.#settled = genesis;
  }

  write({ final, open }: DiskRecord): this {
    if (final !== undefined) {
      this.#settled = final.settled;
      this.#open = undefined;
      this.#entries.set(final.settled.window, final.entry);
      for (const operation of final.operations) this.#objects.set(operation.id, operation);
      for (const registration of final.registrations) this.#objects.set(registration.id, registration);
      this.#objects.set(final.proposal.id, final.proposal);
    }
    if (open !== undefined) this.#open = open;
    return this;
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
