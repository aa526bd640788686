import { divide } from '#sim/kernel/integers.ts';
import { mixText } from '#sim/kernel/mix.ts';
import { Queue } from '#sim/kernel/queue.ts';
import { Streams } from '#sim/kernel/streams.ts';
import { Digest } from '#sim/trace/digest.ts';
import { CORE, Host, LANES_PER_HOST } from './host.ts';
import { Network } from './network.ts';
import type { NetworkOptions, Policy } from './path.ts';
import type { Strategy } from './strategy.ts';
import {
  type Adapter,
  type Counts,
  HAPPENINGS,
  type Happening,
  type HostSpec,
  type Intervention,
  type Moment,
  type Note,
  type Shape,
} from './types.ts';

/** Told everything the digest covers, as `HAPPENINGS` describes it. */
export type Watch = (at: number, what: Happening, who: number, content: number, subject: unknown) => void;

export interface WorldOptions<S extends Shape> {
  /** One seed, one history. */
  readonly seed: string;
  /** In any order. */
  readonly hosts: readonly HostSpec[];
  readonly adapter: Adapter<S>;
  readonly network: NetworkOptions;
  readonly policy?: Policy;
  /** By name of the host. */
  readonly strategies?: ReadonlyMap<string, Strategy<S>>;
  readonly interventions?: readonly Intervention<S>[];
  /** Told what hosts emit. */
  readonly observe?: (host: number, event: S['event'], at: number) => void;
  readonly watch?: Watch;
}

/** Hosts in the order of their numbers: by name. Throws a RangeError if two have the same. */
export const ranked = (hosts: readonly HostSpec[]): readonly HostSpec[] => {
  const sorted = [...hosts].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  sorted.forEach((host, i) => {
    if (host.name === sorted[i - 1]?.name) throw new RangeError(`two hosts are called ${host.name}`);
  });
  return sorted;
};

/** Hosts, the network between them and what is done to both, in virtual time. All hosts start at time 0, after the interventions of that moment. */
export class World<S extends Shape> {
  readonly hosts: readonly Host<S>[];
  readonly counts: Counts;

  readonly #queue = new Queue();
  readonly #digest = new Digest();
  readonly #note: Note;
  readonly #network: Network<S>;
  readonly #streams: Streams;
  /** Per host: whom the world connects it to. */
  readonly #targets: readonly (readonly number[])[];
  readonly #byName: ReadonlyMap<string, number>;
  readonly #agendaLane: number;
  /** Interventions whose time is known, soonest first, and those that wait for a milestone. */
  readonly #agenda: { readonly at: number; readonly intervention: Intervention<S> }[] = [];
  #waiting: Intervention<S>[] = [];
  /** When each was reached. */
  readonly #milestones = new Map<number, number>();
  readonly #firstLink: number;
  #stopped = false;

  constructor(options: WorldOptions<S>) {
    const { adapter, network, observe, watch } = options;
    const specs = ranked(options.hosts);
    const queue = this.#queue;
    const digest = this.#digest;
    this.#streams = new Streams(options.seed);
    this.counts = {
      ...{ events: 0, deliveries: 0, duplicates: 0, overflow: 0, established: 0, broken: 0, handshakeBytes: 0 },
      sent: adapter.kinds.map(() => 0),
      bytes: adapter.kinds.map(() => 0),
    };
    const note: Note = (what, who, content, subject) => {
      digest.roll(queue.now, what, who, content);
      watch?.(queue.now, what, who, content, subject);
    };
    this.#note = note;
    // Ranks decide between events of one moment: interventions, then hosts by number, then links.
    this.#agendaLane = queue.lane(0);
    const lanes = specs.map((_, host) =>
      Array.from({ length: LANES_PER_HOST }, (_, lane) => queue.lane(1 + host * LANES_PER_HOST + lane)),
    );
    this.#firstLink = 1 + specs.length * LANES_PER_HOST;
    this.#network = new Network<S>({
      ...{ queue, hosts: specs, adapter, options: network, policy: options.policy },
      ...{ seed: mixText(options.seed), note, counts: this.counts },
      ends: {
        up: (host) => this.#host(host).up,
        message: (host, peer, message) => this.#host(host).message(peer, message),
        peerUp: (host, peer, other, dialled) => this.#host(host).input({ type: 'peer-up', peer, host: other, dialled }),
        peerDown: (host, peer) => this.#host(host).input({ type: 'peer-down', peer }),
        dialFailed: (host, other) => this.#host(host).input({ type: 'dial-failed', host: other }),
      },
    });
    const around = {
      ...{ queue, adapter, network: this.#network, counts: this.counts, note },
      seed: (host: number, incarnation: number) =>
        this.#streams.stream(`seed/${specs[host]?.name}/${incarnation}`).bytes(32),
      started: (host: number) => {
        for (const other of this.#targets[host] as readonly number[]) this.#network.keep(host, other);
      },
      emitted: (host: number, event: S['event']) => observe?.(host, event, queue.now),
    };
    this.hosts = specs.map(
      (spec, i) => new Host<S>(i, spec, lanes[i] as number[], around, options.strategies?.get(spec.name)),
    );
    this.#byName = new Map(specs.map((spec, i) => [spec.name, i]));
    const everyone = specs.map((_, i) => i);
    this.#targets = specs.map((spec, host) =>
      this.#streams.stream(`links/${spec.name}`).pick(
        network.outgoing,
        everyone.filter((other) => other !== host),
      ),
    );
    for (const i of everyone) queue.schedule((lanes[i] as number[])[CORE] as number, 0);
    this.intervene(options.interventions ?? []);
  }

  /** Network time, microseconds. */
  get now(): number {
    return this.#queue.now;
  }

  /** Messages under way. */
  get underway(): number {
    return this.#network.underway;
  }

  /** The number of a host. Throws a RangeError for a name there is not. */
  number(name: string): number {
    const host = this.#byName.get(name);
    if (host === undefined) throw new RangeError(`no host is called ${name}`);
    return host;
  }

  /** 64 hex digits over all that has happened. */
  digest(): string {
    return this.#digest.hex();
  }

  /** How many things have happened: what the digest covers. */
  get happenings(): number {
    return this.#digest.count;
  }

  /** The chain after each 65 536 happenings. */
  get blocks(): readonly string[] {
    return this.#digest.blocks;
  }

  /** Handles the next event up to `limit`; false if there is none. */
  step(limit = Number.POSITIVE_INFINITY): boolean {
    const lane = this.#queue.next(limit);
    if (lane < 0) return false;
    this.counts.events++;
    if (lane >= this.#firstLink) this.#network.arrive(lane);
    else if (lane === this.#agendaLane) this.#intervene();
    else this.#host(divide(lane - 1, LANES_PER_HOST)).fire((lane - 1) % LANES_PER_HOST);
    return true;
  }

  /** Runs until the time `limit`, until `stop` is called, or until nothing is left to happen. */
  run(limit = Number.POSITIVE_INFINITY): 'limit' | 'stopped' | 'idle' {
    this.#stopped = false;
    while (this.step(limit)) if (this.#stopped) return 'stopped';
    return this.#queue.empty ? 'idle' : 'limit';
  }

  /** From within a run, also from an observer: ends it after the event at hand. */
  stop(): void {
    this.#stopped = true;
  }

  /** The caller's own measure of progress: interventions may wait for it. Only the first call with a number counts. */
  reached(milestone: number): void {
    if (this.#milestones.has(milestone)) return;
    this.#milestones.set(milestone, this.now);
    const waiting = this.#waiting;
    this.#waiting = [];
    this.intervene(waiting);
  }

  /** Adds interventions; those of one moment take place in the order given, and at once where the moment has passed. */
  intervene(interventions: readonly Intervention<S>[]): void {
    for (const intervention of interventions) {
      const at = this.#timeOf(intervention.at);
      if (at === undefined) this.#waiting.push(intervention);
      else this.#agenda.push({ at, intervention });
    }
    this.#agenda.sort((a, b) => a.at - b.at);
    this.#scheduleAgenda();
  }

  /** Undefined: not known yet. */
  #timeOf(moment: Moment): number | undefined {
    if (typeof moment === 'number') return Math.max(moment, this.now);
    const reached = this.#milestones.get(moment.milestone);
    return reached === undefined ? undefined : Math.max(reached + (moment.after ?? 0), this.now);
  }

  #scheduleAgenda(): void {
    const next = this.#agenda[0];
    if (next !== undefined) this.#queue.schedule(this.#agendaLane, next.at);
  }

  #intervene(): void {
    const due = this.#agenda.shift();
    if (due !== undefined) this.#apply(due.intervention);
    this.#scheduleAgenda();
  }

  #apply(intervention: Intervention<S>): void {
    switch (intervention.type) {
      case 'cut':
        this.#part(intervention.groups);
        break;
      case 'heal':
        this.#part([]);
        break;
      case 'crash':
        for (const name of intervention.hosts) this.#host(this.number(name)).crash(intervention.strike);
        break;
      case 'restart':
        for (const name of intervention.hosts) this.#host(this.number(name)).start();
        break;
      case 'pace':
        for (const name of intervention.hosts) this.#host(this.number(name)).pace(intervention.rate);
        break;
      case 'lose':
        this.#network.lose(this.number(intervention.from), this.number(intervention.to), intervention.kind);
        break;
      case 'submit':
        this.#host(this.number(intervention.host)).submit(intervention.submission);
        break;
    }
  }

  /** Hosts named nowhere are group 0. */
  #part(groups: readonly (readonly string[])[]): void {
    const group = this.hosts.map(() => 0);
    groups.forEach((names, i) => {
      for (const name of names) group[this.number(name)] = i + 1;
    });
    this.#note(HAPPENINGS.cut, groups.length, 0);
    group.forEach((side, host) => {
      if (side > 0) this.#note(HAPPENINGS.cut, host, side);
    });
    this.#network.cut(group);
  }

  #host(host: number): Host<S> {
    return this.hosts[host] as Host<S>;
  }
}
