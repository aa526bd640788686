/** How many links there may be. */
export interface Places {
  /** Most links dialled by this node, attempts included. */
  readonly outgoing: number;
  /** Most links dialled by others, but for account clients. */
  readonly incoming: number;
}

/** Bounds on what others can make this node do (06 §1, §6, §11). */
export interface Limits extends Places {
  /** Most links of account clients, which take no part in gossip and have places of their own. */
  readonly clients: number;
  /** Milliseconds without a request after which one of them makes room, where all places are taken and another comes. */
  readonly clientIdle: number;
  /** Most connections dialled by others that are no links yet. */
  readonly unfinished: number;
  /** Of these, most from one /16 or /48: whoever connects and says nothing takes no more places than these. */
  readonly unfinishedOfGroup: number;
  /** Connections accepted from one /16 or /48 per second, and at once. Many nodes behind one address need more. */
  readonly groupRate: number;
  readonly groupBurst: number;
  /** Connections accepted from all per second, and at once. */
  readonly globalRate: number;
  readonly globalBurst: number;
  /** Most envelopes and bytes that wait for one link. */
  readonly queuedObjects: number;
  readonly queuedBytes: number;
  /** Milliseconds between two Pings of a link. */
  readonly pingEvery: number;
}

export const DEFAULT_LIMITS: Limits = {
  outgoing: 24,
  incoming: 24,
  clients: 64,
  clientIdle: 60_000,
  unfinished: 10,
  unfinishedOfGroup: 3,
  groupRate: 4,
  groupBurst: 8,
  globalRate: 50,
  globalBurst: 50,
  queuedObjects: 1_024,
  queuedBytes: 8 * 1_048_576,
  pingEvery: 5_000,
};

/** Spans of τ₁, in its unit (06 §2, §6). */
export const spansOf = (tau1: number) => ({
  /** TCP connect. */
  connect: Math.floor(tau1 / 2),
  /** From the connection to the tunnel proof: in all, at both ends. */
  handshake: Math.floor(tau1 / 6),
  /** From our Bye to the end of the connection. */
  farewell: Math.floor(tau1 / 12),
  /** Without a Pong. */
  silence: 3 * tau1,
});
export type Spans = ReturnType<typeof spansOf>;
