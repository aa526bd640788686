/**
 * What a protocol and a world say to each other. The world knows hosts, links, time and CPU; of the protocol it knows only what
 * an `Adapter` tells. Time is network time in integer microseconds since the start of the run.
 */

/** The types a protocol brings along. A message is never `undefined`. */
export interface Shape {
  readonly message: unknown;
  /** Work for the hasher, and what it yields. */
  readonly job: unknown;
  readonly result: unknown;
  /** One `persist`, and all that a disk holds: the fold of its records. */
  readonly record: unknown;
  readonly disk: unknown;
  /** What a user hands to a host. */
  readonly submission: unknown;
  /** What a host shows to observers. */
  readonly event: unknown;
}

/** What a machine may read of time: both are those of the moment its handling starts. */
export interface Clock {
  /** Network time, microseconds. */
  readonly now: number;
  /** Hashes done since the host started, throw-away included: floor(elapsed · rate). */
  readonly iterations: number;
}

/**
 * A host's process: lives from start to crash. Each call is one input; its effects go to the `Out` the machine was created
 * with and take place, in order, when the handling ends: at start + `cost()`. A host is its rank among the names of all hosts. A
 * peer is a number that stands for one connection at this host and is never used again; every `peerUp` is followed by one
 * `peerDown`, also after `close`.
 */
export interface Machine<S extends Shape> {
  /** First call. `disk` holds what was persisted before; `seed` is 32 random bytes. */
  start(disk: S['disk'], seed: Uint8Array): void;
  /** False: a duplicate that changed nothing (counted, nothing else follows from it). */
  message(peer: number, message: S['message']): boolean;
  /** A connection is established with `host`, whose identity the handshake proved. */
  peerUp(peer: number, host: number, dialled: boolean): void;
  peerDown(peer: number): void;
  /** A `dial` of this machine came to nothing. */
  dialFailed(host: number): void;
  /** The time asked for with `timer` has come. */
  timer(): void;
  /** The count asked for with `alarm` is reached. */
  alarm(): void;
  done(job: S['job'], result: S['result']): void;
  submit(submission: S['submission']): void;
  /** Microseconds of CPU the call just made took on the reference machine: an integer ≥ 0. */
  cost(): number;
}

/** Where the effects of a machine go. */
export interface Out<S extends Shape> {
  /** Nothing happens if the connection is gone. */
  send(peer: number, message: S['message']): void;
  /** Replaces the timer before; a time in the past fires at once; undefined: none. */
  timer(at: number | undefined): void;
  /** Replaces the alarm before: due when the count of iterations reaches `at`; undefined: none. */
  alarm(at: number | undefined): void;
  /** Queues a job of so many iterations on the hasher, or on the core beside it (`isAside`); jobs run one after another. */
  work(job: S['job'], iterations: number): void;
  /** Forgets a job, compared by reference; the ones behind it move up. */
  cancel(job: S['job']): void;
  /** Barrier: nothing after it happens before it is durable. */
  persist(record: S['record']): void;
  emit(event: S['event']): void;
  dial(host: number): void;
  /** The far end learns of it after everything sent before. */
  close(peer: number): void;
}

/** The protocol as the world sees it. All functions are pure but `create`, `write` (may reuse `disk`) and `compute` (may memoise). */
export interface Adapter<S extends Shape> {
  /** A new process on `host`. `incarnation` counts its starts from 0. */
  create(host: number, incarnation: number, clock: Clock, out: Out<S>): Machine<S>;
  /** Bytes on the wire, headers included. */
  sizeOf(message: S['message']): number;
  /** Names of the kinds of messages; `kindOf` is an index into them. */
  readonly kinds: readonly string[];
  kindOf(message: S['message']): number;
  /** One line for a human. */
  describe(message: S['message']): string;
  /**
   * 32-bit hash of the content, the same in every run: jitter, loss and the digest come from it. Like the two above, asked at
   * every sending; this one at every delivery, too.
   */
  identify(message: S['message']): number;
  identifyEvent(event: S['event']): number;
  identifyRecord(record: S['record']): number;
  identifyJob(job: S['job']): number;
  /** An empty disk, and a disk after one more durable record. */
  format(host: number): S['disk'];
  write(disk: S['disk'], record: S['record']): S['disk'];
  /** Whether a job runs on a second core beside the hasher, as fast as it, whose iterations do not count. By default none does. */
  isAside?(job: S['job']): boolean;
  /** The result of a job, asked for when it completes. */
  compute(job: S['job']): S['result'];
  /** What the handshake shows in clear of a host: its public identity. */
  identity(host: number): string;
}

/** One input or one effect as a value: only strategies and recorders pay for it. */
export type Input<S extends Shape> =
  | { readonly type: 'start'; readonly disk: S['disk']; readonly seed: Uint8Array }
  | { readonly type: 'message'; readonly peer: number; readonly message: S['message'] }
  | { readonly type: 'peer-up'; readonly peer: number; readonly host: number; readonly dialled: boolean }
  | { readonly type: 'peer-down'; readonly peer: number }
  | { readonly type: 'dial-failed'; readonly host: number }
  | { readonly type: 'timer' }
  | { readonly type: 'alarm' }
  | { readonly type: 'done'; readonly job: S['job']; readonly result: S['result'] }
  | { readonly type: 'submit'; readonly submission: S['submission'] };

/** Kinds of effects of a machine, without those of the connections it opens. */
export const EFFECTS = ['send', 'timer', 'alarm', 'work', 'cancel', 'persist', 'emit'] as const;

/** When a crash strikes: after so many more effects, 0 for at once; or right before or after the next effect of a kind. */
export type Strike =
  | number
  | { readonly before: (typeof EFFECTS)[number] }
  | { readonly after: (typeof EFFECTS)[number] };

export type Effect<S extends Shape> =
  | { readonly type: 'send'; readonly peer: number; readonly message: S['message'] }
  | { readonly type: 'timer'; readonly at: number | undefined }
  | { readonly type: 'alarm'; readonly at: number | undefined }
  | { readonly type: 'work'; readonly job: S['job']; readonly iterations: number }
  | { readonly type: 'cancel'; readonly job: S['job'] }
  | { readonly type: 'persist'; readonly record: S['record'] }
  | { readonly type: 'emit'; readonly event: S['event'] }
  | { readonly type: 'dial'; readonly host: number }
  | { readonly type: 'close'; readonly peer: number };

/** Continents; an index into a latency table. */
export const REGIONS = ['africa', 'america', 'asia', 'europe', 'oceania'] as const;
export type Region = (typeof REGIONS)[number];

export interface HostSpec {
  /** Unique. Hosts are numbered in the order of their names. */
  readonly name: string;
  readonly region: Region;
  /** Hash rate: `iterations` per `micros` microseconds. */
  readonly rate: { readonly iterations: number; readonly micros: number };
  /** CPU time of this host, in thousandths of the reference machine's: 2000 is half as fast. */
  readonly cpu: number;
  /** Bits per second that all its connections share for sending. */
  readonly uplink: number;
  /** Microseconds until a record is durable. */
  readonly sync: number;
  /** Messages that may wait while the core is busy; more are dropped and counted. */
  readonly inbox: number;
}

/** When an intervention takes place: at a time, or so long after `World.reached(milestone)` is first called. */
export type Moment = number | { readonly milestone: number; readonly after?: number };

/** What is done to the world from outside. Hosts are named. */
export type Intervention<S extends Shape> =
  /** Connections between different groups are reset, dials time out. Hosts named nowhere form one group. Replaces a cut before. */
  | { readonly at: Moment; readonly type: 'cut'; readonly groups: readonly (readonly string[])[] }
  | { readonly at: Moment; readonly type: 'heal' }
  /** The process dies, at once or when `strike` says. What was not persisted is lost. */
  | { readonly at: Moment; readonly type: 'crash'; readonly hosts: readonly string[]; readonly strike?: Strike }
  | { readonly at: Moment; readonly type: 'restart'; readonly hosts: readonly string[] }
  /** Their machines hash at another rate from then on. */
  | { readonly at: Moment; readonly type: 'pace'; readonly hosts: readonly string[]; readonly rate: HostSpec['rate'] }
  /** The next message of a kind that would arrive at `to` from `from` is lost. */
  | { readonly at: Moment; readonly type: 'lose'; readonly from: string; readonly to: string; readonly kind: number }
  | { readonly at: Moment; readonly type: 'submit'; readonly host: string; readonly submission: S['submission'] };

/**
 * All that can happen, by code: what the digest covers and a watcher is told. `who` is the name of the directed link (`linkEnds`) for
 * `handshake`, `send` and `deliver`, else the host; `content` is the adapter's 32-bit hash, or the number the comment names.
 */
export const HAPPENINGS = {
  /** The incarnation. */
  start: 0,
  crash: 1,
  /** First `who` is the number of groups, 0 for a heal; then each host with its group. */
  cut: 2,
  /** 0: what follows from it tells. */
  submit: 3,
  /** The other host. */
  dial: 4,
  dialFailed: 5,
  /** Step 1 … 5 as it arrives. */
  handshake: 6,
  /** The number of the peer. */
  peerUp: 7,
  peerDown: 8,
  send: 9,
  deliver: 10,
  /** The peer whose message was dropped. */
  overflow: 11,
  timer: 12,
  alarm: 13,
  work: 14,
  cancel: 15,
  done: 16,
  persist: 17,
  emit: 18,
} as const;
export type Happening = (typeof HAPPENINGS)[keyof typeof HAPPENINGS];

/** Tells of one thing that happens now. `subject` is the message, job, record, event or submission, if there is one. */
export type Note = (what: Happening, who: number, content: number, subject?: unknown) => void;

/** Counted since the start of the run. */
export interface Counts {
  /** Events of the queue: deliveries, timers, ends of handlings and so on. */
  events: number;
  /** Messages that reached a host, and those of them that a machine called duplicates. */
  deliveries: number;
  duplicates: number;
  /** Messages dropped at full inboxes. */
  overflow: number;
  /** Connections established, and those that broke. */
  established: number;
  broken: number;
  /** Bytes of handshakes. */
  handshakeBytes: number;
  /** Messages and bytes sent, by kind. */
  readonly sent: number[];
  readonly bytes: number[];
}
