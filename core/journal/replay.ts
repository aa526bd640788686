import { FatalInvariant } from '../bytes/fatal.ts';
import { Reader } from '../bytes/layout.ts';
import { nodeId } from '../crypto/ids.ts';
import type { Verify } from '../crypto/suite.ts';
import { Host, type HostPorts } from '../host/host.ts';
import type { ParticipantConfig } from '../participant/context.ts';
import { NO_MEMO } from '../participant/evaluation.ts';
import type { Block } from './container.ts';
import { type Found, firstDifference, type Trouble, withStop } from './difference.ts';
import { EffectDigest, type Tally } from './digest.ts';
import { Disk, type DiskRecord } from './disk.ts';
import { flatPorts, messageOf, type NumberOf } from './flatten.ts';
import { ENTRY, type Entry, type FlatInput, type FlatRecord, type FlatSetting } from './layouts.ts';
import { decodeStored, ObjectTable } from './objects.ts';
import { encodeEffect } from './recorder.ts';
import { type Made, madeOf } from './setting.ts';
import { RecordedKey } from './signatures.ts';
import { inputInWords } from './words.ts';

export interface ReplayOptions {
  /** Verification by the name and the secret of a suite, as the setting has them; undefined: an unknown suite. */
  readonly verifier: (suite: string, secret: Uint8Array) => Verify | undefined;
  /** Another host than the one recorded: a test of what replay finds. */
  readonly changed?: (config: ParticipantConfig) => ParticipantConfig;
}

/** The broken invariant that ends a call, if one does. */
const fatalIn = (call: () => void): string | undefined => {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof FatalInvariant) return error.message;
    throw error;
  }
};

/** Written where an object is unknown: no journal holds so many. */
const UNKNOWN = 0xffff_ffff;

/** The number of an object the journal does not hold makes the effect another one. */
const numberIn =
  (objects: ObjectTable): NumberOf =>
  (object) =>
    objects.numberOf(object) ?? UNKNOWN;

/**
 * Feeds the inputs of a host's journal to the same core, block by block, and compares every effect byte for byte. Holds one block,
 * the objects that can be referred to, and what the host itself holds.
 */
export class HostReplay {
  readonly #options: ReplayOptions;
  readonly #objects = new ObjectTable();
  readonly #digest = new EffectDigest();
  #name = '';
  #made: Made | undefined;
  #verify: Verify = () => false;
  #disk: Disk | undefined;
  /** Persisted by the input before: durable as soon as there is another. */
  #pending: DiskRecord[] = [];
  #host: Host | undefined;
  #clock = { now: 0, iterations: 0 };
  #effects: Uint8Array[] = [];
  #key: RecordedKey | undefined;
  #windows = 0;
  #trouble: Trouble | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Whose journal this is, once the first block was taken. */
  get name(): string {
    return this.#name;
  }

  /** So far: inputs, effects, their digest. */
  get tally(): Tally {
    return this.#digest.value();
  }

  /** Windows that became final at the host. */
  get windows(): number {
    return this.#windows;
  }

  /** The next block; what it answers is the end. */
  take(block: Block): Trouble | undefined {
    const reader = new Reader(block.payload);
    while (reader.offset < block.payload.length && this.#trouble === undefined) {
      const entry = ENTRY.read(reader);
      if (reader.error === undefined) this.#entry(entry, block);
      else this.#nonsense(block, reader.error);
    }
    return this.#trouble;
  }

  #entry(entry: Entry, block: Block): void {
    if (this.#made === undefined) {
      if (entry.type === 'setting') this.#make(entry, block);
      else this.#nonsense(block, 'it does not begin with a setting');
      return;
    }
    switch (entry.type) {
      case 'setting':
        this.#nonsense(block, 'a second setting');
        break;
      case 'object': {
        const object = decodeStored(entry);
        if (object.ok) this.#objects.add(object.value);
        else this.#nonsense(block, object.error);
        break;
      }
      case 'record':
        this.#replay(entry, block);
        break;
      case 'mark':
        this.#compareMark(entry, block);
        break;
    }
  }

  #make(setting: FlatSetting, block: Block): void {
    const made = madeOf(setting);
    const verify = this.#options.verifier(setting.suite, setting.secret);
    if (typeof made === 'string') this.#nonsense(block, made);
    else if (verify === undefined) this.#nonsense(block, `unknown suite: ${setting.suite}`);
    else {
      this.#name = setting.name;
      this.#made = made;
      this.#verify = verify;
      this.#disk = new Disk(made.settled);
      this.#key = made.publicKey && new RecordedKey(made.publicKey);
    }
  }

  #replay(record: FlatRecord, block: Block): void {
    const { input, now, iterations, signatures } = record;
    this.#clock.now = now;
    this.#clock.iterations = iterations;
    this.#key?.begin(signatures);
    this.#effects = [];
    const call = this.#callOf(input);
    if (call === undefined) {
      this.#nonsense(block, `input ${this.#digest.inputs + 1} cannot be: ${inputInWords(input, this.#get)}`);
      return;
    }
    const fatal = fatalIn(call);
    const found = firstDifference(record, this.#effects, this.#get) ?? this.#signing(record);
    if (fatal !== record.fatal || found !== undefined) {
      const what = inputInWords(input, this.#get);
      this.#differs(block, this.#digest.inputs + 1, what, withStop(found, record.fatal, fatal));
    }
    this.#objects.forget();
    this.#digest.add(record.count, record.effects);
  }

  /** Signatures are in no effect by themselves. */
  #signing(record: FlatRecord): Found | undefined {
    const seen = this.#key?.difference;
    return seen === undefined
      ? undefined
      : { effect: undefined, expected: `${record.signatures.length} signatures`, seen };
  }

  /** What an input does; undefined where the journal cannot mean it. */
  #callOf(input: FlatInput): (() => void) | undefined {
    if (input.type === 'start') return this.#start(input.durable, input.seed);
    const host = this.#host;
    if (host === undefined) return undefined;
    this.#flush(this.#pending.length);
    switch (input.type) {
      case 'message': {
        const message = messageOf(input.message, this.#get);
        return message && (() => host.message(input.peer, message));
      }
      case 'peer-up':
        return () => host.peerUp(input.peer, input.outgoing);
      case 'peer-down':
        return () => host.peerDown(input.peer);
      case 'timer':
        return () => host.timer();
      case 'alarm':
        return () => host.alarm();
      case 'done':
        return () => host.done({ type: 'chain', window: input.window, from: input.from, value: input.value });
      case 'submit': {
        const operation = this.#objects.get(input.object);
        return operation?.kind === 'operation' ? () => host.submit(operation) : undefined;
      }
    }
  }

  /** A new process. Of the records that the input before persisted, the crash left the first ones. */
  #start(durable: number, seed: Uint8Array): (() => void) | undefined {
    const disk = this.#disk as Disk;
    const survived = durable - disk.written;
    if (survived < 0 || survived > this.#pending.length) return undefined;
    this.#flush(survived);
    return () => {
      this.#host = new Host(this.#config(), disk.opened(), seed, this.#clock, this.#ports(disk));
      this.#host.start();
    };
  }

  #flush(records: number): void {
    const disk = this.#disk as Disk;
    for (const record of this.#pending.slice(0, records)) disk.write(record);
    this.#pending = [];
  }

  #config(): ParticipantConfig {
    const { settled, timers, adoption } = this.#made as Made;
    const config: ParticipantConfig = {
      network: settled.network,
      verify: this.#verify,
      identity: this.#key && { nodeId: nodeId(this.#key.publicKey), key: this.#key },
      timers,
      adoption,
      memo: NO_MEMO,
      meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 },
    };
    return this.#options.changed?.(config) ?? config;
  }

  #ports(disk: Disk): HostPorts {
    const written = flatPorts(numberIn(this.#objects), (effect) => {
      if (effect.type === 'notice' && effect.notice.type === 'final') this.#windows++;
      this.#effects.push(encodeEffect(effect));
    });
    return {
      ...written,
      persist: (final, open) => {
        written.persist(final, open);
        this.#pending.push({ final, open });
      },
      archived: (window) => disk.entry(window),
      archivedObject: (name) => disk.object(name.id),
    };
  }

  readonly #get = (number: number) => this.#objects.get(number);

  #compareMark(mark: Tally, block: Block): void {
    const tally = this.tally;
    const isEqual = mark.inputs === tally.inputs && mark.effects === tally.effects && mark.digest === tally.digest;
    if (isEqual) return;
    const words = ({ inputs, effects, digest }: Tally): string =>
      `${inputs} inputs, ${effects} effects, digest ${digest}`;
    this.#differs(block, tally.inputs, 'a mark', { effect: undefined, expected: words(mark), seen: words(tally) });
  }

  #differs(block: Block, input: number, what: string, found: Found): void {
    this.#trouble = { type: 'differs', block: block.number, input, what, ...found };
  }

  #nonsense(block: Block, reason: string): void {
    this.#trouble = { type: 'nonsense', block: block.number, offset: block.offset, reason };
  }
}
