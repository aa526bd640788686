import { randomBytes } from 'node:crypto';
import type { Id } from '#core/bytes/bytes.ts';
import type { Address } from '#core/peers/address.ts';
import { type Moment, Peers } from '#core/peers/peers.ts';
import type { Contact } from '#core/peers/table.ts';
import { LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import type { Config } from '#node/config/config.ts';
import { isClient } from '#node/transport/link-table.ts';
import type { Blame, Link } from '#node/transport/transport.ts';
import { Contacts, type Target } from './contacts.ts';
import type { Logger } from './log.ts';
import { oneLine } from './one-line.ts';
import { addressOf, isPublic, isReachable, placeholder } from './peer-address.ts';
import { exchanged, peersKnown, peersWanted } from './peer-exchange.ts';
import { type KeptPeers, readPeers, writePeers } from './peer-file.ts';

export interface PeeringOptions {
  readonly config: Pick<Config, 'peers' | 'maxOutbound' | 'maxInbound' | 'tau1Seconds' | 'discover' | 'diversity'>;
  readonly nodeId: Id;
  /** `Qm…` of this node, which it does not dial. */
  readonly peerId: string;
  readonly genesis: Id;
  /** Windows. */
  readonly tau2: number;
  /** Where the table is kept. */
  readonly file: string;
  readonly log: Logger;
}

export interface PeeringPorts {
  dial(address: string, expected: ReadonlySet<Id> | undefined): Promise<Link>;
  send(link: number, envelope: Uint8Array): void;
  close(link: number, bye: number): void;
  /** A dial came to nothing. */
  dialFailed(): void;
  /** The lowest window that is not final. */
  window(): number;
}

const SECOND = 1_000;
/** Milliseconds between two writes of the table. */
const KEEP_EVERY = 600 * SECOND;
/** Why a dial ends where the far end is no node, another one, or does not want this one. */
const WRONG_NODE = 'WrongNode';
const REFUSALS: readonly string[] = [WRONG_NODE, 'TunnelProofRefused', 'UnknownListener'];

/** What the process before kept; a new secret and nothing else where that is of no use. */
const keptOf = ({ file, genesis, log }: PeeringOptions): KeptPeers => {
  const kept = readPeers(file, genesis);
  if (typeof kept === 'string') log.warn({ file, reason: kept }, 'the peers that were kept are dropped');
  return typeof kept === 'object' ? kept : { secret: new Uint8Array(randomBytes(32)), anchors: [], rows: [] };
};

/** Drives `Peers` (06 §9, §11): whom this node dials, keeps, asks, answers and bans. What the machine knows is kept in a file. */
export class Peering {
  readonly #options: PeeringOptions;
  /** The settings now. */
  #config: PeeringOptions['config'];
  readonly #ports: PeeringPorts;
  #contacts: Contacts;
  readonly #peers: Peers;
  /** Of the process before. */
  readonly #kept: KeptPeers;
  /** Dials under way, by multiaddr. */
  readonly #dials = new Map<string, Target>();
  /** Requests under way, by link. */
  readonly #asked = new Map<number, bigint>();
  readonly #timers: NodeJS.Timeout[] = [];
  #requests = 0n;
  #isOver = false;

  constructor(options: PeeringOptions, ports: PeeringPorts) {
    this.#options = options;
    this.#ports = ports;
    const { config, nodeId, peerId, tau2, log } = options;
    this.#config = config;
    this.#contacts = new Contacts(config.peers, peerId);
    const now = { config: () => this.#config, contacts: () => this.#contacts };
    this.#kept = keptOf(options);
    this.#peers = new Peers(
      {
        own: nodeId,
        secret: this.#kept.secret,
        seed: new Uint8Array(randomBytes(32)),
        get configured() {
          return now.contacts().addresses();
        },
        get maxOutbound() {
          return now.config().maxOutbound;
        },
        get maxInbound() {
          return now.config().maxInbound;
        },
        tau1: config.tau1Seconds * 1_000_000,
        tau2,
        isTestNetwork: !config.diversity,
      },
      {
        dial: (address) => this.#dial(address),
        feel: (address) => this.#dial(address),
        close: (link, bye) => ports.close(link, bye),
        ask: (link, most) => {
          if (this.#config.discover) this.#ask(link, most);
        },
        relaxed: (to) => log.info({ to }, 'rules of diversity relaxed'),
      },
    );
    for (const row of this.#kept.rows) this.#peers.table.restore(row);
  }

  start(): void {
    this.#peers.start(this.#kept.anchors, this.#moment());
    this.#timers.push(
      setInterval(() => this.#peers.timer(this.#moment()), SECOND),
      setInterval(() => this.#keep(), KEEP_EVERY),
    );
  }

  /** Other settings from now on: `peers`, `maxOutbound`, `maxInbound`, `discover`. Links that are open stay. */
  reload(config: PeeringOptions['config']): void {
    this.#config = config;
    this.#contacts = new Contacts(config.peers, this.#options.peerId);
  }

  /** While the links are still open: the oldest are dialled first by the next process. */
  stop(): void {
    if (!this.#isOver && this.#timers.length > 0) this.#keep();
    this.#isOver = true;
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** May close it, before it returns. */
  opened(link: Link): void {
    const { number, nodeId, isOutgoing, level, startWindow } = link;
    const target = this.#dials.get(link.address);
    const listensAt = this.#contacts.listensAt(link);
    this.#peers.opened(
      {
        number,
        nodeId,
        address: (isOutgoing ? target?.address : undefined) ?? addressOf(link.address) ?? placeholder(0),
        isOutgoing,
        isNode: level === LEVEL_NODE,
        isClient: isClient(link),
        startWindow,
        ...(listensAt === undefined ? {} : { listensAt }),
      },
      this.#moment(),
    );
  }

  closed({ number }: Link, blame?: Blame): void {
    this.#asked.delete(number);
    if (!this.#isOver) this.#peers.closed(number, this.#moment(), blame);
  }

  /** Counts a message. Whether it was one of peer exchange, which ends here. */
  message(link: Link, envelope: Uint8Array, onStem: boolean): boolean {
    const moment = this.#moment();
    const { number } = link;
    this.#peers.message(number, moment);
    // Who a client asks for is no business of its account's (06 §6).
    const message = onStem || isClient(link) ? undefined : exchanged(envelope);
    switch (message?.type) {
      case 'request': {
        const contacts = this.#peers.asked(number, message.most, moment);
        if (contacts !== undefined) this.#ports.send(number, peersKnown(message.requestId, this.#fit(contacts)));
        break;
      }
      case 'response':
        if (this.#asked.get(number) !== message.requestId) this.#peers.penalty(number, moment);
        else this.#peers.heard(number, this.#fit(message.contacts), moment);
        this.#asked.delete(number);
        break;
      case 'malformed':
        this.#peers.penalty(number, moment);
        break;
    }
    return message !== undefined;
  }

  penalty(link: number): void {
    this.#peers.penalty(link, this.#moment());
  }

  useful(link: number, isProposal: boolean): void {
    this.#peers.useful(link, isProposal, this.#moment());
  }

  roundTrip({ number }: Link, micros: number): void {
    this.#peers.roundTrip(number, micros);
  }

  /** Nodes it knows how to reach, and nodes that may not come back yet. */
  status(): { readonly known: number; readonly banned: number } {
    return { known: this.#peers.table.size, banned: this.#peers.banned(this.#moment()) };
  }

  /** Those that may be told of. Where others are strangers, an address inside a network of theirs, or of ours, leads somewhere else. */
  #fit(contacts: readonly Contact[]): readonly Contact[] {
    return this.#options.config.diversity ? contacts.filter(({ address }) => isPublic(address)) : contacts;
  }

  #moment(): Moment {
    return { now: Math.floor(performance.now() * 1_000), window: this.#ports.window() };
  }

  #dial(address: Address): void {
    const target = this.#contacts.target(address, [...this.#kept.anchors, ...this.#peers.table.rows()]);
    const { multiaddr, expected } = target;
    this.#dials.set(multiaddr, target);
    this.#ports.dial(multiaddr, expected).then(
      () => this.#dials.delete(multiaddr),
      (error: unknown) => {
        this.#dials.delete(multiaddr);
        if (this.#isOver) return;
        const reason = oneLine(error);
        this.#ports.dialFailed();
        this.#options.log.info({ address: multiaddr, reason }, 'dial failed');
        // Others may tell what they like; the operator's word is worth another try soon.
        if (reason === WRONG_NODE) for (const other of expected ?? []) this.#peers.table.drop(other);
        const isRefused = expected !== undefined && REFUSALS.includes(reason);
        this.#peers.failed(address, isRefused, this.#moment());
      },
    );
  }

  #ask(link: number, most: number): void {
    const requestId = ++this.#requests;
    this.#asked.set(link, requestId);
    this.#ports.send(link, peersWanted(requestId, most));
  }

  #keep(): void {
    const { file, genesis, log } = this.#options;
    const anchors = this.#peers.anchors().filter(({ address }) => isReachable(address));
    const rows = [...this.#peers.table.rows()].filter(({ address }) => isReachable(address));
    try {
      writePeers(file, genesis, { secret: this.#kept.secret, anchors, rows });
    } catch (error) {
      log.warn({ file, reason: oneLine(error) }, 'the peers cannot be kept');
    }
  }
}
