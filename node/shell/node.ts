import { CONTRADICTS_CHECKPOINT } from '#core/sync/phase.ts';
import { LEVEL_ACCOUNT } from '#core/tunnel/online-proof.ts';
import { notRunning } from '#node/api/api-error.ts';
import type { Reloaded, Status } from '#node/api/schemas.ts';
import type { Config } from '#node/config/keys.ts';
import { Refused, systemCode } from '#node/config/refused.ts';
import { isClient } from '#node/transport/link-table.ts';
import type { Link, Transport, TransportEvents } from '#node/transport/transport.ts';
import { alone } from './alone.ts';
import { ApiSide } from './api-side.ts';
import { catchUpText } from './catch-up.ts';
import { CONTRADICTION_ADVICE } from './checkpoint.ts';
import { Figures } from './figures.ts';
import type { NodeOptions, NodeParts } from './node-parts.ts';
import { joinedLines } from './one-line.ts';
import { Peering } from './peering.ts';
import { places } from './places.ts';
import type { Pace, Protocol, ProtocolEvents, Standing } from './protocol.ts';
import { reread } from './reload.ts';
import { Room } from './room.ts';
import { SparingLog } from './sparing-log.ts';

export interface RunningNode {
  /** Where others reach it. */
  readonly addresses: readonly string[];
  /** Reads montana.yaml again: what counts from now on, and what when it starts again. Throws `Refused`; nothing is changed then. */
  reload(): Reloaded;
  /** Bye to all, then the store is closed. */
  stop(): Promise<void>;
  /** Resolves when the node has stopped: with why, if it was not told to. */
  readonly ended: Promise<string | undefined>;
}

/**
 * Starts a node: its API first, which keeps a second one out of the folder, then the protocol with its store, then the transport. Throws
 * `Refused` with what to do; nothing runs then.
 */
export const startNode = async (options: NodeOptions, parts: NodeParts): Promise<RunningNode> => {
  const node = new LiveNode(options, parts);
  try {
    await node.start();
  } catch (error) {
    await node.stop();
    if (error instanceof Refused) throw error;
    throw new Refused(joinedLines(error));
  }
  return node;
};

class LiveNode implements RunningNode {
  readonly ended: Promise<string | undefined>;
  readonly #options: NodeOptions;
  readonly #parts: NodeParts;
  readonly #api: ApiSide;
  readonly #figures = new Figures();
  readonly #sparing: SparingLog;
  readonly #peering: Peering;
  /** The settings now. */
  #config: Config;
  readonly #room = new Room({
    queued: (link) => this.#transport?.queued(link) ?? 0,
    room: (link) => this.#protocol?.room(link),
  });
  #protocol: Protocol | undefined;
  #transport: Transport | undefined;
  #starting: Promise<void> | undefined;
  #isStarted = false;
  #stopping: Promise<void> | undefined;
  #failure: string | undefined;
  #sayEnded: (reason: string | undefined) => void = () => {};

  constructor(options: NodeOptions, parts: NodeParts) {
    this.#options = options;
    this.#config = options.config;
    this.#parts = parts;
    this.ended = new Promise((resolve) => {
      this.#sayEnded = resolve;
    });
    const { config, folder, genesis, identity, log } = options;
    this.#sparing = new SparingLog(log);
    this.#api = new ApiSide(options, {
      protocol: () => (this.#isRunning ? this.#protocol : undefined),
      status: (standing, pace) => this.#status(standing, pace),
      uptimeSeconds: () => this.#figures.uptimeSeconds(),
      stop: () => void this.stop(),
      reload: () => this.reload(),
    });
    const { nodeId, peerId } = identity;
    const { genesisHash, params } = genesis.network;
    this.#peering = new Peering(
      { config, nodeId, peerId, genesis: genesisHash, tau2: Number(params.tau2Windows), file: folder.peers, log },
      {
        dial: (address, expected) => this.#transport!.dial(address, expected),
        send: (link, envelope) => this.#send(link, envelope, false),
        close: (link, bye) => this.#transport?.close(link, bye),
        dialFailed: () => this.#figures.counters.dialsFailed++,
        window: () => Number(this.#protocol?.head() ?? 0n),
      },
    );
  }

  get addresses(): readonly string[] {
    const { announce } = this.#config;
    if (announce.length > 0) return announce.map((address) => `${address}/p2p/${this.#options.identity.peerId}`);
    return this.#transport?.addresses() ?? [];
  }

  get #isRunning(): boolean {
    return this.#isStarted && this.#stopping === undefined;
  }

  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    const { folder, genesis, identity, log, version } = this.#options;
    // Of two that start at one moment the second would take the first one's socket for one that nobody serves.
    await alone(`${folder.socket}.start`, () => this.#api.serve());
    const protocol = await this.#parts.protocol(this.#options, this.#protocolEvents());
    this.#protocol = protocol;
    const standing = await protocol.standing();
    this.#transport = await this.#parts.transport(this.#options, protocol, this.#transportEvents(protocol));
    await this.#listen(this.#transport);
    if (this.#failure !== undefined) throw new Refused(this.#failure);
    this.#isStarted = true;
    this.#api.started(standing);
    const { nodeId, peerId } = identity;
    const { addresses } = this;
    const { genesisHash } = genesis.network;
    log.info({ version, pid: process.pid, nodeId, peerId, genesisHash, addresses, ...standing }, 'started');
    this.#peering.start();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { log } = this.#options;
    // What is half made could not be taken down. Why a start fails is told by `start`.
    await this.#starting?.catch(() => {});
    this.#peering.stop();
    this.#room.stop();
    for (const part of [this.#transport, this.#protocol]) {
      try {
        await part?.stop();
      } catch (error) {
        log.error({ reason: error instanceof Error ? error.message : String(error) }, 'stopping');
      }
    }
    await this.#api.close();
    this.#sayEnded(this.#failure);
    if (this.#isStarted) log.info('stopped');
  }

  /** The node cannot go on. */
  #fail(reason: string): void {
    this.#failure ??= reason;
    this.#options.log.fatal({ reason }, 'the node cannot go on');
    if (this.#isStarted) void this.stop();
  }

  async #listen(transport: Transport): Promise<void> {
    const { config, folder } = this.#options;
    try {
      await transport.start();
    } catch (error) {
      const message = joinedLines(error);
      const isTaken = systemCode(error) === 'EADDRINUSE' || message.includes('EADDRINUSE');
      const what = isTaken ? 'the port is in use' : message;
      throw new Refused(
        `cannot listen at ${config.listen.join(', ')}: ${what}; change listen in ${folder.config}, or free the port`,
      );
    }
  }

  reload(): Reloaded {
    const { folder, log } = this.#options;
    if (!this.#isRunning) throw notRunning();
    const { config, applied, needsRestart } = reread(folder.config, this.#config);
    this.#config = config;
    log.level = config.logLevel;
    this.#peering.reload(config);
    this.#transport?.resize(places(config));
    this.#protocol?.admitObservers(config.admitObservers);
    log.info({ applied, needsRestart }, 'settings read again');
    return { applied, needsRestart };
  }

  #status(standing: Standing, pace: Pace): Status {
    const { genesis, identity, version } = this.#options;
    return {
      version,
      pid: process.pid,
      genesisHash: genesis.network.genesisHash,
      peerId: identity.peerId,
      nodeId: identity.nodeId,
      accountId: identity.accountId,
      addresses: [...this.addresses],
      standing,
      catchUp: this.#api.catchUp(),
      ...this.#figures.status(pace),
      ...this.#peering.status(),
    };
  }

  #send(link: number, envelope: Uint8Array, onStem: boolean): void {
    this.#figures.messageOut(envelope);
    this.#transport?.send(link, envelope, onStem);
  }

  /** Said once, until the node moves. */
  #advise(text: string): void {
    if (!this.#api.advised(text)) return;
    this.#options.log.warn({ advice: text }, 'catch-up');
    this.#options.tell?.(text);
  }

  #protocolEvents(): ProtocolEvents {
    const { log } = this.#options;
    return {
      send: (link, envelope, onStem) => this.#send(link, envelope, onStem),
      useful: (link, isProposal) => this.#peering.useful(link, isProposal),
      pause: (link) => this.#transport?.pause(link),
      resume: (link) => this.#transport?.resume(link),
      crowded: (link) => this.#room.await(link),
      final: (standing, operations) => {
        this.#figures.final(standing, operations);
        this.#api.final(standing, operations);
        const { finalWindow: window, finalHash, stateRoot } = standing;
        log.info({ window, finalHash, stateRoot, operations }, 'final');
      },
      adopted: (standing) => {
        this.#figures.adopted(standing);
        this.#api.adopted(standing);
        const { finalWindow: window, finalHash, stateRoot } = standing;
        log.info({ window, finalHash, stateRoot }, 'snapshot adopted');
        this.#options.tell?.(`the snapshot of window ${window} is verified: the node goes on from there`);
      },
      catchUp: ({ peer: link, ...progress }) => {
        const peer = (link === undefined ? undefined : this.#figures.peerIdOf(link)) ?? null;
        if (!this.#api.progress({ ...progress, peer })) return;
        log.info({ ...progress, peer }, 'catch-up');
        this.#options.tell?.(`catching up, ${catchUpText({ ...progress, peer })}`);
      },
      advice: (text) => this.#advise(text),
      penalty: (link, reason) => {
        this.#figures.penalty(reason);
        this.#sparing.info({ link, reason }, 'penalty');
        this.#peering.penalty(link);
        if (reason === CONTRADICTS_CHECKPOINT) this.#advise(CONTRADICTION_ADVICE);
      },
      submitted: (operation, verdict) => {
        log.info({ operation, verdict }, 'submitted');
        this.#api.submitted(operation, verdict);
      },
      confirmed: (operation, window) => log.info({ operation, window }, 'confirmed'),
      proof: ({ operation, window, fault }) => {
        if (fault === undefined) log.info({ operation, window }, 'proof kept');
        else log.warn({ operation, window, reason: fault }, 'no proof');
      },
      warning: (reason) => log.warn({ reason }, 'warning'),
      stopped: (reason) => this.#fail(reason),
    };
  }

  #transportEvents(protocol: Protocol): TransportEvents {
    const { log } = this.#options;
    const name = ({ number, nodeId, address, isOutgoing, level }: Link) => ({
      link: number,
      nodeId,
      address,
      isOutgoing,
      linkLevel: level,
    });
    // Others come and go as often as they like.
    const tell = ({ isOutgoing }: Link, fields: Readonly<Record<string, unknown>>, words: string): void =>
      isOutgoing ? log.info(fields, words) : this.#sparing.info(fields, words);
    // Accounts are served, but take no part in gossip (06 §4.1).
    const gossips = ({ level }: Link): boolean => level !== LEVEL_ACCOUNT;
    return {
      opened: (link) => {
        tell(link, name(link), 'link opened');
        this.#figures.opened(link);
        if (gossips(link)) protocol.peerUp(link.number, link.isOutgoing, link.nodeId);
        else if (isClient(link)) protocol.clientUp(link.number, link.key);
        this.#peering.opened(link);
      },
      message: (link, envelope, onStem) => {
        this.#figures.messageIn(envelope);
        if (!onStem && gossips(link)) this.#api.message(link.number, envelope);
        const isServed = gossips(link) || isClient(link);
        if (!this.#peering.message(link, envelope, onStem) && isServed) protocol.message(link.number, envelope, onStem);
      },
      roundTrip: (link, micros) => this.#peering.roundTrip(link, micros),
      closed: (link, reason, blame) => {
        if (!this.#figures.closed(link, reason)) return;
        tell(link, { ...name(link), reason }, 'link closed');
        this.#api.closed(link.number);
        if (gossips(link) || isClient(link)) protocol.peerDown(link.number);
        this.#peering.closed(link, blame);
      },
      refused: (address, reason) => {
        this.#figures.refused(reason);
        this.#sparing.info({ address, reason }, 'refused');
      },
      failed: (reason) => this.#fail(reason),
    };
  }
}
