import type { Id } from '../bytes/bytes.ts';
import type { Address } from './address.ts';
import type { Inbound } from './inbound.ts';
import type { Contact } from './table.ts';

/** Penalty events of one link in τ₁ at which it is cut (06 §11 B4). */
export const PENALTY_LIMIT = 100;
/** Messages in τ₁ from which on a majority of invalid ones cuts a link (06 §9). */
const LEAST_MESSAGES = 20;

/** An open link, as the shell tells of it. */
export interface OpenLink {
  readonly number: number;
  readonly nodeId: Id;
  /** Where it was dialled; of an incoming one, where it came from: nobody listens there. */
  readonly address: Address;
  readonly isOutgoing: boolean;
  /** Its node is in the table: full gossip. */
  readonly isNode: boolean;
  /** An account's client: it takes no place of a node, tells nobody where it is, and is penalised as anybody. */
  readonly isClient: boolean;
  readonly startWindow: number;
  /** Where its node listens, as the operator of this one says: of a configured contact, whoever dialled. */
  readonly listensAt?: Address;
}

/** How a link's node is dialled, if that is known. */
export const contactOf = ({ nodeId, address, startWindow, isOutgoing, listensAt }: OpenLink): Contact | undefined =>
  isOutgoing || listensAt !== undefined ? { nodeId, address: listensAt ?? address, startWindow } : undefined;

/** An open link with what the machine counts of it. */
export class Neighbouring implements Inbound {
  readonly link: OpenLink;
  readonly openedAt: number;
  roundTrip: number | undefined;
  usefulAt = -1;
  proposalAt = -1;
  /** The window in which it last brought a new proposal, or opened. */
  proposalWindow: number;
  askedAt: number | undefined;
  /** It was asked for peers and has not answered. */
  isAsked = false;
  /** When it was last answered who is out there. */
  servedAt: number | undefined;
  #periodSince: number;
  #penalties = 0;
  #messages = 0;

  constructor(link: OpenLink, now: number, window: number) {
    this.link = link;
    this.openedAt = now;
    this.proposalWindow = window;
    this.#periodSince = now;
  }

  get number(): number {
    return this.link.number;
  }

  get address(): Address {
    return this.link.address;
  }

  message(now: number, tau1: number): void {
    this.#period(now, tau1);
    this.#messages++;
  }

  /** Counts one; says how bad it is by now: `cut` from 100 within τ₁ on, `invalid` where most of 20 messages or more were. */
  penalty(now: number, tau1: number): 'cut' | 'invalid' | undefined {
    this.#period(now, tau1);
    this.#penalties++;
    if (this.#penalties >= PENALTY_LIMIT) return 'cut';
    return this.#messages >= LEAST_MESSAGES && 2 * this.#penalties > this.#messages ? 'invalid' : undefined;
  }

  #period(now: number, tau1: number): void {
    if (now - this.#periodSince < tau1) return;
    this.#periodSince = now;
    this.#penalties = 0;
    this.#messages = 0;
  }
}
