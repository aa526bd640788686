import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import { NO_MEMO } from '#core/participant/evaluation.ts';
import { ORDINARY_TIMERS, PATIENT_TIMERS } from '#core/participant/timers.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import { Stream } from '#sim/kernel/streams.ts';
import { agreement, equalRoots } from '#sim/properties/agreement.ts';
import { certificateWeight } from '#sim/properties/certificates.ts';
import { type Presence, presence } from '#sim/properties/presence.ts';
import { finalEverywhere, progress } from '#sim/properties/progress.ts';
import { promiseKept } from '#sim/properties/promises.ts';
import { oneSignaturePerSlot } from '#sim/properties/signatures.ts';
import type { Observer, Scene } from '#sim/properties/types.ts';
import { supply, validity } from '#sim/properties/validity.ts';
import { NETWORK } from '#sim/world/path.ts';
import { World } from '#sim/world/world.ts';
import { type MontanaShape, montanaAdapter } from './adapter.ts';
import { makeFounders } from './founders.ts';
import { KINDS } from './identify.ts';
import { applyMemo } from './memo.ts';
import { modelJudge } from './model.ts';
import { Propagation } from './propagation.ts';
import type { PropertyResult, RunResult } from './result.ts';
import type { Scenario } from './scenario.ts';
import { hostNames } from './settings.ts';
import { genesisOf, hostSpecs, interventionsOf, strategiesOf, suiteOf } from './setup.ts';
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
  /** Seconds of the machine, to say how long the run took. */
  readonly clock?: () => number;
  /** Sees every notice of every host. */
  readonly watch?: (host: number, notice: Notice, at: number) => void;
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
  readonly #options: RunOptions;
  readonly #observers: readonly Observer[];
  readonly #head: ReturnType<typeof finalEverywhere>;
  readonly #presence: Presence;
  readonly #workload: Workload;
  readonly #metrics = { roundOne: 0, closed: 0, finals: 0, penalties: 0, stops: 0, evidence: 0 };
  readonly #roots: Id[] = [];
  readonly #spread: Propagation;
  #lastClosedAt = 0;

  constructor(scenario: Scenario, options: RunOptions) {
    this.scenario = scenario;
    this.#options = options;
    const seed = String(scenario.seed);
    const suite = suiteOf(scenario, seed);
    const founders = makeFounders(scenario.nodes, suite);
    const genesis = genesisOf(scenario, founders);
    const settled = genesisSettled(genesis, new MemoryBase());
    const hostByNode = new Map(founders.map((founder, host) => [founder.nodeId, host]));
    const hostOf = (nodeId: Id): number | undefined => hostByNode.get(nodeId);
    const names = hostNames(scenario.nodes);
    this.#workload = new Workload(
      scenario,
      suite,
      new Stream(`${seed}/workload`),
      founders.map(({ account }) => account),
    );
    const adversaries = new Set(scenario.adversary.map(({ host }) => host));
    const scene: Scene = {
      network: settled.network,
      names,
      isHonest: (host) => !adversaries.has(names[host] as string),
      isUp: (host) => this.world.hosts[host]?.up ?? false,
    };
    this.#head = finalEverywhere(scene);
    this.#presence = presence(scene, hostOf);
    this.#spread = new Propagation(hostOf);
    this.#observers = [
      agreement(scene),
      equalRoots(scene),
      validity(scene, modelJudge(settled.network, founders, suite.verify)),
      supply(scene),
      progress(scene, scenario.windows),
      this.#presence.observer,
      promiseKept(scene),
      oneSignaturePerSlot(scene, hostOf),
      certificateWeight(scene, settled),
      this.#head.observer,
    ];
    const hosts = hostSpecs(scenario, names);
    this.world = new World<MontanaShape>({
      seed,
      hosts: options.reverseHosts === true ? [...hosts].reverse() : hosts,
      adapter: montanaAdapter({
        genesis: settled,
        suite,
        memo: scenario.memo ? applyMemo() : NO_MEMO,
        timers: scenario.timers === 'patient' ? PATIENT_TIMERS : ORDINARY_TIMERS,
        identities: founders.map(({ nodeId, node }) => ({ nodeId, key: node })),
        wire: scenario.wire,
      }),
      network: {
        ...NETWORK,
        loss: scenario.network.loss,
        jitter: scenario.network.jitter,
        outgoing: scenario.network.links,
      },
      strategies: strategiesOf(scenario),
      interventions: interventionsOf(scenario),
      observe: (host, notice, at) => this.#observe(host, notice, at),
    });
  }

  /** Runs to the end and judges. */
  finish(): RunResult {
    const { windows } = this.scenario;
    const clock = this.#options.clock ?? (() => 0);
    const begun = clock();
    let now = 0;
    while (this.#head.window() < windows - 1) {
      now += SLICE;
      const ended = this.world.run(now);
      this.#report(undefined);
      if (ended === 'idle' || this.world.now - this.#lastClosedAt > STALL) break;
    }
    return this.#result(clock() - begun);
  }

  #observe(host: number, notice: Notice, at: number): void {
    for (const observer of this.#observers) observer.notice(host, notice, at);
    this.#spread.notice(host, notice, at);
    this.#options.watch?.(host, notice, at);
    if (notice.type === 'final') this.#final(notice.record, notice.round, at);
    else if (notice.type === 'entered') this.world.reached(notice.window);
    else if (notice.type === 'penalty') this.#metrics.penalties++;
    else if (notice.type === 'evidence') this.#metrics.evidence++;
    else if (notice.type === 'stop') this.#metrics.stops++;
  }

  /** The first time a window is final anywhere: users act, progress is told. */
  #final(record: FinalRecord, round: number, at: number): void {
    this.#metrics.finals++;
    const { window } = record.settled;
    if (this.#roots[window] !== undefined) return;
    this.#roots[window] = record.settled.state.stateRoot();
    this.#metrics.closed++;
    if (round <= 1) this.#metrics.roundOne++;
    this.#lastClosedAt = at;
    const names = hostNames(this.scenario.nodes);
    const submissions = this.#workload.next(record);
    this.world.intervene(
      submissions.map(({ host, operation }) => ({
        at,
        type: 'submit',
        host: names[host] as string,
        submission: operation,
      })),
    );
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

  #result(seconds: number): RunResult {
    const { scenario, world } = this;
    const { counts } = world;
    const finalWindow = this.#head.window();
    const expected = new Map(scenario.expect.map(({ property, is }) => [property, is]));
    const properties = this.#observers.flatMap((observer): PropertyResult[] => {
      const name = observer.name as PropertyResult['name'];
      const due = expected.get(name);
      if (due === undefined) return [];
      const { observed, detail } = observer.judge();
      const met = due === 'measured' || observed === due;
      return [{ name, expected: due, observed, met, detail }];
    });
    const closed = Math.max(1, this.#metrics.closed);
    const bytes = counts.bytes.reduce((sum, kind) => sum + kind, 0);
    const metrics: Record<string, number> = {
      virtualSeconds: Math.round(world.now / 1e6),
      secondsPerWindow: Math.round(world.now / closed / 1e4) / 100,
      roundOneShare: Math.round((this.#metrics.roundOne * 1000) / closed) / 1000,
      operationsSubmitted: this.#workload.submitted,
      operationsSettled: this.#workload.settled,
      deliveriesPerWindow: Math.round(counts.deliveries / closed),
      megabytesPerNodeAndWindow: Math.round(bytes / closed / scenario.nodes / 1e4) / 100,
      bundlesWithinOneSecond: this.#spread.share(1_000_000),
      bundleSpreadMedianMs: this.#spread.quantile(0.5),
      bundleSpread99Ms: this.#spread.quantile(0.99),
      evidence: this.#metrics.evidence,
      penalties: this.#metrics.penalties,
      stops: this.#metrics.stops,
      overflow: counts.overflow,
    };
    KINDS.forEach((kind, i) => {
      if ((counts.sent[i] ?? 0) > 0) metrics[`sent.${kind}`] = counts.sent[i] as number;
    });
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
      metrics,
      reproduce: '',
    };
  }

  /** Inclusion of every host in permille, windows `from` … `to` − 1. */
  presenceOver(from: number, to: number): readonly number[] {
    return this.#presence.over(from, to);
  }

  /** State roots of the windows closed so far. */
  get roots(): readonly Id[] {
    return this.#roots;
  }
}
