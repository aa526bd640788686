import { equalBytes } from '../bytes/bytes.ts';
import { Reader, Writer } from '../bytes/layout.ts';
import type { Verify } from '../crypto/suite.ts';
import type { ParticipantConfig } from '../participant/context.ts';
import type { Block } from './container.ts';
import { type Found, firstDifference, type Trouble, withStop } from './difference.ts';
import { EffectDigest, type Tally } from './digest.ts';
import { errorText } from './kinds.ts';
import { ENTRY, type Entry, type FlatRecord, type FlatSetting } from './layouts.ts';
import { decodeStored, ObjectTable } from './objects.ts';
import { ReplayedHost } from './replayed-host.ts';
import { madeOf } from './setting.ts';
import { inputInWords } from './words.ts';

export interface ReplayOptions {
  /** Verification by the name and the secret of a suite, as the setting has them; undefined: an unknown suite. */
  readonly verifier: (suite: string, secret: Uint8Array) => Verify | undefined;
  /** Another host than the one recorded: a test of what replay finds. */
  readonly changed?: (config: ParticipantConfig) => ParticipantConfig;
}

/** The error that ends a call, if one does. */
const fatalIn = (call: () => void): string | undefined => {
  try {
    call();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
};

/**
 * Feeds the inputs of a host's journal to the same core, block by block, and compares every effect byte for byte. Holds one block,
 * the objects that can be referred to, and what the host itself holds.
 */
export class HostReplay {
  readonly #options: ReplayOptions;
  #objects = new ObjectTable();
  #digest = new EffectDigest();
  #name = '';
  /** Bytes of the setting, which is that of all processes. */
  #setting: Uint8Array | undefined;
  /** The setting is due. */
  #isAtBeginning = true;
  #host: ReplayedHost | undefined;
  #trouble: Trouble | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Whose journal this is, once the first block was taken. */
  get name(): string {
    return this.#name;
  }

  /** Of the journal at hand, so far: inputs, effects, their digest. */
  get tally(): Tally {
    return this.#digest.value();
  }

  /** Windows that became final at the host. */
  get windows(): number {
    return this.#host?.windows ?? 0;
  }

  /**
   * What comes next is the journal of the next process of the same host, in a file of its own: with the same setting, and objects and
   * marks that begin anew.
   */
  follow(): void {
    this.#objects = new ObjectTable();
    this.#digest = new EffectDigest();
    this.#isAtBeginning = true;
    this.#host?.follow(this.#objects);
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
    if (this.#isAtBeginning) {
      this.#isAtBeginning = false;
      if (entry.type === 'setting') this.#begin(entry, block);
      else this.#nonsense(block, 'it does not begin with a setting');
      return;
    }
    const host = this.#host as ReplayedHost;
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
        this.#replay(host, entry, block);
        break;
      case 'mark':
        this.#compareMark(entry, block);
        break;
    }
  }

  #begin(entry: Extract<Entry, { readonly type: 'setting' }>, block: Block): void {
    const writer = new Writer(ENTRY.sizeOf(entry));
    ENTRY.write(writer, entry);
    const { bytes } = writer;
    if (this.#setting === undefined) {
      this.#setting = bytes;
      this.#make(entry, block);
    } else if (!equalBytes(this.#setting, bytes)) this.#nonsense(block, 'the setting of another host');
  }

  #make(setting: FlatSetting, block: Block): void {
    const { verifier, changed = (config) => config } = this.#options;
    const made = madeOf(setting);
    const verify = verifier(setting.suite, setting.secret);
    if (typeof made === 'string') this.#nonsense(block, made);
    else if (verify === undefined) this.#nonsense(block, `unknown suite: ${setting.suite}`);
    else {
      this.#name = setting.name;
      this.#host = new ReplayedHost(made, verify, this.#objects, changed);
    }
  }

  #replay(host: ReplayedHost, record: FlatRecord, block: Block): void {
    const what = (): string => inputInWords(record.input, this.#get);
    const input = this.#digest.inputs + 1;
    const call = host.callOf(record);
    if (call === undefined) {
      this.#nonsense(block, `input ${input} cannot be: ${what()}`);
      return;
    }
    const fatal = fatalIn(call);
    const found = firstDifference(record, host.effects, this.#get) ?? this.#beside(host, record);
    if (fatal !== record.fatal || found !== undefined) {
      this.#differs(block, input, what(), withStop(found, record.fatal, fatal));
    }
    this.#objects.forget();
    this.#digest.add(record.count, record.effects);
  }

  /** What differs although the effects are equal: signatures are in none by themselves, and an object may be missing. */
  #beside({ key, namesUnknown }: ReplayedHost, { signatures }: FlatRecord): Found | undefined {
    const seen = key?.difference ?? (namesUnknown ? 'an effect with an object the journal does not hold' : undefined);
    if (seen === undefined) return undefined;
    const expected = key?.difference === undefined ? 'objects the journal holds' : `${signatures.length} signatures`;
    return { effect: undefined, expected, seen };
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
