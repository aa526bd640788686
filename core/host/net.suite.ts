import type { Id } from '../bytes/bytes.ts';
import { divide } from '../bytes/integers.ts';
import type { Phase, ProtocolObject } from '../consensus/objects.ts';
import { makeVote } from '../consensus/vote.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { cheapVerify } from '../operations/accounts.suite.ts';
import { NO_MEMO } from '../participant/evaluation.ts';
import { foundation } from '../participant/party.suite.ts';
import { ORDINARY_TIMERS } from '../participant/timers.ts';
import type { ChainJob, FinalRecord, Opened, OpenRecord } from '../participant/types.ts';
import { timechainStep } from '../timechain/chain.ts';
import type { Message } from '../wire/messages.ts';
import { Host, type Notice } from './host.ts';

/** Hosts, links between all of them, and a clock that jumps from event to event: for tests. A tick is ten iterations. */

/** One hash iteration in microseconds: 2 560 of them are 60 s. */
const ITERATION = 23_438;

/** Microseconds from one seat to another. */
const LATENCY = 50_000;

/** One seat in the order of cascade(0); without a host it is Byzantine, and what it says is put into the post by hand. */
export interface Seat {
  readonly index: number;
  readonly nodeId: Id;
  readonly key: SigningKey;
  readonly host: Host | undefined;
  readonly finals: FinalRecord[];
  /** What it said itself, in order. */
  readonly said: ProtocolObject[];
  timer: number | undefined;
  /** In microseconds. */
  alarm: number | undefined;
  job: { readonly job: ChainJob; readonly due: number } | undefined;
}

interface Letter {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

/** What a seat keeps through a crash. */
export interface Keeps {
  opened(): Opened;
  write(final: FinalRecord | undefined, open: OpenRecord | undefined): void;
}

/** Whether a message arrives. */
export type Passes = (message: Message, from: number, to: number) => boolean;

export class Net {
  readonly seats: readonly Seat[];
  now = 0;
  passes: Passes = () => true;
  /** Ascending by time. */
  readonly #post: Letter[] = [];

  /** `count` seats of weight 1, the last `byzantine` of them without a host. Where nobody keeps anything, all begin at genesis. */
  constructor(count: number, byzantine: number, keeps: (index: number) => Keeps | undefined = () => undefined) {
    const { genesis, keys } = foundation({ count });
    const { network } = genesis;
    this.seats = network.founders.map((nodeId, index) => {
      const key = keys.find((known) => known.nodeId === nodeId)?.node as SigningKey;
      const seat: Omit<Seat, 'host'> = {
        index,
        nodeId,
        key,
        finals: [],
        said: [],
        timer: undefined,
        alarm: undefined,
        job: undefined,
      };
      if (index >= count - byzantine) return Object.assign(seat, { host: undefined });
      const config = {
        network,
        verify: cheapVerify,
        identity: { nodeId, key },
        timers: ORDINARY_TIMERS,
        memo: NO_MEMO,
        meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 },
      };
      const net = this;
      const clock = {
        get now() {
          return net.now;
        },
        get iterations() {
          return divide(net.now, ITERATION);
        },
      };
      const kept = keeps(index);
      const opened = kept?.opened() ?? { settled: genesis, open: undefined };
      const host = new Host(config, opened, Uint8Array.of(index), clock, {
        send: (to, message) => this.send(index, to, message),
        timer: (at) => {
          seat.timer = at;
        },
        alarm: (at) => {
          seat.alarm = at === undefined ? undefined : at * ITERATION;
        },
        work: (job) => {
          seat.job = { job, due: this.now + job.iterations * ITERATION };
        },
        cancel: () => {
          seat.job = undefined;
        },
        persist: (final, open) => kept?.write(final, open),
        notice: (notice) => hear(seat, notice),
        archived: () => undefined,
        archivedObject: () => undefined,
      });
      return Object.assign(seat, { host });
    });
  }

  /** Everybody starts, with a link to everybody already there: what it says first is pushed. */
  start(): void {
    for (const { index, host } of this.seats) {
      for (const other of this.seats) if (other.index !== index) host?.peerUp(other.index, index < other.index);
    }
    for (const { host } of this.seats) host?.start();
  }

  send(from: number, to: number, message: Message): void {
    if (this.seats[to]?.host === undefined || !this.passes(message, from, to)) return;
    this.#post.push({ at: this.now + LATENCY, from, to, message });
  }

  /** A vote of a Byzantine seat to some others. */
  forge(from: number, phase: Phase, value: Id, to: readonly number[]): void {
    const { nodeId, key } = this.seats[from] as Seat;
    const object = makeVote({ phase, round: 1, window: 0, proposalHash: value, nodeId }, key);
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
    for (const { timer, alarm, job } of this.seats) {
      for (const at of [timer, alarm, job?.due]) if (at !== undefined) next = Math.min(next, at);
    }
    return next;
  }

  /** One of the events that are due. */
  #step(): void {
    for (const seat of this.seats) {
      const { host, timer, alarm, job } = seat;
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
      if (job !== undefined && job.due <= this.now) {
        seat.job = undefined;
        const { window, from, iterations } = job.job;
        host.done({ type: 'chain', window, from, value: timechainStep(from, iterations) });
        return;
      }
    }
    const letter = this.#post.shift();
    if (letter !== undefined) this.seats[letter.to]?.host?.message(letter.from, letter.message);
  }
}

const hear = (seat: Pick<Seat, 'finals' | 'said'>, notice: Notice): void => {
  if (notice.type === 'final') seat.finals.push(notice.record);
  else if (notice.type === 'published') seat.said.push(notice.object);
};
