import type { Id } from '../bytes/bytes.ts';
import { divide } from '../bytes/integers.ts';
import type { Phase, ProtocolObject } from '../consensus/objects.ts';
import { makeVote } from '../consensus/vote.ts';
import { nodeId } from '../crypto/ids.ts';
import type { SigningKey, Verify } from '../crypto/suite.ts';
import type { RulesChoice } from '../genesis/rules.ts';
import { Disk } from '../journal/disk.ts';
import type { HostInputs, HostRecorder } from '../journal/recorder.ts';
import { cheapKey, cheapVerify } from '../operations/accounts.suite.ts';
import type { ParticipantConfig } from '../participant/context.ts';
import { NO_MEMO } from '../participant/evaluation.ts';
import type { Participant } from '../participant/participant.ts';
import { foundation } from '../participant/party.suite.ts';
import { ORDINARY_TIMERS } from '../participant/timers.ts';
import type { ChainJob, ChainName, FinalRecord, Opened, OpenRecord, Verdict } from '../participant/types.ts';
import { timechainStep } from '../timechain/chain.ts';
import type { Settled } from '../transition/settled.ts';
import type { Message } from '../wire/messages.ts';
import { Host, type HostPorts, type Notice } from './host.ts';

/** Hosts, links between all of them, and a clock that jumps from event to event: for tests. A tick is ten iterations. */

/** One hash iteration in microseconds, unless said otherwise: 2 560 of them are 60 s. */
const ITERATION = 23_438;

/** First number of the keys of candidates. */
const CANDIDATES = 7_000;

/** Microseconds from one seat to another. */
const LATENCY = 50_000;

/** One seat in the order of cascade(0); without a host it is Byzantine, and what it says is put into the post by hand. */
export interface Seat {
  readonly index: number;
  readonly nodeId: Id;
  readonly key: SigningKey;
  /** For whom its node earns, where it is no founder's. */
  readonly operator: SigningKey | undefined;
  host: HostInputs | undefined;
  /** Of the host, to look into. */
  participant: Participant | undefined;
  readonly disk: Disk;
  readonly finals: FinalRecord[];
  /** Reasons it blamed a peer for. */
  readonly penalties: string[];
  /** What it said itself, in order. */
  readonly said: ProtocolObject[];
  /** What became of operations of its user. */
  readonly verdicts: Verdict['type'][];
  timer: number | undefined;
  /** In microseconds. */
  alarm: number | undefined;
  /** One at a time on each core. */
  readonly jobs: Map<ChainName, { readonly job: ChainJob; readonly due: number }>;
}

export interface NetOptions {
  /** Seats behind those of the founders, of nodes that seek entry from window 0 on. */
  readonly candidates?: number;
  readonly d0?: number;
  readonly tau2Windows?: number;
  readonly rules?: RulesChoice;
  readonly verify?: Verify;
  /** Microseconds. */
  readonly iteration?: number;
  /** What a seat hashes; a test of long chains does not hash them. */
  readonly hashed?: (job: ChainJob, seat: Seat) => Id;
  /** Whether operations go over a stem first. */
  readonly stem?: boolean;
  /** What keeps a seat's records beside its disk, and is opened in its place. */
  readonly keeps?: (index: number) => Keeps | undefined;
  /** Of a seat that keeps a journal. */
  readonly recorder?: (seat: Seat, net: Net) => HostRecorder | undefined;
}

/** What a seat keeps through a crash. */
export interface Keeps {
  opened(): Opened;
  write(final: FinalRecord | undefined, open: OpenRecord | undefined): void;
}

interface Letter {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

/** Whether a message arrives. */
export type Passes = (message: Message, from: number, to: number) => boolean;

export class Net {
  readonly seats: readonly Seat[];
  now = 0;
  passes: Passes = () => true;
  /** Ascending by time. */
  readonly #post: Letter[] = [];
  readonly genesis: Settled;
  /** Hash-bound bytes of the network. */
  readonly paramsBytes: Uint8Array;
  readonly #options: NetOptions;
  readonly #iteration: number;

  /** `count` seats of weight 1, the last `byzantine` of them without a host; then those of candidates. */
  constructor(count: number, byzantine: number, options: NetOptions = {}) {
    const { candidates = 0, d0, tau2Windows, rules = 'montana', iteration = ITERATION } = options;
    this.#options = options;
    this.#iteration = iteration;
    const { built, genesis, keys } = foundation({
      ...{ count, rules },
      ...(d0 === undefined ? {} : { d0 }),
      ...(tau2Windows === undefined ? {} : { tau2Windows }),
    });
    this.genesis = genesis;
    this.paramsBytes = built.paramsBytes;
    const seats = genesis.network.founders.map((id) => {
      const key = keys.find((known) => known.nodeId === id)?.node as SigningKey;
      return { nodeId: id, key, operator: undefined as SigningKey | undefined };
    });
    for (let i = 0; i < candidates; i++) {
      const key = cheapKey(CANDIDATES + 2 * i);
      seats.push({ nodeId: nodeId(key.publicKey), key, operator: cheapKey(CANDIDATES + 2 * i + 1) });
    }
    this.seats = seats.map((known, index) => {
      const seat: Seat = {
        ...known,
        index,
        host: undefined,
        participant: undefined,
        disk: new Disk(genesis),
        finals: [],
        penalties: [],
        said: [],
        verdicts: [],
        timer: undefined,
        alarm: undefined,
        jobs: new Map(),
      };
      if (index < count - byzantine || index >= count) this.#boot(seat);
      return seat;
    });
  }

  /** A process of a seat, with what its disk holds. */
  #boot(seat: Seat): void {
    const { index, nodeId: id, key, operator, disk } = seat;
    const config: ParticipantConfig = {
      network: this.genesis.network,
      verify: this.#options.verify ?? cheapVerify,
      identity: { nodeId: id, key },
      ...(operator === undefined ? {} : { entry: { operator, from: 0 } }),
      timers: ORDINARY_TIMERS,
      memo: NO_MEMO,
      meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 },
    };
    const kept = this.#options.keeps?.(index);
    const opened = kept?.opened() ?? disk.opened();
    const net = this;
    const iteration = this.#iteration;
    const clock = {
      get now() {
        return net.now;
      },
      get iterations() {
        return divide(net.now, iteration);
      },
    };
    const ports: HostPorts = {
      send: (to, message) => this.send(index, to, message),
      timer: (at) => {
        seat.timer = at;
      },
      alarm: (at) => {
        seat.alarm = at === undefined ? undefined : at * iteration;
      },
      work: (job) => {
        seat.jobs.set(job.type, { job, due: this.now + job.iterations * iteration });
      },
      cancel: (job) => {
        seat.jobs.delete(job.type);
      },
      persist: (final, open) => {
        disk.write({ final, open });
        kept?.write(final, open);
      },
      notice: (notice) => hear(seat, notice),
      archived: (window) => disk.entry(window),
      adopt: (settled) => disk.write({ adopted: settled }),
      archivedObject: ({ id: name }) => disk.object(name),
      archivedCertificate: (window) => disk.certificate(window),
      staging: () => disk.staging(),
    };
    const recorder = this.#options.recorder?.(seat, this);
    const seed = Uint8Array.of(index);
    if (recorder === undefined) {
      const host = new Host(config, opened, seed, clock, ports, { stem: this.#options.stem ?? false });
      seat.host = host;
      seat.participant = host.participant;
    } else {
      const padded = new Uint8Array(32).fill(index);
      seat.host = recorder.open({ config, opened, durable: disk.written, seed: padded, clock, ports });
    }
  }

  /** Takes the process of a seat away, with all that was not durable; its clock goes on. */
  crash(index: number): void {
    const seat = this.seats[index] as Seat;
    seat.host = undefined;
    seat.participant = undefined;
    seat.timer = undefined;
    seat.alarm = undefined;
    seat.jobs.clear();
    for (const { host } of this.seats) host?.peerDown(index);
  }

  restart(index: number): void {
    const seat = this.seats[index] as Seat;
    this.#boot(seat);
    seat.host?.start();
    for (const other of this.seats) {
      if (other === seat || other.host === undefined) continue;
      seat.host?.peerUp(other.index, true);
      other.host.peerUp(index, false);
    }
  }

  /** Everybody starts, with a link to everybody already there: what it says first is pushed. */
  start(): void {
    this.#link();
    for (const { host } of this.seats) host?.start();
  }

  /** Everybody starts, and then gets its links: a journal begins with the start. */
  startAlone(): void {
    for (const { host } of this.seats) host?.start();
    this.#link();
  }

  #link(): void {
    for (const { index, host } of this.seats) {
      for (const other of this.seats) if (other.index !== index) host?.peerUp(other.index, index < other.index);
    }
  }

  send(from: number, to: number, message: Message): void {
    if (this.seats[to]?.host === undefined || !this.passes(message, from, to)) return;
    this.#post.push({ at: this.now + LATENCY, from, to, message });
  }

  /** A vote of a Byzantine seat to some others. */
  forge(from: number, phase: Phase, value: Id, to: readonly number[]): void {
    const { nodeId: id, key } = this.seats[from] as Seat;
    const object = makeVote({ phase, round: 1, window: 0, proposalHash: value, nodeId: id }, key);
    for (const index of to) this.send(from, index, { type: 'object', object });
  }

  /** Runs until the condition holds; false when it does not within `seconds`. */
  until(condition: () => boolean, seconds: number): boolean {
    const end = this.now + seconds * 1_000_000;
    while (!condition()) {
      const next = this.#next();
      if (next > end) {
        this.now = end;
        return condition();
      }
      this.now = Math.max(this.now, next);
      this.#step();
    }
    return true;
  }

  #next(): number {
    let next = this.#post[0]?.at ?? Number.MAX_SAFE_INTEGER;
    for (const { timer, alarm, jobs } of this.seats) {
      for (const at of [timer, alarm]) if (at !== undefined) next = Math.min(next, at);
      for (const { due } of jobs.values()) next = Math.min(next, due);
    }
    return next;
  }

  /** One of the events that are due. */
  #step(): void {
    for (const seat of this.seats) {
      const { host, timer, alarm, jobs } = seat;
      if (host === undefined) continue;
      if (timer !== undefined && timer <= this.now) {
        seat.timer = undefined;
        host.timer();
        return;
      }
      if (alarm !== undefined && alarm <= this.now) {
        seat.alarm = undefined;
        host.alarm();
        return;
      }
      for (const { job, due } of jobs.values()) {
        if (due > this.now) continue;
        const { type, window, from, iterations } = job;
        jobs.delete(type);
        const value = this.#options.hashed?.(job, seat) ?? timechainStep(from, iterations);
        host.done({ type, window, from, value });
        return;
      }
    }
    const letter = this.#post.shift();
    if (letter !== undefined) this.seats[letter.to]?.host?.message(letter.from, letter.message);
  }
}

const hear = (seat: Pick<Seat, 'finals' | 'penalties' | 'said' | 'verdicts'>, notice: Notice): void => {
  if (notice.type === 'penalty') seat.penalties.push(notice.reason);
  else if (notice.type === 'final') seat.finals.push(notice.record);
  else if (notice.type === 'published') seat.said.push(notice.object);
  else if (notice.type === 'submitted') seat.verdicts.push(notice.verdict.type);
};
