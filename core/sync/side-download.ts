import type { Id } from '../bytes/bytes.ts';
import type { Header } from '../consensus/objects.ts';
import type { SideFromArchive } from '../snapshot/side-from-archive.ts';
import type { ArchiveEntry, Message } from '../wire/messages.ts';
import { MOST_ARCHIVED } from '../wire/payloads.ts';
import { Patience } from './patience.ts';
import { ANOTHER_KIND, type Checkpoint, type Outcome, type Phase, type PhasePorts } from './phase.ts';

/** An entry is worth so long: of those of 300 nodes, 0.4 MB a second. Microseconds. */
const EACH_ENTRY = 100_000;

/**
 * The archive entries behind an anchor, newest first, each verified as it arrives: its name is the parent of the one after it. They go
 * into the side state, and lead on to the checkpoint where that is older than what the side state needs.
 */
export class SideDownload implements Phase {
  requestId = 0;
  deadline = 0;
  /** The window of the entry that comes next, and the last one. */
  #next: number;
  readonly #end: number;
  readonly #side: SideFromArchive;
  readonly #anchor: Header;
  readonly #pins: readonly Checkpoint[];
  readonly #ports: PhasePorts;
  #name: Id;
  #peer = 0;
  #patience = new Patience(0);
  /** Entries of one request: fewer where they are large, for an answer begins with its oldest. */
  #span = MOST_ARCHIVED;

  /** `pins`: what the chain must lead through, where it comes by. */
  constructor(side: SideFromArchive, anchor: Header, pins: readonly Checkpoint[], end: number, ports: PhasePorts) {
    this.#side = side;
    this.#anchor = anchor;
    this.#pins = pins;
    this.#end = Math.min(end, side.end);
    this.#ports = ports;
    this.#next = anchor.window;
    this.#name = anchor.id;
  }

  get done(): number {
    return this.#anchor.window - this.#next;
  }

  get total(): number {
    return this.#anchor.window - this.#end + 1;
  }

  ask(peer: number, now: number): Outcome {
    this.#peer = peer;
    this.#patience = new Patience(now, EACH_ENTRY);
    this.#span = MOST_ARCHIVED;
    this.#request(now);
    return 'more';
  }

  take(message: Message, now: number): Outcome {
    if (message.type !== 'archive-response') return this.#blame(ANOTHER_KIND);
    const { entries } = message;
    if (entries.length === 0) return this.#blame('archive ends early');
    const asked = this.#asked();
    if (entries.length > asked) return this.#blame('more archive entries than were asked for');
    if (entries.length < asked) {
      // The newest are missing. The first ones say how many there may be.
      this.#span = entries.length;
      this.#request(now);
      return 'more';
    }
    for (let i = entries.length - 1; i >= 0; i--) {
      const outcome = this.#takeEntry(entries[i] as ArchiveEntry);
      if (outcome !== 'more') return outcome;
    }
    if (this.#next < this.#end) return 'done';
    this.#span = Math.min(MOST_ARCHIVED, 2 * this.#span);
    this.#request(now);
    return 'more';
  }

  expired(now: number): Outcome {
    this.#ports.penalty(this.#peer, this.#patience.fault(now));
    return 'slow';
  }

  #takeEntry(entry: ArchiveEntry): Outcome {
    const { header } = entry;
    const window = this.#next;
    if (header.window !== window || header.id !== this.#name) return this.#blame('archive entries are no chain');
    if (this.#pins.some((pin) => pin.window === window && pin.proposalHash !== header.id)) {
      this.#blame('its chain contradicts what is final here or the checkpoint');
      return 'void';
    }
    if (window >= this.#side.end) {
      const error = this.#side.take(entry);
      if (error !== undefined) return this.#blame(`archive entry: ${error}`);
    }
    this.#patience.brought(1);
    this.#next = window - 1;
    this.#name = header.prevProposalHash;
    return 'more';
  }

  #asked(): number {
    return Math.min(this.#span, this.#next - this.#end + 1);
  }

  #request(now: number): void {
    const count = this.#asked();
    this.requestId = this.#ports.freshRequestId();
    this.deadline = this.#patience.deadline(now);
    const fromWindow = this.#next - count + 1;
    this.#ports.send(this.#peer, { type: 'archive-request', requestId: this.requestId, fromWindow, count });
  }

  #blame(reason: string): Outcome {
    this.#ports.penalty(this.#peer, reason);
    return 'next';
  }
}
