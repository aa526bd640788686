import type { Id } from '#core/bytes/bytes.ts';
import type { LeaderOf } from '#core/consensus/proposal.ts';
import type { SigningKey, Suite } from '#core/crypto/suite.ts';
import { Host, type HostPorts, type Notice } from '#core/host/host.ts';
import { Disk, type DiskRecord } from '#core/journal/disk.ts';
import type { HostInputs, HostRecorder } from '#core/journal/recorder.ts';
import type { Adoption, ParticipantConfig } from '#core/participant/context.ts';
import type { ApplyMemo } from '#core/participant/evaluation.ts';
import type { Scheduled } from '#core/participant/schedule.ts';
import type { TimerFigures } from '#core/participant/timers.ts';
import type { ChainJob, ChainResult, Meter } from '#core/participant/types.ts';
import { SnapshotServer } from '#core/snapshot/server.ts';
import { sourceOf } from '#core/snapshot/source.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import type { Settled } from '#core/transition/settled.ts';
import { decodeMessage, decodeStemMessage, encodeMessage } from '#core/wire/codec.ts';
import type { Message } from '#core/wire/messages.ts';
import { sizeOnWire } from '#core/wire/size.ts';
import type { Adapter, Clock, Machine, Out } from '#sim/world/types.ts';
import { charge } from './costs.ts';
import { describe, identifyJob, identifyMessage, identifyNotice, identifyRecord, KINDS, kindOf } from './identify.ts';

/** Montana as the world sees it. */
export interface MontanaShape {
  readonly message: Message;
  readonly job: ChainJob;
  readonly result: ChainResult;
  readonly record: DiskRecord;
  readonly disk: Disk;
  readonly submission: Scheduled;
  readonly event: Notice;
}

export interface AdapterOptions {
  readonly genesis: Settled;
  readonly suite: Suite;
  /** By number of the host. */
  readonly memo: (host: number) => ApplyMemo;
  readonly timers: TimerFigures;
  readonly adoption: Adoption;
  /** By number of the host. */
  readonly identities: readonly { readonly nodeId: Id; readonly key: SigningKey }[];
  /** By number of the host: for whom its node earns, and since when it seeks entry where it is no node. */
  readonly entries: readonly NonNullable<ParticipantConfig['entry']>[];
  /** Encode and decode every message on its way. */
  readonly wire: boolean;
  /** Operations go over a stem first (06 §10). */
  readonly stem: boolean;
  /** By number of the host: who keeps a journal. */
  readonly recorders?: ReadonlyMap<number, HostRecorder>;
}

/** Chain results remembered at most: hosts of one network hash the same stretches. */
const CHAINS = 64;

/** τ₁, in which a peer is served one snapshot at most. */
const TAU1_MICROS = 60_000_000;

/** After how many iterations, at most so many, a chain comes to a value. */
const measured = (from: Id, until: Id, most: number): number | undefined => {
  let value = from;
  for (let count = 1; count <= most; count++) {
    value = timechainStep(value, 1);
    if (value === until) return count;
  }
  return undefined;
};

/** A measurement ends where the value comes. */
const durationOf = ({ from, until, iterations }: ChainJob): number =>
  until === undefined ? iterations : (measured(from, until, iterations) ?? iterations);

/** Puts the protocol's `Host` into the world: counters become virtual time, `persist` becomes the disk of a simulated host. */
export const montanaAdapter = (options: AdapterOptions): Adapter<MontanaShape> => {
  const chains = new Map<string, Id>();
  return {
    create: (host, _incarnation, clock, out) => new HostMachine(options, host, clock, out),
    sizeOf: sizeOnWire,
    kinds: KINDS,
    kindOf,
    describe,
    identify: identifyMessage,
    identifyEvent: identifyNotice,
    identifyRecord,
    identifyJob,
    format: () => new Disk(options.genesis),
    write: (disk, record) => disk.write(record),
    isAside: ({ type }) => type !== 'chain',
    compute({ type, window, from, iterations, until }) {
      if (until !== undefined) {
        const counted = measured(from, until, iterations);
        const answer = { type, window, from, value: counted === undefined ? from : until };
        return counted === undefined ? answer : { ...answer, iterations: counted };
      }
      // Nobody else hashes it.
      if (type === 'candidate') return { type, window, from, value: timechainStep(from, iterations) };
      const key = `${from}${iterations}`;
      let value = chains.get(key);
      if (value === undefined) {
        value = timechainStep(from, iterations);
        if (chains.size >= CHAINS) chains.delete(chains.keys().next().value as string);
        chains.set(key, value);
      }
      return { type, window, from, value };
    },
    identity: (host) => options.identities[host]?.nodeId ?? '',
  };
};

class HostMachine implements Machine<MontanaShape> {
  readonly #options: AdapterOptions;
  readonly #number: number;
  readonly #clock: Clock;
  readonly #out: Out<MontanaShape>;
  readonly #meter: Meter = { verifications: 0, signatures: 0, hashes: 0, records: 0 };
  #host!: HostInputs;
  #server!: SnapshotServer;

  constructor(options: AdapterOptions, number: number, clock: Clock, out: Out<MontanaShape>) {
    this.#options = options;
    this.#number = number;
    this.#clock = clock;
    this.#out = out;
  }

  start(disk: Disk, seed: Uint8Array): void {
    const { genesis, suite, memo, timers, adoption, identities, entries, wire, stem } = this.#options;
    const meter = this.#meter;
    const out = this.#out;
    const entry = entries[this.#number];
    const config = {
      network: genesis.network,
      verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => {
        meter.verifications++;
        return suite.verify(publicKey, message, signature);
      },
      identity: identities[this.#number],
      ...(entry === undefined ? {} : { entry }),
      timers,
      adoption,
      memo: memo(this.#number),
      meter,
    };
    const ports: HostPorts = {
      send: (peer, message) => out.send(peer, wire ? throughBytes(message) : message),
      timer: (at) => out.timer(at),
      alarm: (at) => out.alarm(at),
      work: (job) => out.work(job, durationOf(job)),
      cancel: (job) => out.cancel(job),
      persist: (final, open) => out.persist({ final, open }),
      notice: (notice) => out.emit(notice),
      archived: (window) => disk.entry(window),
      adopt: (settled) => out.persist({ adopted: settled }),
      archivedObject: (name) => disk.object(name.id),
      archivedCertificate: (window) => disk.certificate(window),
      staging: () => disk.staging(),
    };
    const opened = disk.opened();
    const clock = this.#clock;
    const recorder = this.#options.recorders?.get(this.#number);
    this.#host =
      recorder === undefined
        ? new Host(config, opened, seed, clock, ports, { stem })
        : recorder.open({ config, opened, durable: disk.written, seed, clock, ports });
    this.#server = new SnapshotServer(
      {
        anchor: (window) => {
          const settled = disk.anchor(window);
          return settled && sourceOf(settled.state);
        },
        send: ports.send,
      },
      TAU1_MICROS,
    );
    this.#host.start();
  }

  message(peer: number, message: Message): boolean {
    if (message.type === 'snapshot-request') {
      this.#server.request(peer, message, this.#clock.now);
      while (this.#server.pump(peer));
      return true;
    }
    return this.#host.message(peer, message);
  }

  peerUp(peer: number, host: number, dialled: boolean): void {
    this.#host.peerUp(peer, dialled, this.#options.identities[host]?.nodeId);
  }

  peerDown(peer: number): void {
    this.#server.peerDown(peer);
    this.#host.peerDown(peer);
  }

  dialFailed(): void {}

  timer(): void {
    this.#host.timer();
  }

  alarm(): void {
    this.#host.alarm();
  }

  done(_job: ChainJob, result: ChainResult): void {
    this.#host.done(result);
  }

  submit({ operation, notBefore }: Scheduled): void {
    this.#host.submit(operation, notBefore);
  }

  cost(): number {
    return charge(this.#meter);
  }
}

/** The message as its receiver would decode it, by the stream it comes on. A difference would be a defect of the codec, so it ends the run. */
const throughBytes = (message: Message): Message => {
  const bytes = encodeMessage(message);
  const decoded = message.type === 'stem' ? decodeStemMessage(bytes) : decodeMessage(bytes, leaderIn(message));
  if (!decoded.ok)
    throw new Error(`a message does not survive its own encoding: ${describe(message)}: ${decoded.error}`);
  return decoded.value;
};

/** A re-proposal does not say who leads its round; its receivers know, and so does the message on its way. */
const leaderIn =
  (message: Message): LeaderOf =>
  (_window, round) => {
    const objects =
      message.type === 'object' ? [message.object] : message.type === 'object-response' ? message.objects : [];
    for (const object of objects) {
      if (object.kind === 'proposal' && object.reproposal?.round === round) return object.reproposal.leader;
    }
    return undefined;
  };
