import { Links } from '#sim/kernel/links.ts';
import { mix, scale } from '#sim/kernel/mix.ts';
import type { Queue } from '#sim/kernel/queue.ts';
import {
  ACCEPT,
  CLOSED,
  CLOSING,
  type Connection,
  connect,
  END,
  HELLO_1,
  HELLO_2,
  HELLO_3,
  linkName,
  MOST_HOSTS,
  NO_PEER,
  OPEN,
  OPENING,
  REDIAL,
  REFUSED,
  Step,
  SYN,
} from './connection.ts';
import type { NetworkOptions, Policy, Verdict } from './path.ts';
import { type Adapter, type Counts, HAPPENINGS, type HostSpec, type Note, REGIONS, type Shape } from './types.ts';
import { sendingTime, Wire } from './wire.ts';

/** Bytes of a TCP packet without data. */
const PACKET = 60;

/** The hosts, as the network sees them. */
export interface Ends<S extends Shape> {
  up(host: number): boolean;
  message(host: number, peer: number, message: S['message']): void;
  peerUp(host: number, peer: number, other: number, dialled: boolean): void;
  peerDown(host: number, peer: number): void;
  dialFailed(host: number, other: number): void;
}

export interface NetworkParts<S extends Shape> {
  readonly queue: Queue;
  /** By number. */
  readonly hosts: readonly HostSpec[];
  readonly adapter: Adapter<S>;
  readonly options: NetworkOptions;
  readonly policy: Policy | undefined;
  readonly seed: number;
  readonly ends: Ends<S>;
  readonly note: Note;
  readonly counts: Counts;
}

/**
 * Connections between hosts: reliable, in order, with a handshake that an observer on the path can read. A message leaves when the
 * sender's uplink has sent what is before it, travels for the latency of the two regions and a jitter, and is late by a
 * retransmission if a segment is lost. What is under way at a reset is lost. Receiving costs no bandwidth.
 */
export class Network<S extends Shape> {
  readonly #queue: Queue;
  readonly #links: Links<S['message'] | Step>;
  readonly #wire: Wire;
  readonly #hosts: readonly HostSpec[];
  readonly #adapter: Adapter<S>;
  readonly #options: NetworkOptions;
  readonly #policy: Policy | undefined;
  readonly #seed: number;
  readonly #ends: Ends<S>;
  readonly #note: Note;
  readonly #counts: Counts;
  readonly #connections: Connection[] = [];
  readonly #byName = new Map<number, Connection>();
  readonly #byLane: (Connection | undefined)[] = [];
  /** Per host: connections by peer number. */
  readonly #peers: (Connection | undefined)[][];
  /** Per host: which side of the cut. */
  #group: readonly number[];
  /** Messages to be lost. */
  readonly #losses: { readonly from: number; readonly to: number; readonly kind: number }[] = [];

  constructor(parts: NetworkParts<S>) {
    const { queue, hosts, adapter, options, policy, seed, ends, note, counts } = parts;
    if (hosts.length > MOST_HOSTS) throw new RangeError(`more than ${MOST_HOSTS} hosts`);
    this.#queue = queue;
    this.#links = new Links(queue);
    this.#wire = new Wire(queue, hosts, options, seed);
    this.#hosts = hosts;
    this.#adapter = adapter;
    this.#options = options;
    this.#policy = policy;
    this.#seed = seed;
    this.#ends = ends;
    this.#note = note;
    this.#counts = counts;
    this.#peers = hosts.map(() => []);
    this.#group = hosts.map(() => 0);
  }

  /** Messages and handshake steps under way. */
  get underway(): number {
    return this.#links.size;
  }

  /** Has the world open a connection and keep it open whenever `host` runs. */
  keep(host: number, other: number): void {
    const connection = this.#connection(host, other);
    connection.kept = true;
    if (connection.state === CLOSED) this.#open(connection);
  }

  /** False if such a connection exists already, in whatever state. */
  dial(host: number, other: number): void {
    const connection = other === host || this.#hosts[other] === undefined ? undefined : this.#connection(host, other);
    if (connection?.state === CLOSED) this.#open(connection);
    else this.#ends.dialFailed(host, other);
  }

  send(host: number, peer: number, message: S['message']): void {
    const connection = this.#peers[host]?.[peer];
    if (connection === undefined || connection.state === CLOSING) return;
    const size = this.#adapter.sizeOf(message);
    const content = this.#adapter.identify(message);
    const kind = this.#adapter.kindOf(message);
    (this.#counts.sent[kind] as number)++;
    (this.#counts.bytes[kind] as number) += size;
    const forth = connection.dialer === host;
    this.#note(HAPPENINGS.send, forth ? connection.forthName : connection.backName, content, message);
    this.#transmit(connection, forth, size, content, message);
  }

  close(host: number, peer: number): void {
    const connection = this.#peers[host]?.[peer];
    if (connection === undefined) return;
    const forth = connection.dialer === host;
    const both = connection.dialerPeer !== NO_PEER && connection.listenerPeer !== NO_PEER;
    this.#links.clear(forth ? connection.back : connection.forth);
    if (connection.state === OPEN) this.#counts.broken++;
    if (both) {
      connection.state = CLOSING;
      this.#step(connection, forth, END, PACKET);
    } else {
      this.#links.clear(forth ? connection.forth : connection.back);
      this.#closed(connection);
    }
    this.#down(connection, forth);
  }

  /** What a lane of the queue that is a link brings. */
  arrive(lane: number): void {
    const value = this.#links.take(lane);
    const connection = this.#byLane[lane] as Connection;
    const forth = lane === connection.forth;
    if (value instanceof Step) {
      this.#arrived(connection, forth, value);
      return;
    }
    if (this.#losses.length > 0 && this.#isLost(connection, forth, value)) return;
    this.#counts.deliveries++;
    const content = this.#links.tag;
    if (forth) {
      this.#note(HAPPENINGS.deliver, connection.forthName, content, value);
      this.#ends.message(connection.listener, connection.listenerPeer, value);
    } else {
      this.#note(HAPPENINGS.deliver, connection.backName, content, value);
      this.#ends.message(connection.dialer, connection.dialerPeer, value);
    }
  }

  /** The process of a host is gone: its system resets the connections, which the far ends learn after the latency. */
  crashed(host: number): void {
    this.#wire.crashed(host);
    this.#peers[host]?.fill(undefined);
    for (const connection of this.#connections) {
      const forth = connection.dialer === host;
      if ((!forth && connection.listener !== host) || (connection.state === CLOSED && !forth)) continue;
      if (forth) connection.dialerPeer = NO_PEER;
      else connection.listenerPeer = NO_PEER;
      const farUp = (forth ? connection.listenerPeer : connection.dialerPeer) !== NO_PEER;
      if ((connection.state === CLOSING && farUp) || (connection.state === OPENING && this.#severed(connection)))
        continue;
      if (connection.state === OPEN) this.#counts.broken++;
      this.#links.clear(connection.forth);
      this.#links.clear(connection.back);
      if (farUp) {
        connection.state = CLOSING;
        this.#links.push(forth ? connection.forth : connection.back, this.#after(connection.latency), END);
      } else if (connection.state === OPENING && !forth) {
        this.#links.push(connection.back, this.#after(connection.latency), REFUSED);
      } else {
        this.#closed(connection);
      }
    }
  }

  /** The next message of a kind from host to host is lost where it would arrive: no other one travels otherwise for that. */
  lose(from: number, to: number, kind: number): void {
    this.#losses.push({ from, to, kind });
  }

  #isLost({ dialer, listener }: Connection, forth: boolean, message: S['message']): boolean {
    const [from, to] = forth ? [dialer, listener] : [listener, dialer];
    const kind = this.#adapter.kindOf(message);
    const due = this.#losses.findIndex((loss) => loss.from === from && loss.to === to && loss.kind === kind);
    if (due >= 0) this.#losses.splice(due, 1);
    return due >= 0;
  }

  /** Parts the hosts: what crosses between groups is reset. */
  cut(group: readonly number[]): void {
    this.#group = group;
    for (const connection of [...this.#connections]) {
      if (connection.state !== CLOSED && this.#severed(connection)) this.#reset(connection);
    }
  }

  #severed(connection: Connection): boolean {
    return this.#group[connection.dialer] !== this.#group[connection.listener];
  }

  #open(connection: Connection): void {
    const { dialer, listener, latency } = connection;
    this.#note(HAPPENINGS.dial, dialer, listener);
    this.#links.clear(connection.back);
    connection.state = OPENING;
    connection.throttle = 0;
    if (this.#severed(connection)) {
      this.#links.push(connection.back, this.#after(this.#options.dialTimeout), REFUSED);
    } else if (!this.#allowed(connection, { stage: 'dial', at: this.#queue.now, dialer, listener })) {
      this.#links.push(connection.back, this.#after(2 * latency), REFUSED);
    } else {
      this.#step(connection, true, SYN, PACKET);
    }
  }

  /** Asks the policy of the path; a throttle takes effect. */
  #allowed(connection: Connection, sight: Parameters<Policy['connection']>[0]): boolean {
    const verdict: Verdict = this.#policy?.connection(sight) ?? 'allow';
    if (typeof verdict === 'object') connection.throttle = verdict.throttle;
    return verdict !== 'reset';
  }

  #arrived(connection: Connection, forth: boolean, step: Step): void {
    const { dialer, listener, latency } = connection;
    if (step.number <= HELLO_3.number) {
      this.#note(HAPPENINGS.handshake, forth ? connection.forthName : connection.backName, step.number);
    }
    switch (step) {
      case SYN:
        if (this.#ends.up(listener)) this.#step(connection, false, ACCEPT, PACKET);
        else this.#links.push(connection.back, this.#after(latency), REFUSED);
        break;
      case ACCEPT:
        this.#hello(connection, true, HELLO_1);
        break;
      case HELLO_1:
        this.#hello(connection, false, HELLO_2);
        break;
      case HELLO_2:
        this.#hello(connection, true, HELLO_3);
        this.#up(connection, dialer, listener, true);
        break;
      case HELLO_3:
        this.#established(connection);
        break;
      case REFUSED:
        this.#failed(connection);
        break;
      case END:
        this.#closed(connection);
        this.#down(connection, !forth);
        break;
      case REDIAL:
        this.#open(connection);
        break;
    }
  }

  #hello(connection: Connection, forth: boolean, step: Step): void {
    const size = this.#options.handshake[step.number - HELLO_1.number] as number;
    this.#counts.handshakeBytes += size;
    this.#step(connection, forth, step, size);
  }

  #step(connection: Connection, forth: boolean, step: Step, size: number): void {
    this.#transmit(connection, forth, size, step.number, step);
  }

  #established(connection: Connection): void {
    const { dialer, listener } = connection;
    const identities = { dialer: this.#adapter.identity(dialer), listener: this.#adapter.identity(listener) };
    const clear = { sizes: this.#options.handshake, ...identities };
    if (!this.#allowed(connection, { stage: 'established', at: this.#queue.now, dialer, listener, clear })) {
      this.#reset(connection);
      return;
    }
    connection.state = OPEN;
    connection.failures = 0;
    this.#counts.established++;
    this.#up(connection, listener, dialer, false);
  }

  /** Numbers the connection at `host` and tells it. */
  #up(connection: Connection, host: number, other: number, dialled: boolean): void {
    const peers = this.#peers[host] as (Connection | undefined)[];
    const peer = peers.push(connection) - 1;
    if (dialled) connection.dialerPeer = peer;
    else connection.listenerPeer = peer;
    this.#note(HAPPENINGS.peerUp, host, peer);
    this.#ends.peerUp(host, peer, other, dialled);
  }

  /** Tells one end, if it was up, that the connection is gone. */
  #down(connection: Connection, dialer: boolean): void {
    const peer = dialer ? connection.dialerPeer : connection.listenerPeer;
    if (peer === NO_PEER) return;
    const host = dialer ? connection.dialer : connection.listener;
    if (dialer) connection.dialerPeer = NO_PEER;
    else connection.listenerPeer = NO_PEER;
    (this.#peers[host] as (Connection | undefined)[])[peer] = undefined;
    this.#note(HAPPENINGS.peerDown, host, peer);
    this.#ends.peerDown(host, peer);
  }

  /** Both ends learn it at once. */
  #reset(connection: Connection): void {
    this.#links.clear(connection.forth);
    this.#links.clear(connection.back);
    if (connection.state === OPENING && connection.dialerPeer === NO_PEER) {
      this.#failed(connection);
      return;
    }
    if (connection.state === OPEN) this.#counts.broken++;
    this.#closed(connection);
    this.#down(connection, true);
    this.#down(connection, false);
  }

  #failed(connection: Connection): void {
    connection.failures++;
    this.#closed(connection);
    this.#note(HAPPENINGS.dialFailed, connection.dialer, connection.listener);
    if (!connection.kept) this.#ends.dialFailed(connection.dialer, connection.listener);
  }

  /** A kept connection is dialled again after a pause that doubles with each failure, and up to an eighth more. */
  #closed(connection: Connection): void {
    connection.state = CLOSED;
    if (!connection.kept || !this.#ends.up(connection.dialer)) return;
    const { first, most } = this.#options.redial;
    const pause = Math.min(first * 2 ** Math.min(connection.failures, 20), most);
    const more = scale(mix(this.#seed, connection.forthName, this.#queue.now), pause >> 3);
    this.#links.push(connection.back, this.#after(pause + more), REDIAL);
  }

  #after(delay: number): number {
    return this.#queue.now + delay;
  }

  #transmit(connection: Connection, forth: boolean, size: number, content: number, value: S['message'] | Step): void {
    let sent = this.#wire.send(forth ? connection.dialer : connection.listener, size);
    if (connection.throttle > 0) {
      sent = Math.max(sent, connection.throttledUntil) + sendingTime(size, connection.throttle);
      connection.throttledUntil = sent;
    }
    const travel = this.#wire.travel(
      forth ? connection.forthName : connection.backName,
      content,
      size,
      connection.latency,
    );
    this.#links.push(forth ? connection.forth : connection.back, sent + travel, value, content);
  }

  #connection(dialer: number, listener: number): Connection {
    const name = linkName(dialer, listener);
    let connection = this.#byName.get(name);
    if (connection === undefined) {
      const [from, to] = [this.#hosts[dialer] as HostSpec, this.#hosts[listener] as HostSpec];
      const latency = this.#options.latency[REGIONS.indexOf(from.region)]?.[REGIONS.indexOf(to.region)] as number;
      connection = connect(this.#links, dialer, listener, 1000 * latency);
      this.#connections.push(connection);
      this.#byName.set(name, connection);
      this.#byLane[connection.forth] = connection;
      this.#byLane[connection.back] = connection;
    }
    return connection;
  }
}
