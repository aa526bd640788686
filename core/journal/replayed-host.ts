import { nodeId } from '../crypto/ids.ts';
import type { Verify } from '../crypto/suite.ts';
import { Host, type HostOptions, type HostPorts } from '../host/host.ts';
import type { ParticipantConfig } from '../participant/context.ts';
import { NO_MEMO } from '../participant/evaluation.ts';
import { PendingStaging } from '../snapshot/pending-staging.ts';
import { Disk, type DiskRecord } from './disk.ts';
import { flatPorts, messageOf } from './flatten.ts';
import { CHAINS, type FlatInput, type FlatRecord } from './layouts.ts';
import type { ObjectTable } from './objects.ts';
import { encodeEffect } from './recorder.ts';
import type { Made } from './setting.ts';
import { RecordedKey } from './signatures.ts';

/** Written where the journal does not hold an object. */
const UNKNOWN = 0xffff_ffff;

/** The host of a journal, made again: its processes one after another, their disk, and the effects of the input at hand. */
export class ReplayedHost {
  /** Of the input at hand, encoded. */
  effects: Uint8Array[] = [];
  /** An effect of the input at hand names an object the journal does not hold. */
  namesUnknown = false;
  /** Windows that became final. */
  windows = 0;
  readonly key: RecordedKey | undefined;
  readonly #config: ParticipantConfig;
  readonly #options: HostOptions;
  #objects: ObjectTable;
  readonly #clock = { now: 0, iterations: 0 };
  readonly #disk: Disk;
  /** Persisted by the input before: durable as soon as there is another. */
  #pending: DiskRecord[] = [];
  #staging: PendingStaging;
  #host: Host | undefined;

  constructor(
    made: Made,
    verify: Verify,
    objects: ObjectTable,
    changed: (config: ParticipantConfig) => ParticipantConfig,
  ) {
    this.#objects = objects;
    this.#disk = new Disk(made.settled);
    this.#staging = new PendingStaging(this.#disk.staging());
    const { publicKey, entry, stem, fastSync, checkpoint } = made;
    this.#options = { stem, fastSync, ...(checkpoint === undefined ? {} : { checkpoint }) };
    this.key = publicKey && new RecordedKey(publicKey);
    this.#config = changed({
      network: made.settled.network,
      verify,
      identity: this.key && { nodeId: nodeId(this.key.publicKey), key: this.key },
      ...(this.key && entry ? { entry: { operator: this.key.as(entry.operator), from: entry.from } } : {}),
      timers: made.timers,
      adoption: made.adoption,
      memo: NO_MEMO,
      meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 },
    });
  }

  /** The journal of the next process refers to objects of its own. */
  follow(objects: ObjectTable): void {
    this.#objects = objects;
  }

  /** What an input does; undefined where the journal cannot mean it. */
  callOf({ input, now, iterations, signatures }: FlatRecord): (() => void) | undefined {
    this.#clock.now = now;
    this.#clock.iterations = iterations;
    this.key?.begin(signatures);
    this.effects = [];
    this.namesUnknown = false;
    if (input.type === 'start') return this.#start(input);
    const host = this.#host;
    if (host === undefined) return undefined;
    this.#staging.commit();
    this.#flush(this.#pending.length);
    return this.#inputOf(input, host);
  }

  #inputOf(input: Exclude<FlatInput, { readonly type: 'start' }>, host: Host): (() => void) | undefined {
    switch (input.type) {
      case 'message': {
        const message = messageOf(input.message, (number) => this.#objects.get(number));
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
      case 'done': {
        const { chain, window, from, value, iterations } = input;
        const type = CHAINS[chain];
        const counted = iterations === undefined ? {} : { iterations };
        return type && (() => host.done({ type, window, from, value, ...counted }));
      }
      case 'submit': {
        const operation = this.#objects.get(input.object);
        return operation?.kind === 'operation' ? () => host.submit(operation, input.notBefore) : undefined;
      }
    }
  }

  /** A new process. Of what the input before persisted and put into the staging, the crash left the first. */
  #start({ durable, staged, seed }: Extract<FlatInput, { readonly type: 'start' }>): (() => void) | undefined {
    const survived = durable - this.#disk.written;
    if (survived < 0 || survived > this.#pending.length) return undefined;
    const hasAdopted = this.#pending.slice(0, survived).some(({ adopted }) => adopted !== undefined);
    const writes = hasAdopted ? this.#staging.waiting : staged - this.#disk.staging().writes;
    if (writes < 0 || writes > this.#staging.waiting) return undefined;
    this.#staging.commit(writes);
    this.#flush(survived);
    this.#staging = new PendingStaging(this.#disk.staging());
    if (this.#staging.writes !== staged) return undefined;
    return () => {
      this.#host = new Host(this.#config, this.#disk.opened(), seed, this.#clock, this.#ports(), this.#options);
      this.#host.start();
    };
  }

  #flush(records: number): void {
    const written = this.#pending.slice(0, records);
    for (const record of written) this.#disk.write(record);
    this.#pending = [];
    // The one before holds the state.
    if (written.some(({ adopted }) => adopted !== undefined)) this.#staging = new PendingStaging(this.#disk.staging());
  }

  #ports(): HostPorts {
    const written = flatPorts(
      (object) => {
        const number = this.#objects.numberOf(object);
        if (number === undefined) this.namesUnknown = true;
        return number ?? UNKNOWN;
      },
      (effect) => {
        if (effect.type === 'notice' && effect.notice.type === 'final') this.windows++;
        this.effects.push(encodeEffect(effect));
      },
    );
    return {
      ...written,
      persist: (final, open) => {
        written.persist(final, open);
        this.#pending.push({ final, open });
      },
      adopt: (settled) => {
        written.adopt(settled);
        this.#pending.push({ adopted: settled });
      },
      archived: (window) => this.#disk.entry(window),
      archivedObject: (name) => this.#disk.object(name.id),
      archivedCertificate: (window) => this.#disk.certificate(window),
      staging: () => this.#staging,
    };
  }
}
