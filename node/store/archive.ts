import { fromHex, type Id } from '#core/bytes/bytes.ts';
import { id32, layout, list } from '#core/bytes/layout.ts';
import type { ProtocolObject, Vote } from '#core/consensus/objects.ts';
import { decodeVote } from '#core/consensus/vote.ts';
import type { Params } from '#core/genesis/params.ts';
import { blobUpTo, whole } from '#core/journal/kinds.ts';
import { decodeStored, encodeStored, JOURNAL_OBJECT } from '#core/journal/objects.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { bodiesKept, entriesKept, isLastingCertificate, RECENT_CERTIFICATES } from '#core/snapshot/retention.ts';
import type { ArchiveEntry } from '#core/wire/messages.ts';
import { decodeArchiveEntry, encodeArchiveEntry, encodeObject } from '#core/wire/objects.ts';
import type { Database, Environment } from './environment.ts';
import { keyWindow, windowKey } from './keys.ts';
import { sound } from './store-error.ts';

/** Bytes of a vote on the wire (04 §9). */
const VOTE_SIZE = 3_384;

/** The precommits that made a window final. */
const STORED_CERTIFICATE = layout('StoredCertificate', { votes: list(blobUpTo(VOTE_SIZE)) });

/** A body, and the last window that listed it. */
const ARCHIVED_OBJECT = layout('ArchivedObject', { window: whole, object: JOURNAL_OBJECT });

/** Operations of a window that changed nothing there (03 §8.1): no entry names them. */
const IDLE = layout('IdleOperations', { ids: list(id32) });

/** Windows that one write forgets at most, where fewer are to be kept than before. */
const MOST_FORGOTTEN = 8;

/** The oldest window whose bodies are kept, where entries of older ones are; absent: that of the first entry. */
const BODIES_KEY: Uint8Array = Uint8Array.of(1);

/** How many windows are kept. */
export interface Retention {
  readonly entries: number;
  readonly bodies: number;
}

/** Of a node that was told to keep at least `atLeast` windows. */
export const retentionOf = (params: Params, atLeast = 0): Retention => ({
  entries: Math.max(atLeast, entriesKept(params)),
  bodies: Math.max(atLeast, bodiesKept(params)),
});

/** Its databases in the file of a store. */
export const archiveIn = (environment: Environment) => ({
  entries: environment.database('entries'),
  objects: environment.database('objects'),
  certificates: environment.database('certificates'),
  marks: environment.database('archive'),
});

/** Final windows as others ask for them: entries, bodies, certificates. */
export class Archive {
  readonly #params: Params;
  readonly #retention: Retention;
  readonly #entries: Database;
  readonly #objects: Database;
  readonly #certificates: Database;
  readonly #marks: Database;

  constructor(environment: Environment, params: Params, retention: Retention) {
    this.#params = params;
    this.#retention = retention;
    const { entries, objects, certificates, marks } = archiveIn(environment);
    this.#entries = entries;
    this.#objects = objects;
    this.#certificates = certificates;
    this.#marks = marks;
  }

  /** The oldest window whose bodies are kept; undefined: the archive is empty. */
  get bodiesFrom(): number | undefined {
    const key = this.#marks.get(BODIES_KEY) ?? this.#entries.keys(1)[0];
    return key && keyWindow(key);
  }

  entry(window: number): ArchiveEntry | undefined {
    const bytes = window < 0 ? undefined : this.#entries.get(windowKey(window));
    return bytes && sound(decodeArchiveEntry(bytes));
  }

  object(id: Id): ProtocolObject | undefined {
    const archived = this.#archived(id);
    return archived && sound(decodeStored(archived.object));
  }

  /** The window that listed an operation whose body is kept. */
  windowOf(operation: Id): number | undefined {
    return this.#archived(operation)?.window;
  }

  certificate(window: number): readonly Vote[] {
    const bytes = window < 0 ? undefined : this.#certificates.get(windowKey(window));
    return bytes === undefined
      ? []
      : sound(STORED_CERTIFICATE.decode(bytes)).votes.map((vote) => sound(decodeVote(vote)));
  }

  /** Inside a transaction: the window, and without what it makes too old. */
  write({ settled: { window }, entry, proposal, operations, registrations, certificate }: FinalRecord): void {
    this.#entries.put(windowKey(window), encodeArchiveEntry(entry));
    const applied = new Set(entry.operations);
    const idle = operations.filter(({ id }) => !applied.has(id) && !this.#isSettled(id));
    for (const body of [...operations.filter(({ id }) => applied.has(id)), ...idle, ...registrations, proposal]) {
      const object = encodeStored({ object: body, bytes: encodeObject(body) });
      this.#objects.put(fromHex(body.id), ARCHIVED_OBJECT.encode({ window, object }));
    }
    if (idle.length > 0) this.#marks.put(windowKey(window), IDLE.encode({ ids: idle.map(({ id }) => id) }));
    if (certificate.length > 0) {
      const votes = certificate.map(({ bytes }) => bytes);
      this.#certificates.put(windowKey(window), STORED_CERTIFICATE.encode({ votes }));
    }
    const { entries, bodies } = this.#retention;
    this.#forgetBodies(window - bodies);
    this.#forgetEntries(window - entries);
    this.#forgetCertificate(window - RECENT_CERTIFICATES);
  }

  #archived(id: Id) {
    const bytes = this.#objects.get(fromHex(id));
    return bytes && sound(ARCHIVED_OBJECT.decode(bytes));
  }

  #isSettled(operation: Id): boolean {
    const window = this.windowOf(operation);
    return window !== undefined && this.entry(window)?.operations.includes(operation) === true;
  }

  /** What a window listed in vain, unless a later one lists it too. */
  #idleOf(window: number): readonly Id[] {
    const bytes = this.#marks.get(windowKey(window));
    return bytes === undefined ? [] : sound(IDLE.decode(bytes)).ids.filter((id) => this.windowOf(id) === window);
  }

  /** Of windows up to `last`. */
  #forgetBodies(last: number): void {
    const first = this.bodiesFrom ?? 0;
    const end = Math.min(last + 1, first + MOST_FORGOTTEN);
    for (let window = first; window < end; window++) {
      const entry = this.entry(window);
      if (entry === undefined) continue;
      const { operations, registrations, header } = entry;
      const ids = [...operations, ...this.#idleOf(window), ...registrations, header.id];
      for (const id of ids) this.#objects.remove(fromHex(id));
      this.#marks.remove(windowKey(window));
    }
    if (end > first) this.#marks.put(BODIES_KEY, windowKey(end));
  }

  /** Up to `last`; their bodies went before. */
  #forgetEntries(last: number): void {
    const end = Math.min(last + 1, this.bodiesFrom ?? 0);
    for (const database of [this.#entries, this.#certificates]) {
      for (const key of database.keys(MOST_FORGOTTEN)) if (keyWindow(key) < end) database.remove(key);
    }
  }

  #forgetCertificate(window: number): void {
    const depthOf = (at: number): number | undefined => this.entry(at)?.header.fallbackDepth;
    if (window < 0 || isLastingCertificate(this.#params, window, depthOf)) return;
    this.#certificates.remove(windowKey(window));
  }
}
