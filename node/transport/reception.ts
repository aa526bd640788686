import type { Connection, Stream } from '@libp2p/interface';
import { sourceGroup } from './admission.ts';
import type { Arrivals } from './arrivals.ts';
import { BYE_LIMITS, type FrameLink } from './frame-link.ts';
import type { Limits, Spans } from './limits.ts';
import { isClient, type LinkTable } from './link-table.ts';
import { leave, type Secured, type SecuredConnections } from './secured.ts';
import type { Doorkeeper, Known } from './transport.ts';
import { MOST_ATTEMPTS, takeAdvertisement } from './tunnel.ts';

export interface ReceptionConfig {
  readonly doorkeeper: Doorkeeper;
  readonly limits: Limits;
  readonly spans: Spans;
  readonly secured: SecuredConnections;
  readonly arrivals: Arrivals;
  readonly links: LinkTable;
  open(connection: Connection, stream: Stream, secured: Secured, known: Known, address: string): unknown;
}

/** The listener's side from the handshake to the link: a proof, and one more try; nothing else is served before (06 §4.1). */
export class Reception {
  readonly #config: ReceptionConfig;

  constructor(config: ReceptionConfig) {
    this.#config = config;
  }

  /** Whether neither a node nor a client could become a link. */
  get isFull(): boolean {
    const { limits, links } = this.#config;
    const isCrowded = links.count(false) >= limits.incoming && links.clients() >= limits.clients;
    return isCrowded && this.#idleClient() === undefined;
  }

  /** An arrival whose handshake is done has so long to become a link (06 §2). */
  arrived(connection: Connection): void {
    const { arrivals, secured, spans } = this.#config;
    const arrival = secured.of(connection);
    arrivals.blame(arrival.below, 'NoTunnelProof');
    const timer = setTimeout(() => {
      if (arrival.link === undefined) connection.abort(new Error('NoTunnelProof'));
    }, spans.handshake);
    connection.addEventListener('close', () => clearTimeout(timer));
  }

  /** A stream of the tunnel proof. */
  async judge(stream: Stream, connection: Connection): Promise<void> {
    const arrival = this.#config.secured.of(connection);
    const isOutOfTurn = connection.direction === 'outbound' || arrival.isBusy || arrival.grant !== undefined;
    if (isOutOfTurn || arrival.attempts >= MOST_ATTEMPTS) {
      this.#turnAway(connection, 'OutOfTurn');
      return;
    }
    arrival.attempts++;
    arrival.isBusy = true;
    try {
      await this.#take(stream, connection, arrival);
    } catch {
      this.#turnAway(connection, 'BadTunnelProof');
    } finally {
      arrival.isBusy = false;
    }
  }

  /** One advertisement. A refusal is silent: the first ends the stream, the last the connection. */
  async #take(stream: Stream, connection: Connection, arrival: Secured): Promise<void> {
    const { arrivals, doorkeeper, spans } = this.#config;
    const signal = AbortSignal.timeout(spans.handshake);
    const { advertisement, reply } = await takeAdvertisement(stream, doorkeeper.head(), signal);
    const group = sourceGroup(connection.remoteAddr.toString());
    const judged = await doorkeeper.judge(advertisement, arrival.key, group);
    if (!judged.ok) {
      arrivals.blame(arrival.below, judged.error);
      const ended = arrival.attempts < MOST_ATTEMPTS ? stream : connection;
      ended.abort(new Error(judged.error));
      return;
    }
    arrival.grant = judged.value;
    const refusal = this.#refusal(arrival, judged.value);
    if (connection.status !== 'open') leave(arrival);
    else if (refusal !== undefined) this.#turnAway(connection, refusal);
    else {
      await reply(judged.value.reply);
      await stream.close({ signal });
    }
  }

  /** The frames of an arrival, which make it a link once its proof was accepted. */
  accept(stream: Stream, connection: Connection): void {
    const { arrivals, open, secured } = this.#config;
    const arrival = secured.of(connection);
    const { grant, link } = arrival;
    const refusal = grant === undefined || link !== undefined ? 'OutOfTurn' : this.#refusal(arrival, grant);
    if (grant === undefined || refusal !== undefined) {
      this.#turnAway(connection, refusal ?? 'OutOfTurn');
      return;
    }
    if (connection.status !== 'open' || stream.status !== 'open') {
      connection.abort(new Error('ConnectionLost'));
      return;
    }
    arrivals.finish(arrival.below);
    // Only a client gets here where no place is free.
    if (this.#isCrowded(arrival, grant)) this.#idleClient()?.bye(BYE_LIMITS, 'IdleClient');
    open(connection, stream, arrival, grant, connection.remoteAddr.toString());
  }

  /** Operations on their stem, which only a link has (06 §10). */
  acceptStem(stream: Stream, connection: Connection): void {
    const { link } = this.#config.secured.of(connection);
    if (link === undefined) stream.abort(new Error('OutOfTurn'));
    else link.receiveStem(stream);
  }

  /** Why an arrival with a good proof is no link. One that takes the place of another needs none of its own. */
  #refusal(arrival: Secured, known: Known): string | undefined {
    if (!this.#config.links.wouldStay({ nodeId: arrival.nodeId, isOutgoing: false })) return 'AlreadyLinked';
    if (!this.#isCrowded(arrival, known)) return undefined;
    if (!isClient({ level: known.level, isOutgoing: false })) return 'TooManyIncoming';
    return this.#idleClient() === undefined ? 'TooManyClients' : undefined;
  }

  /** Whether no place of its kind is free. */
  #isCrowded({ nodeId }: Secured, { level }: Known): boolean {
    const { limits, links } = this.#config;
    const own = links.of(nodeId)?.link.isOutgoing === false ? 1 : 0;
    return isClient({ level, isOutgoing: false })
      ? links.clients() - own >= limits.clients
      : links.count(false) - own >= limits.incoming;
  }

  /** A client whose place another may have. */
  #idleClient(): FrameLink | undefined {
    const { limits, links } = this.#config;
    return links.idleClient(performance.now() - limits.clientIdle);
  }

  #turnAway(connection: Connection, reason: string): void {
    const { arrivals, secured } = this.#config;
    arrivals.blame(secured.of(connection).below, reason);
    connection.abort(new Error(reason));
  }
}
