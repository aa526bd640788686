import { randomBytes } from 'node:crypto';
import type { Connection, Stream } from '@libp2p/interface';
import { Reader } from '#core/bytes/layout.ts';
import { fail, ok, type Result } from '#core/bytes/result.ts';
import { LEVEL_ACCOUNT, LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import { ENVELOPE_HEADER, encodeEnvelope } from '#core/wire/envelope.ts';
import { FRAME_CAPACITY, messageToFrames } from '#core/wire/frames.ts';
import { BYE } from '#core/wire/payloads.ts';
import type { Counters } from './counters.ts';
import { FrameReader } from './frame-reader.ts';
import { Gate } from './gate.ts';
import type { Limits, Spans } from './limits.ts';
import { SendQueue } from './send-queue.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Link } from './transport.ts';

/** The stream of a link's messages, opened by the dialer once its proof was accepted: uniform frames both ways (06 §2, §5). */
export const FRAMES_PROTOCOL = '/montana/frames/1.0.0';

const PING = 0xf0;
const PONG = 0xf1;
const BYE_CODE = 0xff;
const NOTHING = new Uint8Array(0);

/** Reasons of a Bye by their number (06 §6). */
const BYE_WORDS = [
  'normal',
  'maintenance',
  'peer refresh',
  'resource limits',
  'protocol violation',
  'version mismatch',
] as const;
export const BYE_MAINTENANCE = 1;
const BYE_REFRESH = 2;
const BYE_LIMITS = 3;
const BYE_VIOLATION = 4;
const wordsOf = (reason: number): string => BYE_WORDS[reason] ?? 'unknown';

const byeEnvelope = (reason: number): Uint8Array =>
  encodeEnvelope({ code: BYE_CODE, requestId: 0n, payload: BYE.encode({ reason }) });

/** Most Pongs and the like that wait for a far end that does not read. */
const MOST_URGENT = 4;

export interface FrameLinkConfig {
  readonly link: Link;
  readonly stream: Stream;
  readonly connection: Connection;
  readonly limits: Limits;
  readonly spans: Spans;
  readonly counters: Counters;
  /** Whether the keys of the connection have served long enough. */
  isWorn(): boolean;
  message(envelope: Uint8Array): void;
  /** Called once, when nothing is sent or received any more; the connection may take a moment longer. */
  ended(reason: string): void;
}

/** Frames per second and at once that somebody may send who is no node (09 §3); between nodes the gossip counts bytes. */
const intakeOf = ({ level, isOutgoing }: Link, now: number): TokenBucket | undefined => {
  if (level === LEVEL_NODE || isOutgoing) return undefined;
  return level === LEVEL_ACCOUNT ? new TokenBucket(64, 512, now) : new TokenBucket(8, 32, now);
};

/** One open link: queue, frames, Ping, Pong and Bye. Every other message passes through whole. */
export class FrameLink {
  readonly #config: FrameLinkConfig;
  readonly #queue: SendQueue;
  readonly #reader = new FrameReader();
  readonly #intake: TokenBucket | undefined;
  readonly #gate: Gate;
  /** Before the queue: Ping, Pong, Bye. */
  readonly #urgent: Uint8Array[] = [];
  #frames: readonly Uint8Array[] = [];
  #framesSent = 0;
  #isFull = false;
  #isEnded = false;
  #timer: NodeJS.Timeout | undefined;
  #pings = 0n;
  #heardAt: number;
  /** Resolves when the connection is closed. */
  readonly gone: Promise<void>;

  constructor(config: FrameLinkConfig) {
    this.#config = config;
    this.gone = new Promise((resolve) => config.connection.addEventListener('close', () => resolve()));
    this.#queue = new SendQueue(config.limits.queuedObjects, config.limits.queuedBytes);
    this.#heardAt = performance.now();
    this.#intake = intakeOf(config.link, this.#heardAt);
    const { stream } = config;
    this.#gate = new Gate(stream);
    stream.addEventListener('message', (event) => this.#receive(event.data.subarray()));
    stream.addEventListener('drain', () => {
      this.#isFull = false;
      this.#pump();
    });
    stream.addEventListener('remoteCloseWrite', () => this.#lose());
    stream.addEventListener('close', () => this.#lose());
  }

  get link(): Link {
    return this.#config.link;
  }

  /** Queues an envelope; over the bounds the least needed go, and a link full of window objects ends (06 §6.1). */
  send(envelope: Uint8Array): void {
    if (this.#isEnded) return;
    const dropped = this.#queue.push(envelope);
    if (dropped === undefined) this.bye(BYE_LIMITS, 'SendQueueFull');
    else {
      this.#config.counters.dropped += dropped;
      this.#pump();
    }
  }

  /** Whether the far end has to wait with what it has to say. */
  hold(isHeld: boolean): void {
    if (!isHeld) this.#gate.open('held');
    else if (!this.#isEnded) this.#gate.close('held');
  }

  /** Asks whether the far end is there; ends the link when it has not answered for 3τ₁, or is to be dialled anew (06 §3.5, §6). */
  ping(now: number): void {
    if (this.#isEnded) return;
    if (now - this.#heardAt > this.#config.spans.silence) this.bye(0, 'NoPong');
    else if (this.#config.isWorn()) this.bye(BYE_REFRESH, 'Worn');
    else {
      this.#pings++;
      this.#sendUrgent(encodeEnvelope({ code: PING, requestId: this.#pings, payload: NOTHING }));
    }
  }

  /** Bye, then the far end's Bye, then the end of the connection; that comes after τ₁/12 at the latest (06 §6). */
  bye(reason: number, words = `closed: ${wordsOf(reason)}`): void {
    if (this.#isEnded) return;
    this.#end(words);
    this.#urgent.length = 0;
    this.#sendUrgent(byeEnvelope(reason));
    this.#timer = setTimeout(() => this.#config.connection.abort(new Error(words)), this.#config.spans.farewell);
  }

  /** The connection is gone. */
  dispose(): void {
    this.#end('ConnectionLost');
    clearTimeout(this.#timer);
  }

  #end(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#queue.clear();
    clearTimeout(this.#timer);
    this.#gate.open();
    this.#config.ended(reason);
  }

  /** The far end gave up the stream without a Bye. */
  #lose(): void {
    if (this.#isEnded) return;
    this.#end('ConnectionLost');
    this.#config.connection.abort(new Error('ConnectionLost'));
  }

  #sendUrgent(envelope: Uint8Array): void {
    if (this.#urgent.length < MOST_URGENT) this.#urgent.push(envelope);
    this.#pump();
  }

  /** Sends frame by frame, each a record of its own, until the stream is full or nothing waits. */
  #pump(): void {
    const { stream, counters } = this.#config;
    while (!this.#isFull && stream.writeStatus === 'writable') {
      const frame = this.#frames[this.#framesSent] ?? this.#next();
      if (frame === undefined) return;
      this.#framesSent++;
      counters.framesOut++;
      this.#isFull = !stream.send(frame);
    }
  }

  /** The first frame of the next envelope. */
  #next(): Uint8Array | undefined {
    const envelope = this.#urgent.shift() ?? this.#queue.shift();
    this.#framesSent = 0;
    this.#frames = envelope === undefined ? [] : messageToFrames(envelope, randomBytes(FRAME_CAPACITY));
    if (envelope !== undefined) this.#config.counters.envelopesOut++;
    return this.#frames[0];
  }

  #receive(bytes: Uint8Array): void {
    const before = this.#reader.frames;
    const read = this.#reader.push(bytes, (envelope) => this.#take(envelope));
    const frames = this.#reader.frames - before;
    this.#config.counters.framesIn += frames;
    if (!read.ok) this.bye(BYE_VIOLATION, read.error);
    else this.#slowDown(frames);
  }

  /** Frames above the far end's allowance are paid for by waiting: what it sends meanwhile stays with it. */
  #slowDown(frames: number): void {
    const intake = this.#intake;
    if (intake === undefined || this.#isEnded) return;
    intake.at(performance.now());
    intake.take(frames);
    if (intake.wait === 0 || this.#gate.isClosed('slowed')) return;
    this.#gate.close('slowed');
    this.#timer = setTimeout(() => this.#gate.open('slowed'), intake.wait);
  }

  #take(envelope: Uint8Array): void {
    this.#config.counters.envelopesIn++;
    const { msgType, requestId } = ENVELOPE_HEADER.read(new Reader(envelope));
    if (msgType === BYE_CODE) this.#farewell(envelope);
    if (msgType === BYE_CODE || this.#isEnded) return;
    if (msgType === PING) this.#sendUrgent(encodeEnvelope({ code: PONG, requestId, payload: NOTHING }));
    else if (msgType === PONG) this.#pong(requestId);
    else this.#config.message(envelope);
  }

  /** A Pong that answers no Ping is no sign of life of somebody who read us. */
  #pong(requestId: bigint): void {
    if (requestId > 0n && requestId <= this.#pings) this.#heardAt = performance.now();
  }

  /** The answer to our Bye ends the connection; the first Bye is answered, and the far end ends the connection. */
  #farewell(envelope: Uint8Array): void {
    const { connection } = this.#config;
    if (this.#isEnded) {
      void connection.close().catch((error: Error) => connection.abort(error));
      return;
    }
    const reason = reasonOf(envelope);
    this.bye(reason.ok ? reason.value : 0, `bye: ${reason.ok ? wordsOf(reason.value) : reason.error}`);
  }
}

const reasonOf = (envelope: Uint8Array): Result<number> => {
  const bye = BYE.decode(envelope.subarray(ENVELOPE_HEADER.minimum));
  return bye.ok ? ok(bye.value.reason) : fail(bye.error);
};
