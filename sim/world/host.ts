import { divideUp } from '#sim/kernel/integers.ts';
import type { Queue } from '#sim/kernel/queue.ts';
import { Hasher } from './hasher.ts';
import { Inbox } from './inbox.ts';
import type { Network } from './network.ts';
import type { Port, Strategy } from './strategy.ts';
import {
  type Adapter,
  type Clock,
  type Counts,
  type Effect,
  HAPPENINGS,
  type HostSpec,
  type Input,
  type Machine,
  type Note,
  type Out,
  type Shape,
  type Strike,
} from './types.ts';

/** What a host needs of the world around it. */
export interface Around<S extends Shape> {
  readonly queue: Queue;
  readonly adapter: Adapter<S>;
  readonly network: Network<S>;
  readonly counts: Counts;
  readonly note: Note;
  /** 32 random bytes for the n-th start. */
  seed(host: number, incarnation: number): Uint8Array;
  /** Called after each start. */
  started(host: number): void;
  emitted(host: number, event: S['event']): void;
}

/** The lanes of a host in the queue. */
export const CORE = 0;
const TIMER = 1;
const ALARM = 2;
const HASHER = 3;
const LATE = 4;
const ASIDE = 5;
export const LANES_PER_HOST = 6;

/** What a strategy put off: an input, an effect, or else itself. */
interface Late<S extends Shape> {
  readonly at: number;
  readonly input?: Input<S>;
  readonly effect?: Effect<S>;
}

/**
 * One host: a process with one protocol core, a hasher and a core beside it, a disk. An input is handled when it arrives or, while the core is busy,
 * in turn; its effects take place when the handling ends. A crash may fall between any two effects; the disk outlives it.
 */
export class Host<S extends Shape> implements Clock, Port<S> {
  readonly index: number;
  readonly spec: HostSpec;
  /** Microseconds its protocol core has worked. */
  worked = 0;

  readonly #around: Around<S>;
  readonly #queue: Queue;
  readonly #strategy: Strategy<S> | undefined;
  readonly #hasher: Hasher<S['job']>;
  /** The core beside it. */
  readonly #aside: Hasher<S['job']>;
  readonly #lanes: readonly number[];
  #disk: S['disk'];
  #incarnation = 0;
  #machine: Machine<S> | undefined;
  /** A handling is under way, from its start until its effects have taken place. */
  #busy = false;
  /** Busy until then, with no effects to come: set instead of an event. */
  #freeAt: number | undefined;
  #effects: Effect<S>[] = [];
  #performed = 0;
  #syncing = false;
  readonly #inbox: Inbox<S>;
  #late: Late<S>[] = [];
  /** When it will crash; 0: no crash is due. */
  #fuse: Strike = 0;
  /** The count that its alarm waits for. */
  #alarm: number | undefined;

  constructor(index: number, spec: HostSpec, lanes: readonly number[], around: Around<S>, strategy?: Strategy<S>) {
    this.index = index;
    this.spec = spec;
    this.#around = around;
    this.#queue = around.queue;
    this.#strategy = strategy;
    this.#lanes = lanes;
    this.#hasher = new Hasher(around.queue, lanes[HASHER] as number, spec.rate);
    this.#aside = new Hasher(around.queue, lanes[ASIDE] as number, spec.rate);
    this.#inbox = new Inbox(spec.inbox);
    this.#disk = around.adapter.format(index);
  }

  get now(): number {
    return this.#queue.now;
  }

  get iterations(): number {
    return this.#hasher.count();
  }

  get up(): boolean {
    return this.#machine !== undefined;
  }

  /** Starts the process from what the disk holds; nothing if it runs. */
  start(): void {
    if (this.#machine !== undefined) return;
    const incarnation = this.#incarnation++;
    this.#hasher.start();
    this.#aside.start();
    this.#around.note(HAPPENINGS.start, this.index, incarnation);
    this.#effects = [];
    this.#machine = this.#around.adapter.create(this.index, incarnation, this, collect(this.#effects));
    this.input({ type: 'start', disk: this.#disk, seed: this.#around.seed(this.index, incarnation) });
    // A crash may strike among the effects of the start.
    if (this.up) this.#around.started(this.index);
  }

  /** Kills the process, at once or when `strike` says, be it the next process. */
  crash(strike: Strike = 0): void {
    if (strike !== 0) {
      this.#fuse = strike;
      return;
    }
    if (this.#machine === undefined) {
      // Not started yet: it will not before a restart.
      this.#queue.cancel(this.#lanes[CORE] as number);
      return;
    }
    this.#machine = undefined;
    this.#busy = false;
    this.#effects = [];
    this.#performed = 0;
    this.#syncing = false;
    this.#inbox.clear();
    this.#late = [];
    this.#freeAt = undefined;
    this.#fuse = 0;
    this.#alarm = undefined;
    this.#hasher.stop();
    this.#aside.stop();
    for (const lane of this.#lanes) this.#queue.cancel(lane);
    this.#around.note(HAPPENINGS.crash, this.index, 0);
    this.#around.network.crashed(this.index);
  }

  /** Both of its cores hash at another pace from now on, whether the process runs or not. */
  pace(rate: HostSpec['rate']): void {
    this.#hasher.change(rate);
    this.#aside.change(rate);
    if (this.#alarm !== undefined) this.#set(ALARM, this.#hasher.timeOf(this.#alarm));
  }

  /** What one of its lanes brings. */
  fire(lane: number): void {
    switch (lane) {
      case CORE:
        if (this.#machine === undefined) this.start();
        else this.#perform();
        this.#drain();
        break;
      case TIMER:
        this.#around.note(HAPPENINGS.timer, this.index, 0);
        this.input({ type: 'timer' });
        break;
      case ALARM:
        this.#alarm = undefined;
        this.#around.note(HAPPENINGS.alarm, this.index, 0);
        this.input({ type: 'alarm' });
        break;
      case HASHER:
        this.#complete(this.#hasher);
        break;
      case ASIDE:
        this.#complete(this.#aside);
        break;
      case LATE:
        this.#release();
        break;
    }
  }

  /** What a user hands over; lost if the process does not run. */
  submit(submission: S['submission']): void {
    if (this.#machine === undefined) return;
    this.#around.note(HAPPENINGS.submit, this.index, 0, submission);
    this.input({ type: 'submit', submission });
  }

  /** A message from the network: the short way for most of what happens. */
  message(peer: number, message: S['message']): void {
    if (this.#strategy !== undefined || this.#isBusy()) {
      this.input({ type: 'message', peer, message });
      return;
    }
    if (!(this.#machine as Machine<S>).message(peer, message)) this.#around.counts.duplicates++;
    this.#handled();
    if (!this.#inbox.empty) this.#drain();
  }

  /** Any input, at its arrival. */
  input(input: Input<S>): void {
    if (this.#strategy === undefined) {
      this.deliver(input);
    } else {
      this.#guarded(() => (this.#strategy as Strategy<S>).input(input, this));
    }
  }

  deliver(input: Input<S>, delay = 0): void {
    if (delay > 0) {
      this.#postpone({ at: this.now + delay, input });
      return;
    }
    if (this.#inbox.put(input)) {
      this.#drain();
    } else if (input.type === 'message') {
      this.#around.counts.overflow++;
      this.#around.note(HAPPENINGS.overflow, this.index, input.peer, input.message);
    }
  }

  perform(effect: Effect<S>, delay = 0): void {
    if (delay > 0) this.#postpone({ at: this.now + delay, effect });
    else this.#execute(effect);
  }

  wake(delay: number): void {
    this.#postpone({ at: this.now + delay });
  }

  /** Runs what may call back without the machine being entered meanwhile. */
  #guarded(call: () => void): void {
    const busy = this.#busy;
    this.#busy = true;
    call();
    if (this.#machine === undefined) return;
    this.#busy = busy;
    this.#drain();
  }

  #drain(): void {
    while (!this.#inbox.empty && !this.#isBusy()) {
      const input = this.#inbox.take();
      if (input === undefined) return;
      this.#handle(this.#machine as Machine<S>, input);
      this.#handled();
    }
  }

  /** Whether an input has to wait. The end of a handling without effects needs no event of its own until something waits for it. */
  #isBusy(): boolean {
    if (!this.#busy || this.#freeAt === undefined) return this.#busy;
    if (this.now >= this.#freeAt) this.#busy = false;
    else this.#queue.schedule(this.#lanes[CORE] as number, this.#freeAt);
    this.#freeAt = undefined;
    return this.#busy;
  }

  #handle(machine: Machine<S>, input: Input<S>): void {
    switch (input.type) {
      case 'message':
        if (!machine.message(input.peer, input.message)) this.#around.counts.duplicates++;
        break;
      case 'start':
        machine.start(input.disk, input.seed);
        break;
      case 'peer-up':
        machine.peerUp(input.peer, input.host, input.dialled);
        break;
      case 'peer-down':
        machine.peerDown(input.peer);
        break;
      case 'dial-failed':
        machine.dialFailed(input.host);
        break;
      case 'timer':
        machine.timer();
        break;
      case 'alarm':
        machine.alarm();
        break;
      case 'done':
        machine.done(input.job, input.result);
        break;
      case 'submit':
        machine.submit(input.submission);
        break;
    }
  }

  /** The machine has answered: what it did takes its time, then its effects take place. */
  #handled(): void {
    const cost = divideUp((this.#machine as Machine<S>).cost() * this.spec.cpu, 1000);
    this.#busy = true;
    if (cost === 0) {
      this.#perform();
      return;
    }
    this.worked += cost;
    if (this.#effects.length === 0 && this.#inbox.empty && this.#strategy === undefined) this.#freeAt = this.now + cost;
    else this.#queue.schedule(this.#lanes[CORE] as number, this.now + cost);
  }

  /** Effects from where it stopped: all, or up to a record that is not durable yet. */
  #perform(): void {
    const effects = this.#effects;
    while (this.#performed < effects.length) {
      const effect = effects[this.#performed] as Effect<S>;
      if (this.#strikesBefore(effect)) {
        this.crash();
        return;
      }
      if (effect.type === 'persist' && !this.#syncing && this.spec.sync > 0 && this.#strategy === undefined) {
        this.#syncing = true;
        this.#queue.schedule(this.#lanes[CORE] as number, this.now + this.spec.sync);
        return;
      }
      this.#syncing = false;
      this.#performed++;
      if (this.#strategy === undefined) this.#execute(effect);
      else this.#strategy.effect(effect, this);
      if (this.#strikesAfter(effect)) this.crash();
      if (this.#machine === undefined) return;
    }
    effects.length = 0;
    this.#performed = 0;
    this.#busy = false;
  }

  #strikesBefore({ type }: Effect<S>): boolean {
    return typeof this.#fuse === 'object' && 'before' in this.#fuse && this.#fuse.before === type;
  }

  #strikesAfter({ type }: Effect<S>): boolean {
    if (typeof this.#fuse === 'object') return 'after' in this.#fuse && this.#fuse.after === type;
    return this.#fuse > 0 && --this.#fuse === 0;
  }

  #execute(effect: Effect<S>): void {
    const { adapter, network, note } = this.#around;
    switch (effect.type) {
      case 'send':
        network.send(this.index, effect.peer, effect.message);
        break;
      case 'timer':
        this.#inbox.silence('timer');
        this.#set(TIMER, effect.at);
        break;
      case 'alarm':
        this.#inbox.silence('alarm');
        this.#alarm = effect.at;
        this.#set(ALARM, effect.at === undefined ? undefined : this.#hasher.timeOf(effect.at));
        break;
      case 'work':
        note(HAPPENINGS.work, this.index, adapter.identifyJob(effect.job), effect.job);
        this.#hasherOf(effect.job).work(effect.job, effect.iterations);
        break;
      case 'cancel':
        note(HAPPENINGS.cancel, this.index, adapter.identifyJob(effect.job), effect.job);
        this.#hasherOf(effect.job).cancel(effect.job);
        break;
      case 'persist':
        note(HAPPENINGS.persist, this.index, adapter.identifyRecord(effect.record), effect.record);
        this.#disk = adapter.write(this.#disk, effect.record);
        break;
      case 'emit':
        note(HAPPENINGS.emit, this.index, adapter.identifyEvent(effect.event), effect.event);
        this.#around.emitted(this.index, effect.event);
        break;
      case 'dial':
        network.dial(this.index, effect.host);
        break;
      case 'close':
        network.close(this.index, effect.peer);
        break;
    }
  }

  #set(lane: typeof TIMER | typeof ALARM, at: number | undefined): void {
    if (at === undefined) this.#queue.cancel(this.#lanes[lane] as number);
    else this.#queue.schedule(this.#lanes[lane] as number, Math.max(at, this.now));
  }

  #hasherOf(job: S['job']): Hasher<S['job']> {
    return this.#around.adapter.isAside?.(job) === true ? this.#aside : this.#hasher;
  }

  #complete(hasher: Hasher<S['job']>): void {
    const job = hasher.complete();
    const { adapter } = this.#around;
    this.#around.note(HAPPENINGS.done, this.index, adapter.identifyJob(job), job);
    this.input({ type: 'done', job, result: adapter.compute(job) });
  }

  #postpone(late: Late<S>): void {
    const behind = this.#late.findIndex((other) => other.at > late.at);
    this.#late.splice(behind < 0 ? this.#late.length : behind, 0, late);
    this.#queue.schedule(this.#lanes[LATE] as number, (this.#late[0] as Late<S>).at);
  }

  /** What a strategy held back and is due. */
  #release(): void {
    const due = this.#late.filter((late) => late.at <= this.now);
    this.#late = this.#late.slice(due.length);
    if (this.#late[0] !== undefined) this.#queue.schedule(this.#lanes[LATE] as number, this.#late[0].at);
    for (const { input, effect } of due) {
      if (this.#machine === undefined) return;
      if (input !== undefined) this.deliver(input);
      else if (effect !== undefined) this.#execute(effect);
      else this.#guarded(() => this.#strategy?.wake?.(this));
    }
  }
}

/** Where a machine's effects are collected until its handling ends. */
const collect = <S extends Shape>(effects: Effect<S>[]): Out<S> => ({
  send: (peer, message) => effects.push({ type: 'send', peer, message }),
  timer: (at) => effects.push({ type: 'timer', at }),
  alarm: (at) => effects.push({ type: 'alarm', at }),
  work: (job, iterations) => effects.push({ type: 'work', job, iterations }),
  cancel: (job) => effects.push({ type: 'cancel', job }),
  persist: (record) => effects.push({ type: 'persist', record }),
  emit: (event) => effects.push({ type: 'emit', event }),
  dial: (host) => effects.push({ type: 'dial', host }),
  close: (peer) => effects.push({ type: 'close', peer }),
});
