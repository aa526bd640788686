import { fromHex, type Id } from '#core/bytes/bytes.ts';
import { layout, list } from '#core/bytes/layout.ts';
import type { ProtocolObject, Vote } from '#core/consensus/objects.ts';
import { decodeVote } from '#core/consensus/vote.ts';
import { isSelectionWindow } from '#core/entry/selection.ts';
import type { Params } from '#core/genesis/params.ts';
import { blobUpTo } from '#core/journal/kinds.ts';
import { decodeStored, encodeStored, JOURNAL_OBJECT } from '#core/journal/objects.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { isBoundary } from '#core/transition/epoch.ts';
import type { ArchiveEntry } from '#core/wire/messages.ts';
import { decodeArchiveEntry, encodeArchiveEntry, encodeObject } from '#core/wire/objects.ts';
import type { Database, Environment } from './environment.ts';
import { keyWindow, windowKey } from './keys.ts';
import { sound } from './store-error.ts';

/** Bytes of a vote on the wire (04 §9). */
const VOTE_SIZE = 3_384;

/** The precommits that made a window final. */
const STORED_CERTIFICATE = layout('StoredCertificate', { votes: list(blobUpTo(VOTE_SIZE)) });

/** Every certificate is kept for so many windows (09 §3). */
const RECENT_CERTIFICATES = 64;

/** Whether a certificate outlives the last 64 windows: of a selection event and of a τ₂ boundary, which snapshots are of (09 §3). */
const isCertificateKept = (window: number, { selectionInterval, tau2Windows }: Params): boolean =>
  isSelectionWindow(window, selectionInterval) || isBoundary(window, tau2Windows);

/** Windows that one write forgets at most, where fewer are to be kept than before. */
const MOST_FORGOTTEN = 8;

/** Final windows as others ask for them: entries, bodies, certificates. */
export class Archive {
  readonly #params: Params;
  readonly #windows: number;
  readonly #entries: Database;
  readonly #objects: Database;
  readonly #certificates: Database;

  /** Keeps entries and bodies of the last `windows` windows. */
  constructor(environment: Environment, params: Params, windows: number) {
    this.#params = params;
    this.#windows = windows;
    this.#entries = environment.database('entries');
    this.#objects = environment.database('objects');
    this.#certificates = environment.database('certificates');
  }

  entry(window: number): ArchiveEntry | undefined {
    const bytes = window < 0 ? undefined : this.#entries.get(windowKey(window));
    return bytes && sound(decodeArchiveEntry(bytes));
  }

  object(id: Id): ProtocolObject | undefined {
    const bytes = this.#objects.get(fromHex(id));
    return bytes && sound(decodeStored(sound(JOURNAL_OBJECT.decode(bytes))));
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
    for (const object of [...operations, ...registrations, proposal]) {
      const stored = encodeStored({ object, bytes: encodeObject(object) });
      this.#objects.put(fromHex(object.id), JOURNAL_OBJECT.encode(stored));
    }
    if (certificate.length > 0) {
      const votes = certificate.map(({ bytes }) => bytes);
      this.#certificates.put(windowKey(window), STORED_CERTIFICATE.encode({ votes }));
    }
    this.#forgetEntries(window - this.#windows);
    this.#forgetCertificate(window - RECENT_CERTIFICATES);
  }

  /** Up to `last`. */
  #forgetEntries(last: number): void {
    for (const [key, bytes] of this.#entries.rows(windowKey(0), MOST_FORGOTTEN)) {
      if (keyWindow(key) > last) return;
      const { operations, registrations, header } = sound(decodeArchiveEntry(bytes));
      for (const id of [...operations, ...registrations, header.id]) this.#objects.remove(fromHex(id));
      this.#entries.remove(key);
    }
  }

  #forgetCertificate(window: number): void {
    if (window >= 0 && !isCertificateKept(window, this.#params)) this.#certificates.remove(windowKey(window));
  }
}
