import type { MessageStream, MultiaddrConnection } from '@libp2p/interface';
import { Admission, sourceGroup } from './admission.ts';
import { type Counters, countIn } from './counters.ts';
import type { Limits } from './limits.ts';

interface Arrival {
  readonly group: string;
  reason: string;
}

/** Connections from outside that are no links yet: counted, limited, and told when they come to nothing (06 §11). */
export class Arrivals {
  readonly #admission: Admission;
  readonly #counters: Counters;
  readonly #refused: (address: string, reason: string) => void;
  readonly #unfinished = new Map<MessageStream, Arrival>();

  constructor(limits: Limits, counters: Counters, refused: (address: string, reason: string) => void) {
    this.#admission = new Admission(limits, performance.now());
    this.#counters = counters;
    this.#refused = refused;
  }

  /** Whether a new connection is turned away; it is closed then without a byte. */
  isDenied(connection: MultiaddrConnection, isFull: boolean): boolean {
    const address = connection.remoteAddr.toString();
    const group = sourceGroup(address);
    const unfinished = this.#unfinished.size;
    const ofGroup = [...this.#unfinished.values()].filter((arrival) => arrival.group === group).length;
    const denied = this.#admission.judge(group, { unfinished, ofGroup, isFull }, performance.now());
    if (denied !== undefined) {
      this.#tell(address, denied);
      return true;
    }
    this.#unfinished.set(connection, { group, reason: 'NoHandshake' });
    connection.addEventListener('close', () => {
      const arrival = this.#unfinished.get(connection);
      if (arrival === undefined) return;
      this.#unfinished.delete(connection);
      this.#tell(address, arrival.reason);
    });
    return false;
  }

  /** Why a connection has come to nothing if it ends now. */
  blame(connection: MessageStream, reason: string): void {
    const arrival = this.#unfinished.get(connection);
    if (arrival !== undefined) arrival.reason = reason;
  }

  /** A connection that became a link. */
  finish(connection: MessageStream): void {
    this.#unfinished.delete(connection);
  }

  #tell(address: string, reason: string): void {
    countIn(this.#counters.failed, reason);
    this.#refused(address, reason);
  }
}
