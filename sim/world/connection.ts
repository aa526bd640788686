import type { Links } from '#sim/kernel/links.ts';

/** States of a connection. OPENING: from the dial until the listener is up, the dialer may be up before. CLOSING: one end is gone. */
export const CLOSED = 0;
export const OPENING = 1;
export const OPEN = 2;
export const CLOSING = 3;

/** What travels on a link beside messages. */
export class Step {
  readonly number: number;
  constructor(number: number) {
    this.number = number;
  }
}
/** The handshake. */
export const SYN = new Step(1);
export const ACCEPT = new Step(2);
export const HELLO_1 = new Step(3);
export const HELLO_2 = new Step(4);
export const HELLO_3 = new Step(5);
/** To the dialer: it came to nothing. */
export const REFUSED = new Step(6);
/** To the end that is left: the other is gone. */
export const END = new Step(7);
/** The dialer's note to itself. */
export const REDIAL = new Step(8);

export const NO_PEER = -1;

/** A directed link has a name of 32 bits: direction, dialer, listener. */
export const MOST_HOSTS = 0x8000;
const BACK = 0x8000_0000 | 0;
/** Ranks of links come after those of everything else. */
const LINK_RANK = 0x1_0000_0000;

/** From `dialer` to `listener`; there may be another one the other way round. */
export interface Connection {
  readonly dialer: number;
  readonly listener: number;
  /** Lanes towards the listener and towards the dialer, and the names of these links. */
  readonly forth: number;
  readonly back: number;
  readonly forthName: number;
  readonly backName: number;
  /** One way, microseconds. */
  readonly latency: number;
  state: typeof CLOSED | typeof OPENING | typeof OPEN | typeof CLOSING;
  /** What the two ends call it; NO_PEER: not up there. */
  dialerPeer: number;
  listenerPeer: number;
  /** The world opened it and opens it again when it breaks. */
  kept: boolean;
  failures: number;
  /** Bits per second, 0: not throttled; busy until. */
  throttle: number;
  throttledUntil: number;
}

/** The name of the link from dialer to listener. */
export const linkName = (dialer: number, listener: number): number => (dialer << 16) | listener;

/** Who sends and who receives on the link of a name, as the digest and watchers are told it. */
export const linkEnds = (name: number): { readonly from: number; readonly to: number } => {
  const [dialer, listener] = [(name >>> 16) & (MOST_HOSTS - 1), name & (MOST_HOSTS - 1)];
  return name < 0 ? { from: listener, to: dialer } : { from: dialer, to: listener };
};

/** A closed connection with two links of its own. */
export const connect = (links: Links<unknown>, dialer: number, listener: number, latency: number): Connection => {
  const forthName = linkName(dialer, listener);
  const backName = forthName | BACK;
  return {
    dialer,
    listener,
    forth: links.open(LINK_RANK + (forthName >>> 0)),
    back: links.open(LINK_RANK + (backName >>> 0)),
    forthName,
    backName,
    latency,
    state: CLOSED,
    dialerPeer: NO_PEER,
    listenerPeer: NO_PEER,
    kept: false,
    failures: 0,
    throttle: 0,
    throttledUntil: 0,
  };
};
