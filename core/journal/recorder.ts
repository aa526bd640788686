import { concat, type Id } from '../bytes/bytes.ts';
import { Writer } from '../bytes/layout.ts';
import type { Operation, ProtocolObject } from '../consensus/objects.ts';
import { type Clock, Host, type HostOptions, type HostPorts } from '../host/host.ts';
import type { ParticipantConfig } from '../participant/context.ts';
import type { ChainResult, Opened } from '../participant/types.ts';
import type { Message } from '../wire/messages.ts';
import { JournalWriter, KIND_HOST } from './container.ts';
import { EffectDigest } from './digest.ts';
import { flatMessage, flatPorts, type NumberOf } from './flatten.ts';
import { errorText } from './kinds.ts';
import { CHAINS, EFFECT, ENTRY, type Entry, type FlatEffect, type FlatInput, type FlatSignature } from './layouts.ts';
import { encodeStored, ObjectTable } from './objects.ts';
import type { HostSetting } from './setting.ts';
import { toldKey } from './signatures.ts';

/** Records from one mark to the next. */
const MARK_EVERY = 256;

/** What a shell calls of a host. `far` is for the journal alone: the node at the other end. */
export interface HostInputs
  extends Pick<Host, 'start' | 'message' | 'peerDown' | 'timer' | 'alarm' | 'done' | 'submit'> {
  peerUp(peer: number, outgoing: boolean, far?: Id): void;
}

/** A start of the host: what `Host` is made of, and how many of its persisted records are durable. */
export interface Opening {
  readonly config: ParticipantConfig;
  readonly opened: Opened;
  /** Counted over the whole journal, from its first process on. */
  readonly durable: number;
  readonly seed: Uint8Array;
  readonly clock: Clock;
  readonly ports: HostPorts;
}

/**
 * Writes the journal of one host, through all its processes. What is archived must answer from what was durable
 * when the handling of the input began, and an input may be handled only when all effects of the one before have taken place: then
 * the inputs and the count of durable records at each start are all that a host depends on.
 */
export class HostRecorder {
  readonly #writer: JournalWriter;
  readonly #objects = new ObjectTable();
  readonly #digest = new EffectDigest();
  readonly #options: HostOptions;

  constructor(setting: HostSetting, sink: (bytes: Uint8Array) => void) {
    this.#writer = new JournalWriter(KIND_HOST, sink);
    const { stem, fastSync, checkpoint } = setting;
    this.#options = { stem, fastSync, ...(checkpoint === undefined ? {} : { checkpoint }) };
    this.#write({ type: 'setting', ...setting });
    this.#writer.flush();
  }

  /** A new process of the host. The one before must not be called again. */
  open(opening: Opening): HostInputs {
    return new RecordedHost(opening, this.#options, this.#numberOf, (record) => this.#record(record));
  }

  /** Hands out what is collected. A live node does so before it makes a record durable. */
  flush(): void {
    this.#writer.flush();
  }

  /** The last mark and the end mark. Nothing may be recorded afterwards. */
  end(): void {
    this.#mark();
    this.#writer.end();
  }

  /** An object that is new here is written before the record that names it. */
  readonly #numberOf: NumberOf = (object: ProtocolObject) => {
    const known = this.#objects.numberOf(object);
    if (known !== undefined) return known;
    const stored = this.#objects.add(object);
    this.#write({ type: 'object', ...encodeStored(stored) });
    return stored.number;
  };

  #record({ effects, ...record }: Recorded): void {
    const bytes = concat(...effects);
    this.#write({ type: 'record', ...record, count: effects.length, effects: bytes });
    this.#objects.forget();
    this.#digest.add(effects.length, bytes);
    if (this.#digest.inputs % MARK_EVERY === 0) this.#mark();
  }

  #mark(): void {
    this.#write({ type: 'mark', ...this.#digest.value() });
  }

  #write(entry: Entry): void {
    const writer = new Writer(ENTRY.sizeOf(entry));
    ENTRY.write(writer, entry);
    this.#writer.write(writer.bytes);
  }
}

/** A record before it is one. */
interface Recorded extends Clock {
  readonly input: FlatInput;
  readonly signatures: readonly FlatSignature[];
  readonly fatal: string | undefined;
  readonly effects: readonly Uint8Array[];
}

export const encodeEffect = (effect: FlatEffect): Uint8Array => {
  const writer = new Writer(EFFECT.sizeOf(effect));
  EFFECT.write(writer, effect);
  return writer.bytes;
};

/** A process of a recorded host: `Host`, with each input written down when it is handled. */
class RecordedHost implements HostInputs, Clock {
  now = 0;
  iterations = 0;
  readonly #opening: Opening;
  readonly #host: Host;
  readonly #numberOf: NumberOf;
  readonly #record: (record: Recorded) => void;
  #signatures: FlatSignature[] = [];
  #effects: Uint8Array[] = [];

  constructor(opening: Opening, options: HostOptions, numberOf: NumberOf, record: (record: Recorded) => void) {
    this.#opening = opening;
    this.#numberOf = numberOf;
    this.#record = record;
    const { config, opened, seed, ports } = opening;
    const { identity, entry } = config;
    const written = flatPorts(numberOf, (effect) => this.#effects.push(encodeEffect(effect)));
    const tell = (signature: FlatSignature): void => {
      this.#signatures.push(signature);
    };
    this.#readClock();
    this.#host = new Host(
      {
        ...config,
        identity: identity && { ...identity, key: toldKey(identity.key, tell) },
        ...(entry === undefined ? {} : { entry: { ...entry, operator: toldKey(entry.operator, tell) } }),
      },
      opened,
      seed,
      this,
      {
        send(peer, message) {
          written.send(peer, message);
          ports.send(peer, message);
        },
        timer(at) {
          written.timer(at);
          ports.timer(at);
        },
        alarm(at) {
          written.alarm(at);
          ports.alarm(at);
        },
        work(job) {
          written.work(job);
          ports.work(job);
        },
        cancel(job) {
          written.cancel(job);
          ports.cancel(job);
        },
        persist(final, open) {
          written.persist(final, open);
          ports.persist(final, open);
        },
        notice(notice) {
          written.notice(notice);
          ports.notice(notice);
        },
        adopt(settled) {
          written.adopt(settled);
          ports.adopt(settled);
        },
        archived: (window) => ports.archived(window),
        archivedObject: (name) => ports.archivedObject(name),
        archivedCertificate: (window) => ports.archivedCertificate(window),
        staging: () => ports.staging(),
      },
      options,
    );
  }

  start(): void {
    const { durable, seed, ports } = this.#opening;
    this.#handle({ type: 'start', durable, staged: ports.staging().writes, seed }, () => this.#host.start());
  }

  message(peer: number, message: Message): boolean {
    const input: FlatInput = { type: 'message', peer, message: flatMessage(message, this.#numberOf) };
    return this.#handle(input, () => this.#host.message(peer, message));
  }

  peerUp(peer: number, outgoing: boolean, far?: Id): void {
    this.#handle({ type: 'peer-up', peer, outgoing, far }, () => this.#host.peerUp(peer, outgoing));
  }

  peerDown(peer: number): void {
    this.#handle({ type: 'peer-down', peer }, () => this.#host.peerDown(peer));
  }

  timer(): void {
    this.#handle({ type: 'timer' }, () => this.#host.timer());
  }

  alarm(): void {
    this.#handle({ type: 'alarm' }, () => this.#host.alarm());
  }

  done(result: ChainResult): void {
    const { type, window, from, value, iterations } = result;
    const input: FlatInput = { type: 'done', chain: CHAINS.indexOf(type), window, from, value, iterations };
    this.#handle(input, () => this.#host.done(result));
  }

  submit(operation: Operation, notBefore = 0): void {
    this.#handle({ type: 'submit', object: this.#numberOf(operation), notBefore }, () =>
      this.#host.submit(operation, notBefore),
    );
  }

  /** One reading of the shell's clock an input. Should an error end it, what was done before is written down. */
  #handle<T>(input: FlatInput, call: () => T): T {
    this.#readClock();
    try {
      const answer = call();
      this.#close(input, undefined);
      return answer;
    } catch (error) {
      this.#close(input, errorText(error));
      throw error;
    }
  }

  #close(input: FlatInput, fatal: string | undefined): void {
    const { now, iterations } = this;
    this.#record({ now, iterations, input, signatures: this.#signatures, fatal, effects: this.#effects });
    this.#signatures = [];
    this.#effects = [];
  }

  #readClock(): void {
    this.now = this.#opening.clock.now;
    this.iterations = this.#opening.clock.iterations;
  }
}
