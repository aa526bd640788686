import type { Id } from '#core/bytes/bytes.ts';
import type { Network } from '#core/genesis/network.ts';
import type { Notice } from '#core/host/host.ts';
import type { HostRecorder } from '#core/journal/recorder.ts';
import { type Applied, NO_MEMO } from '#core/participant/evaluation.ts';
import { ORDINARY_TIMERS, PATIENT_TIMERS } from '#core/participant/timers.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import type { Settled } from '#core/transition/settled.ts';
import { Stream } from '#sim/kernel/streams.ts';
import { agreement, equalRoots } from '#sim/properties/agreement.ts';
import { certificateWeight } from '#sim/properties/certificates.ts';
import { type Presence, presence } from '#sim/properties/presence.ts';
import { finalEverywhere, progress } from '#sim/properties/progress.ts';
import { promiseKept } from '#sim/properties/promises.ts';
import { oneSignaturePerSlot } from '#sim/properties/signatures.ts';
import type { Observer, Scene, Witness } from '#sim/properties/types.ts';
import { supply, validity } from '#sim/properties/validity.ts';
import { hostRecorders } from '#sim/trace/host-journal.ts';
import { NETWORK } from '#sim/world/path.ts';
import { type Watch, World } from '#sim/world/world.ts';
import { type MontanaShape, montanaAdapter } from './adapter.ts';
import { makeFounders } from './founders.ts';
import { askedMeasures } from './measures/asked.ts';
import type { Measure } from './measures/measure.ts';
import { Measures, presenceMetrics } from './measures.ts';
import { drawnHosts, SharedMemo } from './memo.ts';
import { modelJudge } from './model.ts';
import { limitsOf, type PropertyResult, type RunResult } from './result.ts';
import type { Scenario } from './scenario.ts';
import { hostNames } from './settings.ts';
import { genesisOf, hostSpecs, interventionsOf, leaderCrashes, suiteOf } from './setup.ts';
import { chainLengthOf, withPast } from './start.ts';
import { strategiesOf } from './strategies.ts';
import { Workload } from './workload.ts';

/** Virtual time without a new final window after which a run is given up: nothing will close any more. */
const STALL = 30 * 60 * 1_000_000;

/** Virtual time between two looks at whether the run is over. */
const SLICE = 1_000_000;

export interface RunOptions {
  /** Called now and then with what is going on; never affects the run. */
  readonly progress?: (view: RunProgress) => void;
  /** Makes hosts in the opposite order in memory: the digest must not notice. */
  readonly reverseHosts?: boolean;
  /** Sees every notice of every host. */
  readonly watch?: (host: number, notice: Notice, at: number) => void;
  /** Told everything the digest covers. */
  readonly happenings?: Watch;
  /** By name of the host: takes the bytes of its journal. */
  readonly journals?: ReadonlyMap<string, (bytes: Uint8Array) => void>;
  /** Defects put in on purpose: the observers must find them. */
  readonly planted?: Planted;
}

export interface Planted {
  /** The host that applies a window without the memo, instead of a drawn one. */
  readonly drawn?: (window: number) => number;
  /** What the memo remembers, instead of a host's result. */
  readonly remembered?: (window: number, applied: Applied) => Applied;
  /** The network that the naive model is told of, instead of the one that runs. */
  readonly model?: (network: Network) => Network;
}

export interface RunProgress {
  /** Lowest window that is not final anywhere. */
  readonly window: number;
  readonly windows: number;
  /** Virtual microseconds. */
  readonly now: number;
  readonly deliveries: number;
  /** The latest first-time final window, if this call reports one. */
  readonly closed?: {
    readonly window: number;
    readonly round: number;
    readonly operations: number;
    readonly bundles: number;
  };
}

/** Runs a scenario to its end and judges it. One call, one history: everything comes from the scenario and its seed. */
export const runScenario = (scenario: Scenario, options: RunOptions = {}): RunResult =>
  new Run(scenario, options).finish();

/** A run in progress: its world, its users and its observers. */
export class Run {
  readonly scenario: Scenario;
  readonly world: World<MontanaShape>;
  /** The host of a node. */
  readonly hostOf: (nodeId: Id) => number | undefined;
  /** The run as observers see it, and the state before window 0. */
  readonly scene: Scene;
  readonly genesis: Settled;
  readonly #options: RunOptions;
  readonly #observers: readonly Observer[];
  readonly #head: ReturnType<typeof finalEverywhere>;
  readonly #presence: Presence;
  readonly #workload: Workload;
  readonly #measures: Measures;
  readonly #asked: readonly Measure[];
  readonly #recorders: ReadonlyMap<number, HostRecorder>;
  readonly #roots: Id[] = [];
  /** The latest state that an honest host has reached, and the highest window that one has entered. */
  #settled: Settled;
  #entered = -1;
  #lastClosedAt = 0;
  #until = 0;

  constructor(scenario: Scenario, options: RunOptions) {
    this.scenario = scenario;
    this.#options = options;
    const seed = String(scenario.seed);
    const suite = suiteOf(scenario, seed);
    const founders = makeFounders(scenario.nodes, suite);
    const genesis = genesisOf(scenario, founders);
    const chainLength = chainLengthOf(scenario, founders);
    const settled = withPast(genesisSettled(genesis, new MemoryBase()), chainLength);
    this.#settled = settled;
    this.genesis = settled;
    const hostByNode = new Map(founders.map((founder, host) => [founder.nodeId, host]));
    const hostOf = (nodeId: Id): number | undefined => hostByNode.get(nodeId);
    this.hostOf = hostOf;
    const names = hostNames(scenario.nodes);
    this.#workload = new Workload(
      scenario,
      suite,
      new Stream(`${seed}/workload`),
      founders.map(({ account }) => account),
      (host) => this.#isUp(host),
    );
    const strategies = strategiesOf(scenario, founders);
    const isHonest = (host: number): boolean => !strategies.has(names[host] as string);
    const { planted = {} } = options;
    const memo = new SharedMemo({
      names,
      drawn: planted.drawn ?? drawnHosts(new Stream(`${seed}/memo`), names.map((_, host) => host).filter(isHonest)),
      remembered: planted.remembered,
    });
    const scene: Scene = {
      network: settled.network,
      names,
      isHonest,
      isUp: (host) => this.#isUp(host),
    };
    this.scene = scene;
    this.#head = finalEverywhere(scene);
    this.#presence = presence(scene, hostOf);
    this.#measures = new Measures(hostOf);
    this.#asked = askedMeasures(scenario, founders, settled);
    const told = planted.model?.(settled.network) ?? settled.network;
    this.#observers = [
      agreement(scene),
      equalRoots(scene),
      validity(scene, modelJudge(told, founders, chainLength, suite.verify), scenario.memo ? memo : undefined),
      supply(scene),
      progress(scene, scenario.windows),
      this.#presence.observer,
      promiseKept(scene),
      oneSignaturePerSlot(scene, hostOf),
      certificateWeight(scene, settled),
      this.#head.observer,
    ];
    this.#recorders = hostRecorders({ scenario, genesis, settled, founders, names, journals: options.journals });
    const hosts = hostSpecs(scenario, names);
    this.world = new World<MontanaShape>({
      seed,
      hosts: options.reverseHosts === true ? [...hosts].reverse() : hosts,
      adapter: montanaAdapter({
        genesis: settled,
        suite,
        memo: (host) => (scenario.memo && isHonest(host) ? memo.of(host) : NO_MEMO),
        timers: scenario.timers === 'patient' ? PATIENT_TIMERS : ORDINARY_TIMERS,
        adoption: scenario.adoption,
        identities: founders.map(({ nodeId, node }) => ({ nodeId, key: node })),
        wire: scenario.wire,
        recorders: this.#recorders,
      }),
      network: {
        ...NETWORK,
        loss: scenario.network.loss,
        jitter: scenario.network.jitter,
        outgoing: scenario.network.links,
      },
      strategies,
      interventions: interventionsOf(scenario, names),
      observe: (host, notice, at) => this.#observe(host, notice, at),
      ...(options.happenings === undefined ? {} : { watch: options.happenings }),
    });
  }

  /** Runs to the end and judges. */
  finish(): RunResult {
    while (this.advance());
    return this.result(0);
  }

  /**
   * Runs to the next full second of virtual time, or for so many events on the way; false when the run is over: the last window is
   * final, or nothing closes any more. A run is over at full seconds only, so its history does not depend on the pieces it ran in.
   */
  advance(events = Number.POSITIVE_INFINITY): boolean {
    const until = this.#until + SLICE;
    for (let left = events; this.world.step(until); ) if (--left === 0) return true;
    this.#until = until;
    const ended = this.world.run(until);
    this.#report(undefined);
    const isStalled = ended === 'idle' || this.world.now - this.#lastClosedAt > STALL;
    return !isStalled && this.#head.window() < this.scenario.windows;
  }

  /** Completes the journals of hosts. Nothing may happen afterwards. */
  endJournals(): void {
    for (const recorder of this.#recorders.values()) recorder.end();
  }

  #observe(host: number, notice: Notice, at: number): void {
    for (const observer of this.#observers) observer.notice(host, notice, at);
    this.#measures.notice(host, notice, at);
    const isHonest = this.scene.isHonest(host);
    if (isHonest) for (const measure of this.#asked) measure.notice(host, notice, at);
    this.#options.watch?.(host, notice, at);
    if (notice.type === 'final') {
      if (isHonest) this.#final(notice.record, notice.round, at);
    } else if (notice.type === 'entered') {
      this.world.reached(notice.window);
      if (isHonest) this.#enter(notice.window);
    }
  }

  /** The first honest host enters a window: who leads it is known. */
  #enter(window: number): void {
    if (window <= this.#entered) return;
    this.#entered = window;
    const nameOf = (nodeId: Id): string => this.scene.names[this.hostOf(nodeId) as number] as string;
    this.world.intervene(leaderCrashes(this.scenario, this.#settled, nameOf));
  }

  /** The first time a window is final at an honest host: users act, progress is told. */
  #final(record: FinalRecord, round: number, at: number): void {
    const { window } = record.settled;
    if (this.#roots[window] !== undefined) return;
    this.#settled = record.settled;
    this.#roots[window] = record.settled.state.stateRoot();
    this.#measures.closed(round);
    if (window <= this.scenario.windows) this.#lastClosedAt = at;
    const names = hostNames(this.scenario.nodes);
    const submissions = this.#workload.next(record);
    this.world.intervene(
      submissions.map(({ host, operation, delay }) => ({
        at: at + delay,
        type: 'submit',
        host: names[host] as string,
        submission: operation,
      })),
    );
    for (const { host, operation, delay, isPayment } of submissions) {
      if (isPayment) for (const measure of this.#asked) measure.planned?.(host, operation.id, at + delay);
    }
    this.#report({ window, round, operations: record.entry.operations.length, bundles: record.entry.bundles.length });
  }

  #report(closed: RunProgress['closed']): void {
    this.#options.progress?.({
      window: this.#roots.length,
      windows: this.scenario.windows,
      now: this.world.now,
      deliveries: this.world.counts.deliveries,
      ...(closed === undefined ? {} : { closed }),
    });
  }

  /** The verdict on what has happened so far. `seconds`: how long the machine took for it. */
  result(seconds: number): RunResult {
    const { scenario, world } = this;
    const { counts } = world;
    const finalWindow = this.#head.window();
    const expected = new Map(scenario.expect.flatMap((due) => ('property' in due ? [[due.property, due.is]] : [])));
    const properties = this.#observers.flatMap((observer): PropertyResult[] => {
      const name = observer.name as PropertyResult['name'];
      const due = expected.get(name);
      if (due === undefined) return [];
      const { observed, detail } = observer.judge();
      const met = due === 'measured' || observed === due;
      return [{ name, expected: due, observed, met, detail }];
    });
    const closed = Math.min(this.#roots.length, scenario.windows + 1);
    const metrics = {
      ...this.#measures.metrics(world.hosts, counts, world.now),
      ...Object.assign({}, ...this.#asked.map((measure) => measure.metrics(world.now))),
      operationsSubmitted: this.#workload.submitted,
      operationsSettled: this.#workload.settled,
      ...presenceMetrics(scenario, hostNames(scenario.nodes), world.hosts, (from) => this.presenceOver(from, closed)),
    };
    return {
      schema: 1,
      scenario: scenario.title,
      seed: String(scenario.seed),
      rules: scenario.rules,
      nodes: scenario.nodes,
      windows: scenario.windows,
      events: counts.events,
      deliveries: counts.deliveries,
      firstReceipts: counts.deliveries - counts.duplicates,
      seconds,
      traceDigest: world.digest(),
      stateRoot: this.#roots[finalWindow] ?? '',
      finalWindow,
      properties,
      limits: [...limitsOf(scenario, metrics)],
      metrics,
      reproduce: '',
    };
  }

  /** What the violated properties of the scenario are about. */
  witnesses(): ReadonlyMap<PropertyResult['name'], Witness> {
    const names = new Set(this.scenario.expect.flatMap((due) => ('property' in due ? [due.property] : [])));
    const found = new Map<PropertyResult['name'], Witness>();
    for (const observer of this.#observers) {
      const property = observer.name as PropertyResult['name'];
      const witness = names.has(property) ? observer.judge().witness : undefined;
      if (witness !== undefined) found.set(property, witness);
    }
    return found;
  }

  /** Inclusion of every host in permille, windows `from` … `to` − 1. */
  presenceOver(from: number, to: number): readonly number[] {
    return this.#presence.over(from, to);
  }

  #isUp(host: number): boolean {
    return this.world.hosts[host]?.up ?? false;
  }

  /** State roots of the windows closed so far. */
  get roots(): readonly Id[] {
    return this.#roots;
  }
}
