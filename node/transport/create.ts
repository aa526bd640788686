import type { Connection, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import type { Libp2p } from 'libp2p';
import type { Id } from '#core/bytes/bytes.ts';
import { nodeId } from '#core/crypto/ids.ts';
import { OFFERED_FORMS } from '#core/tunnel/forms.ts';
import { LEVEL_CANDIDATE } from '#core/tunnel/online-proof.ts';
import { Arrivals } from './arrivals.ts';
import { Counters, countIn, reasonOf } from './counters.ts';
import { NoisePqEncrypter } from './encrypter.ts';
import { BYE_MAINTENANCE, FRAMES_PROTOCOL, FrameLink, STEM_PROTOCOL } from './frame-link.ts';
import { Handshakes } from './handshakes.ts';
import { makeLibp2p } from './libp2p-node.ts';
import { DEFAULT_LIMITS, type Limits, type Places, type Spans, spansOf } from './limits.ts';
import { LinkTable } from './link-table.ts';
import type { LiveTransport, TransportOptions } from './options.ts';
import { Reception } from './reception.ts';
import { leave, type Secured, SecuredConnections } from './secured.ts';
import type { Known, Link } from './transport.ts';
import { proveTunnel, TUNNEL_PROTOCOL } from './tunnel.ts';

/** A listener in no table that somebody named the key of. */
const NEWCOMER: Known = { level: LEVEL_CANDIDATE, startWindow: 0 };

/** The transport of the node with this seed. Its thread for handshakes runs from now on until `stop`. */
export const createTransport = async (options: TransportOptions): Promise<LiveTransport> => {
  const { seed, portable = false, events } = options;
  const handshakes = await Handshakes.start({ seed, portable }, (reason) => events.failed(reason));
  try {
    const transport = new Libp2pTransport(options, handshakes);
    await transport.make();
    return transport;
  } catch (error) {
    await handshakes.stop();
    throw error;
  }
};

class Libp2pTransport implements LiveTransport {
  readonly counters = new Counters();
  readonly #options: TransportOptions;
  /** One object for all parts: its places may change. */
  readonly #limits: Limits;
  readonly #spans: Spans;
  readonly #handshakes: Handshakes;
  readonly #arrivals: Arrivals;
  readonly #links: LinkTable;
  readonly #secured = new SecuredConnections();
  readonly #reception: Reception;
  readonly #dials = new Map<string, Promise<Link>>();
  /** Listeners that are shown a proof now. */
  readonly #proving = new Set<Id>();
  #libp2p!: Libp2p;
  #numbers = 0;
  #pings: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: TransportOptions, handshakes: Handshakes) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#spans = spansOf(options.tau1 ?? 60_000);
    this.#handshakes = handshakes;
    this.#links = new LinkTable(nodeId(handshakes.publicKey));
    this.#arrivals = new Arrivals(this.#limits, this.counters, options.events.refused.bind(options.events));
    this.#reception = new Reception({
      doorkeeper: options.doorkeeper,
      limits: this.#limits,
      spans: this.#spans,
      secured: this.#secured,
      arrivals: this.#arrivals,
      links: this.#links,
      open: (...accepted) => this.#open(...accepted),
    });
  }

  get publicKey(): Uint8Array {
    return this.#handshakes.publicKey;
  }

  /** libp2p with what it is to ask and to tell. */
  async make(): Promise<void> {
    const { listen, forms = OFFERED_FORMS } = this.#options;
    const encrypters = forms.map((form) => {
      const { counters } = this;
      return new NoisePqEncrypter({
        form,
        handshakes: this.#handshakes,
        counters,
        limit: this.#spans.handshake,
        secured: (...made) => this.#secured.add(...made),
        blame: (below, reason) => this.#arrivals.blame(below, reason),
      });
    });
    const libp2p = await makeLibp2p({
      publicKey: this.publicKey,
      listen,
      encrypters,
      spans: this.#spans,
      isDenied: (connection) => this.#isStopping || this.#arrivals.isDenied(connection, this.#reception.isFull),
    });
    const reception = this.#reception;
    libp2p.addEventListener('connection:open', ({ detail }) => {
      if (detail.direction === 'inbound') reception.arrived(detail);
    });
    libp2p.addEventListener('connection:close', ({ detail }) => this.#disconnected(detail));
    await libp2p.handle(TUNNEL_PROTOCOL, (stream, connection) => reception.judge(stream, connection));
    await libp2p.handle(FRAMES_PROTOCOL, (stream, connection) => reception.accept(stream, connection));
    await libp2p.handle(STEM_PROTOCOL, (stream, connection) => reception.acceptStem(stream, connection));
    this.#libp2p = libp2p;
  }

  async start(): Promise<void> {
    await this.#libp2p.start();
    this.#pings = setInterval(() => this.#ping(), this.#limits.pingEvery);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#pings);
    const farewells = this.#links.all().map((link) => {
      link.bye(BYE_MAINTENANCE);
      return link.gone;
    });
    await Promise.all(farewells);
    await this.#libp2p.stop();
    await this.#handshakes.stop();
  }

  addresses(): readonly string[] {
    return this.#libp2p.getMultiaddrs().map(String);
  }

  send(link: number, envelope: Uint8Array, onStem = false): void {
    const open = this.#links.get(link);
    if (onStem) open?.sendStem(envelope);
    else open?.send(envelope);
  }

  queued(link: number): number {
    return this.#links.get(link)?.queued ?? 0;
  }

  pause(link: number): void {
    this.#links.get(link)?.hold(true);
  }

  resume(link: number): void {
    this.#links.get(link)?.hold(false);
  }

  resize({ outgoing, incoming }: Places): void {
    Object.assign(this.#limits, { outgoing, incoming });
  }

  close(link: number, bye: number): void {
    this.#links.get(link)?.bye(bye);
  }

  dial(address: string, expected?: ReadonlySet<Id>): Promise<Link> {
    const running = this.#dials.get(address);
    if (running !== undefined) return running;
    const dial = this.#dial(address, expected)
      .catch((error: Error) => {
        countIn(this.counters.failed, reasonOf(error, 'DialFailed'));
        throw error;
      })
      .finally(() => this.#dials.delete(address));
    this.#dials.set(address, dial);
    return dial;
  }

  async #dial(address: string, expected: ReadonlySet<Id> | undefined): Promise<Link> {
    if (this.#isStopping) throw new Error('Stopped');
    if (this.#links.count(true) + this.#dials.size >= this.#limits.outgoing) throw new Error('TooManyOutgoing');
    const target = multiaddr(address);
    const isPinned = target.getComponents().some(({ name }) => name === 'p2p');
    const connection = await this.#libp2p.dial(target, {
      signal: AbortSignal.timeout(this.#spans.connect),
      force: true,
    });
    const secured = this.#secured.of(connection);
    if (secured.isBusy) throw new Error('AlreadyDialled');
    secured.isBusy = true;
    try {
      if (expected?.has(secured.nodeId) === false) throw new Error('WrongNode');
      return await this.#prove(connection, secured, address, isPinned);
    } catch (error) {
      connection.abort(error as Error);
      throw error;
    }
  }

  /** The dialer's side of a new connection: proof, then frames. A listener in no table is kept only if somebody named its key. */
  async #prove(connection: Connection, secured: Secured, address: string, isPinned: boolean): Promise<Link> {
    const { doorkeeper, difficulty } = this.#options;
    const { key, nodeId: listener } = secured;
    const direction = { nodeId: listener, isOutgoing: true };
    if (this.#proving.has(listener) || !this.#links.wouldStay(direction)) throw new Error('AlreadyLinked');
    this.#proving.add(listener);
    try {
      const [known, own] = await Promise.all([doorkeeper.classify(key), doorkeeper.classify(this.publicKey)]);
      if (known === undefined && !isPinned) throw new Error('UnknownListener');
      const limit = this.#spans.handshake;
      const signal = AbortSignal.timeout(limit);
      await proveTunnel(connection, {
        handshakes: this.#handshakes,
        listener,
        head: doorkeeper.head(),
        difficulty,
        isNewcomer: own === undefined,
        limit,
        signal,
      });
      const stream = await connection.newStream(FRAMES_PROTOCOL, { signal });
      if (!this.#links.wouldStay(direction)) throw new Error('AlreadyLinked');
      if (connection.status !== 'open' || stream.status !== 'open') throw new Error('ConnectionLost');
      return this.#open(connection, stream, secured, known ?? NEWCOMER, address);
    } finally {
      this.#proving.delete(listener);
    }
  }

  #disconnected(connection: Connection): void {
    const secured = this.#secured.of(connection);
    secured.link?.dispose();
    leave(secured);
    // What libp2p noted about the far end would stay for ever.
    void this.#libp2p.peerStore.delete(connection.remotePeer).catch(() => {});
  }

  #open(connection: Connection, stream: Stream, secured: Secured, known: Known, address: string): Link {
    const { events } = this.#options;
    const { key, nodeId: node, records } = secured;
    this.#links.of(node)?.bye(0, 'Doubled');
    const isOutgoing = connection.direction === 'outbound';
    const { level, startWindow } = known;
    const link: Link = { number: this.#numbers++, nodeId: node, key, isOutgoing, level, startWindow, address };
    const open = new FrameLink({
      link,
      stream,
      connection,
      limits: this.#limits,
      spans: this.#spans,
      counters: this.counters,
      isWorn: () => records.isWorn,
      message: (envelope, onStem) => events.message(link, envelope, onStem),
      roundTrip: (micros) => events.roundTrip(link, micros),
      ended: (reason, blame) => {
        this.#links.remove(open);
        leave(secured);
        countIn(this.counters.closed, reason);
        events.closed(link, reason, blame);
      },
    });
    secured.link = open;
    this.#links.add(open);
    this.counters.linksOpened++;
    events.opened(link);
    return link;
  }

  #ping(): void {
    const now = performance.now();
    for (const link of this.#links.all()) link.ping(now);
  }
}
