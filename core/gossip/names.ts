import type { Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Proposal, ProtocolObject } from '../consensus/objects.ts';
import { freshForm } from '../consensus/proposal.ts';
import {
  CLASS_BUNDLE,
  CLASS_PROPOSAL,
  CLASS_REVEAL,
  type ObjectClass,
  type ObjectMessage,
  type ObjectName,
} from '../wire/messages.ts';
import { classOf } from '../wire/objects.ts';
import { LinkSet } from './bits.ts';

/** Objects remembered by name (06 §6.1: `seen`). */
export const MOST_NAMES = 65_536;
/** Windows an object is remembered for. */
export const NAME_LIFETIME = 4;

/** Whether objects of a class are told by Announce: bundles and reveals have slots, which Have tells. */
export const isAnnounced = (objectClass: ObjectClass): boolean =>
  objectClass !== CLASS_BUNDLE && objectClass !== CLASS_REVEAL;

/** A judged object: accepted, or dropped without blame, then without a message. */
export interface NameEntry {
  readonly class: ObjectClass;
  readonly id: Id;
  readonly message: ObjectMessage | undefined;
  /** The open window when it was judged. */
  readonly window: number;
  readonly known: LinkSet;
}

/** What was judged in the last windows, by identifier and in the order of judgement. */
export class NameTable {
  readonly #byId = new IdMap<NameEntry>();
  #log: (NameEntry | undefined)[] = [];
  /** Position of #log[0] since the start; entries before #head were dropped. */
  #base = 0;
  #head = 0;

  get(id: Id): NameEntry | undefined {
    return this.#byId.get(id);
  }

  /** Position after the newest entry: what a link was told is everything before its own mark. */
  get end(): number {
    return this.#base + this.#log.length;
  }

  get start(): number {
    return this.#base + this.#head;
  }

  at(position: number): NameEntry | undefined {
    return this.#log[position - this.#base];
  }

  add(objectClass: ObjectClass, id: Id, message: ObjectMessage | undefined, window: number): NameEntry {
    const entry: NameEntry = { class: objectClass, id, message, window, known: new LinkSet() };
    this.#byId.set(id, entry);
    this.#log.push(entry);
    if (this.#byId.size > MOST_NAMES) this.#dropFirst();
    return entry;
  }

  /** Forgets what was judged `NAME_LIFETIME` windows before `window` or earlier. */
  expire(window: number): void {
    for (let first = this.#log[this.#head]; first !== undefined; first = this.#log[this.#head]) {
      if (first.window + NAME_LIFETIME > window) break;
      this.#dropFirst();
    }
    this.#log = this.#log.slice(this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }

  forget(link: number): void {
    for (const entry of this.#log) entry?.known.delete(link);
  }

  /** The object of a name. A proposal asked for by proposal_hash is answered in its fresh form (09 §12.8). */
  object(name: ObjectName): ProtocolObject | undefined {
    const found = this.#byId.get(name.id)?.message?.object;
    if (found !== undefined) return classOf(found) === name.class ? found : undefined;
    return name.class === CLASS_PROPOSAL ? this.#freshForm(name.id) : undefined;
  }

  #freshForm(hash: Id): Proposal | undefined {
    for (let i = this.#log.length - 1; i >= this.#head; i--) {
      const object = this.#log[i]?.message?.object;
      if (object?.kind !== 'proposal' || object.header.id !== hash) continue;
      return freshForm(object);
    }
    return undefined;
  }

  #dropFirst(): void {
    const first = this.#log[this.#head];
    if (first === undefined) return;
    this.#log[this.#head++] = undefined;
    if (this.#byId.get(first.id) === first) this.#byId.delete(first.id);
  }
}
