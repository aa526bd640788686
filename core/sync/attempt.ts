import { IdMap, IdSet } from '../collections/id-map.ts';
import type { Operation, ProtocolObject, Registration } from '../consensus/objects.ts';
import type { FinalRecord } from '../participant/types.ts';
import { type OpenWindow, openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import { MAX_PAYLOAD } from '../wire/envelope.ts';
import { type ArchiveEntry, CLASS_OPERATION, CLASS_REGISTRATION, type ObjectName } from '../wire/messages.ts';
import { MOST_REQUESTED } from '../wire/payloads.ts';
import { archiveEntrySize } from '../wire/size.ts';
import { CertificateParts } from './certificate-parts.ts';
import { Patience } from './patience.ts';
import { BELOW_TRUSTED_QUORUM, type Checkpoint, CONTRADICTS_CHECKPOINT } from './phase.ts';
import { entryFollows, type ReplayTools, replayEntry } from './replay.ts';

/** Certificates of a range that are too little by the trusted state before windows between them are passed over. */
const MOST_UNTRUSTED = 4;

/** Half of the 1 MiB that the entries of an answer may take (09 §3): with less of them a peer has no more, or does not give it. */
const HALF_AN_ANSWER = MAX_PAYLOAD >> 1;

/** What one peer brings of the windows from `from` on: entries, their bodies, and what came of them on a copy of the state. */
export class Attempt {
  readonly peer: number;
  readonly from: number;
  /** How many windows are asked for. */
  readonly count: number;
  readonly patience: Patience;
  /** What the next answer must be. */
  awaits: 'archive-response' | 'object-response' | 'proof-response' = 'archive-response';
  requestId = 0;
  deadline = 0;
  /** Why the certificate of the last window was of no use, the first time. */
  fault: string | undefined;
  /** There was no room for more in the last answer. */
  #isCut = false;
  /** Not yet replayed. */
  #entries: readonly ArchiveEntry[] = [];
  /** Whether the first of these was seen to follow. */
  #follows = false;
  readonly #bodies = new IdMap<Operation | Registration>();
  #missing: readonly ObjectName[] = [];
  readonly #base: Settled;
  #records: readonly FinalRecord[] = [];
  #parts: CertificateParts | undefined;
  #untrusted = 0;

  constructor(peer: number, base: Settled, count: number, now: number) {
    this.peer = peer;
    this.from = base.window + 1;
    this.count = count;
    this.patience = new Patience(now);
    this.#base = base;
  }

  /** Replayed entries not yet adopted, or given up. */
  get records(): readonly FinalRecord[] {
    return this.#records;
  }

  get last(): FinalRecord {
    return this.#records.at(-1) as FinalRecord;
  }

  /** The certificate of the last record, as far as it is here. */
  get parts(): CertificateParts {
    const { window, side } = this.last.settled;
    this.#parts ??= new CertificateParts(window, side.proposalHash);
    return this.#parts;
  }

  /** Bodies to ask for next. */
  get names(): readonly ObjectName[] {
    return this.#missing.slice(0, MOST_REQUESTED);
  }

  /** The first window whose entry is not here yet. */
  get next(): number {
    return this.from + this.#records.length + this.#entries.length;
  }

  /** Windows from there on. */
  get left(): number {
    return this.from + this.count - this.next;
  }

  /** Whether the rest of them is worth another request. */
  get hasMore(): boolean {
    return this.#isCut && this.left > 0;
  }

  /** What the peer is blamed for, if anything. All entries of before are replayed. */
  takeEntries(entries: readonly ArchiveEntry[], checkpoint: Checkpoint | undefined): string | undefined {
    const [first] = entries;
    this.#isCut = bytesOf(entries) > HALF_AN_ANSWER;
    if (first === undefined) return this.#records.length === 0 ? 'archive ends early' : undefined;
    if (first.header.window !== this.next) return 'archive of another window';
    this.#entries = entries.slice(0, this.left);
    const pinned = this.#entries.find(({ header }) => header.window === checkpoint?.window);
    if (pinned !== undefined && pinned.header.id !== checkpoint?.proposalHash) return CONTRADICTS_CHECKPOINT;
    this.patience.brought(this.#entries.length);
    this.#missing = this.#entries.flatMap(({ operations, registrations }) => [
      ...operations.map((id): ObjectName => ({ class: CLASS_OPERATION, id })),
      ...registrations.map((id): ObjectName => ({ class: CLASS_REGISTRATION, id })),
    ]);
    return undefined;
  }

  takeBodies(objects: readonly ProtocolObject[]): string | undefined {
    const before = this.#missing.length;
    const asked = IdSet.from(this.names.map(({ id }) => id));
    for (const object of objects) {
      const isBody = object.kind === 'operation' || object.kind === 'registration';
      if (isBody && asked.has(object.id)) this.#bodies.set(object.id, object);
    }
    this.#missing = this.#missing.filter(({ id }) => !this.#bodies.has(id));
    this.patience.brought(before - this.#missing.length);
    return this.#missing.length === before ? 'body missing' : undefined;
  }

  /**
   * Applies entries as far as their bodies are here, and looks whether the next one follows before more are asked for: what a stranger
   * signed makes nobody fetch its bodies. What comes before an entry that does not fit is good.
   */
  replay(tools: ReplayTools): string | undefined {
    for (let entry = this.#entries[0]; entry !== undefined; entry = this.#entries[0]) {
      const settled = this.#records.at(-1)?.settled ?? this.#base;
      this.#follows ||= entryFollows(settled, entry, tools.verify);
      if (this.#follows && !this.#isWhole(entry)) return undefined;
      const record = this.#follows ? replayEntry(settled, entry, this.#bodies, tools) : undefined;
      if (record === undefined) {
        this.#entries = [];
        this.#missing = [];
        this.#isCut = false;
        return 'archive entry does not apply';
      }
      this.#records = [...this.#records, record];
      this.#entries = this.#entries.slice(1);
      this.#follows = false;
    }
    return undefined;
  }

  #isWhole({ operations, registrations }: ArchiveEntry): boolean {
    return operations.every((id) => this.#bodies.has(id)) && registrations.every((id) => this.#bodies.has(id));
  }

  /** The window of the last record, judged on the tentative state before it. */
  open(): OpenWindow {
    return openWindow(this.#records.at(-2)?.settled ?? this.#base);
  }

  /** The certificate of the last window is of no use: one window less, but half of them once many proved too little here. */
  takeLess(fault: 'no certificate' | typeof BELOW_TRUSTED_QUORUM): void {
    this.fault ??= fault;
    if (fault === BELOW_TRUSTED_QUORUM) this.#untrusted++;
    const { length } = this.#records;
    this.#records = this.#records.slice(0, this.#untrusted < MOST_UNTRUSTED ? length - 1 : length >> 1);
    this.#parts = undefined;
    this.patience.brought(1);
  }
}

const bytesOf = (entries: readonly ArchiveEntry[]): number =>
  entries.reduce((bytes, entry) => bytes + archiveEntrySize(entry), 0);
