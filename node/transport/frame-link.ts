import type { Connection, Stream } from '@libp2p/interface';
import { Reader } from '#core/bytes/layout.ts';
import { fail, ok, type Result } from '#core/bytes/result.ts';
import { LEVEL_ACCOUNT, LEVEL_NODE } from '#core/tunnel/online-proof.ts';
import { ENVELOPE_HEADER, encodeEnvelope } from '#core/wire/envelope.ts';
import { BYE } from '#core/wire/payloads.ts';
import type { Counters } from './counters.ts';
import { FrameReader } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import { Gate } from './gate.ts';
import type { Limits, Spans } from './limits.ts';
import { StemSender } from './stem-sender.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Blame, Link } from './transport.ts';

/** The stream of a link's messages, opened by the dialer once its proof was accepted: uniform frames both ways (06 §2, §5). */
export const FRAMES_PROTOCOL = '/montana/frames/1.0.0';
/** The stream of operations on their stem (06 §10), opened by whoever has the first: the same frames, one way. */
export const STEM_PROTOCOL = '/montana/stem/1.0.0';

/** Stem streams that the far end may open in the life of a link, should they break. */
const MOST_STEM_STREAMS = 8;

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
export const BYE_LIMITS = 3;
const BYE_VIOLATION = 4;
const wordsOf = (reason: number): string => BYE_WORDS[reason] ?? 'unknown';

const byeEnvelope = (reason: number): Uint8Array =>
  encodeEnvelope({ code: BYE_CODE, requestId: 0n, payload: BYE.encode({ reason }) });

export interface FrameLinkConfig {
  readonly link: Link;
  readonly stream: Stream;
  readonly connection: Connection;
  readonly limits: Limits;
  readonly spans: Spans;
  readonly counters: Counters;
  /** Whether the keys of the connection have served long enough. */
  isWorn(): boolean;
  message(envelope: Uint8Array, onStem: boolean): void;
  /** Microseconds from a Ping to its Pong. */
  roundTrip(micros: number): void;
  /** Called once, when nothing is sent or received any more; the connection may take a moment longer. */
  ended(reason: string, blame?: Blame): void;
}

/** Frames per second and at once that somebody may send who is no node (09 §3); between nodes the gossip counts bytes. */
const intakeOf = ({ level, isOutgoing }: Link, now: number): TokenBucket | undefined => {
  if (level === LEVEL_NODE || isOutgoing) return undefined;
  return level === LEVEL_ACCOUNT ? new TokenBucket(64, 512, now) : new TokenBucket(8, 32, now);
};

/** One open link: its streams, Ping, Pong and Bye. Every other message passes through whole. */
export class FrameLink {
  readonly #config: FrameLinkConfig;
  readonly #writer: FrameWriter;
  readonly #stem: StemSender;
  readonly #intake: TokenBucket | undefined;
  /** Of the streams that the far end sends on. */
  readonly #gates: Gate[] = [];
  #isHeld = false;
  #isSlowed = false;
  #stemStreams = 0;
  #isEnded = false;
  #timer: NodeJS.Timeout | undefined;
  #pings = 0n;
  #pingedAt = 0;
  #heardAt: number;
  #saidAt: number;
  /** Resolves when the connection is closed. */
  readonly gone: Promise<void>;

  constructor(config: FrameLinkConfig) {
    this.#config = config;
    this.gone = new Promise((resolve) => config.connection.addEventListener('close', () => resolve()));
    const { stream, connection, limits, counters } = config;
    this.#writer = new FrameWriter(stream, limits, counters);
    this.#stem = new StemSender(() => connection.newStream(STEM_PROTOCOL), limits, counters);
    this.#heardAt = performance.now();
    this.#saidAt = this.#heardAt;
    this.#intake = intakeOf(config.link, this.#heardAt);
    this.#read(stream, (envelope) => this.#take(envelope));
    stream.addEventListener('remoteCloseWrite', () => this.#lose());
    stream.addEventListener('close', () => this.#lose());
  }

  get link(): Link {
    return this.#config.link;
  }

  /** When the far end last wanted something: no Ping, no Pong. */
  get saidAt(): number {
    return this.#saidAt;
  }

  /** Bytes of the envelopes that wait. */
  get queued(): number {
    return this.#writer.queued;
  }

  /** Queues an envelope; over the bounds the least needed go, and a link full of window objects ends (06 §6.1). */
  send(envelope: Uint8Array): void {
    if (this.#isEnded) return;
    if (!this.#writer.send(envelope)) this.bye(BYE_LIMITS, 'SendQueueFull');
  }

  /** The same for one on its stem. What a stem cannot carry is lost to it: whoever passed it on spreads it in time (06 §10). */
  sendStem(envelope: Uint8Array): void {
    if (!this.#isEnded) this.#stem.send(envelope);
  }

  /** The far end opened a stem. */
  receiveStem(stream: Stream): void {
    if (this.#isEnded) return;
    if (++this.#stemStreams > MOST_STEM_STREAMS) this.bye(BYE_VIOLATION, 'TooManyStems', 'theirs');
    else this.#read(stream, (envelope) => !this.#isEnded && this.#config.message(envelope, true));
  }

  /** Whether the far end has to wait with what it has to say. */
  hold(isHeld: boolean): void {
    if (this.#isEnded) return;
    this.#isHeld = isHeld;
    for (const gate of this.#gates)
      if (isHeld) gate.close('held');
      else gate.open('held');
  }

  /** Asks whether the far end is there; ends the link when it has not answered for 3τ₁, or is to be dialled anew (06 §3.5, §6). */
  ping(now: number): void {
    if (this.#isEnded) return;
    if (now - this.#heardAt > this.#config.spans.silence) this.bye(0, 'NoPong');
    else if (this.#config.isWorn()) this.bye(BYE_REFRESH, 'Worn');
    else {
      this.#pings++;
      this.#pingedAt = now;
      this.#writer.sendUrgent(encodeEnvelope({ code: PING, requestId: this.#pings, payload: NOTHING }));
    }
  }

  /** Bye, then the far end's Bye, then the end of the connection; that comes after τ₁/12 at the latest (06 §6). */
  bye(reason: number, words = `closed: ${wordsOf(reason)}`, blame?: Blame): void {
    if (this.#isEnded) return;
    this.#end(words, blame);
    this.#writer.last(byeEnvelope(reason));
    this.#timer = setTimeout(() => this.#config.connection.abort(new Error(words)), this.#config.spans.farewell);
  }

  /** The connection is gone. */
  dispose(): void {
    this.#end('ConnectionLost');
    clearTimeout(this.#timer);
  }

  #end(reason: string, blame?: Blame): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#writer.clear();
    this.#stem.end();
    clearTimeout(this.#timer);
    for (const gate of this.#gates) gate.open();
    this.#config.ended(reason, blame);
  }

  /** The far end gave up the stream without a Bye. */
  #lose(): void {
    if (this.#isEnded) return;
    this.#end('ConnectionLost');
    this.#config.connection.abort(new Error('ConnectionLost'));
  }

  /** Envelopes of a stream from now on. */
  #read(stream: Stream, each: (envelope: Uint8Array) => void): void {
    const reader = new FrameReader();
    const gate = new Gate(stream);
    this.#gates.push(gate);
    if (this.#isHeld) gate.close('held');
    if (this.#isSlowed) gate.close('slowed');
    stream.addEventListener('message', (event) => this.#receive(reader, event.data.subarray(), each));
    stream.addEventListener('close', () => this.#gates.splice(this.#gates.indexOf(gate), 1));
  }

  #receive(reader: FrameReader, bytes: Uint8Array, each: (envelope: Uint8Array) => void): void {
    const before = reader.frames;
    const read = reader.push(bytes, each);
    const frames = reader.frames - before;
    this.#config.counters.framesIn += frames;
    if (!read.ok) this.bye(BYE_VIOLATION, read.error, 'theirs');
    else this.#slowDown(frames);
  }

  /** Frames above the far end's allowance are paid for by waiting: what it sends meanwhile stays with it. */
  #slowDown(frames: number): void {
    const intake = this.#intake;
    if (intake === undefined || this.#isEnded) return;
    intake.at(performance.now());
    intake.take(frames);
    if (intake.wait === 0 || this.#isSlowed) return;
    this.#isSlowed = true;
    for (const gate of this.#gates) gate.close('slowed');
    this.#timer = setTimeout(() => {
      this.#isSlowed = false;
      for (const gate of this.#gates) gate.open('slowed');
    }, intake.wait);
  }

  #take(envelope: Uint8Array): void {
    this.#config.counters.envelopesIn++;
    const { msgType, requestId } = ENVELOPE_HEADER.read(new Reader(envelope));
    if (msgType === BYE_CODE) this.#farewell(envelope);
    if (msgType === BYE_CODE || this.#isEnded) return;
    if (msgType === PING) this.#writer.sendUrgent(encodeEnvelope({ code: PONG, requestId, payload: NOTHING }));
    else if (msgType === PONG) this.#pong(requestId);
    else {
      this.#saidAt = performance.now();
      this.#config.message(envelope, false);
    }
  }

  /** A Pong that answers no Ping is no sign of life of somebody who read us. */
  #pong(requestId: bigint): void {
    if (requestId === 0n || requestId > this.#pings) return;
    const now = performance.now();
    this.#heardAt = now;
    if (requestId === this.#pings) this.#config.roundTrip(Math.max(0, Math.round((now - this.#pingedAt) * 1_000)));
  }

  /** The answer to our Bye ends the connection; the first Bye is answered, and the far end ends the connection. */
  #farewell(envelope: Uint8Array): void {
    const { connection } = this.#config;
    if (this.#isEnded) {
      void connection.close().catch((error: Error) => connection.abort(error));
      return;
    }
    const reason = reasonOf(envelope);
    if (!reason.ok) this.bye(0, `bye: ${reason.error}`);
    else this.bye(reason.value, `bye: ${wordsOf(reason.value)}`, reason.value === BYE_VIOLATION ? 'ours' : undefined);
  }
}

const reasonOf = (envelope: Uint8Array): Result<number> => {
  const bye = BYE.decode(envelope.subarray(ENVELOPE_HEADER.minimum));
  return bye.ok ? ok(bye.value.reason) : fail(bye.error);
};
