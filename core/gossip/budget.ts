import type { Message, ObjectMessage, StemMessage } from '../wire/messages.ts';
import { sizeOnWire } from '../wire/size.ts';
import type { Link } from './links.ts';
import type { Shared } from './shared.ts';
import { TAU1 } from './timing.ts';
import type { Micros } from './types.ts';

/** Operations that a link may bring unasked in a window or τ₁, and registrations of its that may prove invalid (06 §11). */
export const MOST_OPERATIONS_IN = 1_000;
export const MOST_REFUSED_REGISTRATIONS = 4;

/** What each link may bring, and be answered, in a window, or in τ₁ where that is shorter. Beyond, a penalty and nothing else. */
export class Budget {
  readonly #shared: Shared;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** Four times a full window of bytes (09 §3). */
  holds(link: Link, message: Message, now: Micros): boolean {
    this.#renew(link, now);
    link.bytesIn += sizeOnWire(message);
    return link.bytesIn <= this.#shared.byteBudget || this.#blame(link, 'ByteBudget');
  }

  /**
   * The same, and that of the object's type (06 §11). Every node passes on the registrations of many, so those that are good are not
   * counted: how many there are is bounded by what they cost.
   */
  holdsObject(link: Link, message: ObjectMessage | StemMessage, now: Micros): boolean {
    if (!this.holds(link, message, now)) return false;
    const { kind } = message.object;
    if (kind === 'operation') return ++link.operationsIn <= MOST_OPERATIONS_IN || this.#blame(link, 'OperationBudget');
    if (kind !== 'registration' || link.refusedRegistrations < MOST_REFUSED_REGISTRATIONS) return true;
    return this.#blame(link, 'RegistrationBudget');
  }

  /** Whether a link may be answered more: what it is sent is bounded as what it sends. */
  holdsAnswer(link: Link, now: Micros): boolean {
    this.#renew(link, now);
    return link.bytesOut <= this.#shared.byteBudget || this.#blame(link, 'ServiceBudget');
  }

  #renew(link: Link, now: Micros): void {
    if (now - link.periodSince >= TAU1) link.startPeriod(now);
  }

  #blame(link: Link, reason: string): false {
    this.#shared.ports.penalty(link.peer, reason);
    return false;
  }
}
