import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import type { HostRecorder } from '#core/journal/recorder.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import type { Settled } from '#core/transition/settled.ts';
import { Stream } from '#sim/kernel/streams.ts';
import type { Scene, Witness } from '#sim/properties/types.ts';
import { hostRecorders } from '#sim/trace/host-journal.ts';
import type { World } from '#sim/world/world.ts';
import type { MontanaShape } from './adapter.ts';
import { beginningOf, worldOf } from './beginning.ts';
import { drawnHosts, SharedMemo } from './memo.ts';
import { Onlookers } from './onlookers.ts';
import type { RunOptions, RunProgress } from './options.ts';
import { limitsOf, type PropertyResult, type RunResult } from './result.ts';
import type { Scenario } from './scenario.ts';
import { leaderCrashes } from './setup.ts';
import { Workload } from './workload.ts';

export type { Planted, RunOptions, RunProgress } from './options.ts';

/** Virtual time without a new final window after which a run is given up: nothing will close any more. */
const STALL = 30 * 60 * 1_000_000;

/** Virtual time between two looks at whether the run is over. */
const SLICE = 1_000_000;

/** Runs a scenario to its end and judges it. One call, one history: everything comes from the scenario and its seed. */
export const runScenario = (scenario: Scenario, options: RunOptions = {}): RunResult =>
  new Run(scenario, options).finish();

/**
 * A run in progress: its world, its users and who watches it. What it does on its own account follows honest hosts alone: a window is
 * entered or final when the first of them says so. Users do not know who is honest, so that they hand operations to any host.
 */
export class Run {
  readonly scenario: Scenario;
  readonly world: World<MontanaShape>;
  /** The host of a node. */
  readonly hostOf: (nodeId: Id) => number | undefined;
  /** The run as observers see it, and the state before window 0. */
  readonly scene: Scene;
  readonly genesis: Settled;
  readonly #options: RunOptions;
  readonly #onlookers: Onlookers;
  readonly #workload: Workload;
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
    const beginning = beginningOf(scenario, options.network);
    const { seed, suite, members, joining, names, settled, hostOf, isHonest } = beginning;
    this.#settled = settled;
    this.genesis = settled;
    this.hostOf = hostOf;
    const isUp = (host: number): boolean => this.world.hosts[host]?.up ?? false;
    this.scene = { network: settled.network, names, isHonest, isUp };
    const accounts = members.filter((_, host) => joining[host] === undefined).map(({ account }) => account);
    this.#workload = new Workload(scenario, suite, new Stream(`${seed}/workload`), accounts, isUp);
    const { planted = {}, journals } = options;
    const honest = names.map((_, host) => host).filter(isHonest);
    const drawn = planted.drawn ?? drawnHosts(new Stream(`${seed}/memo`), honest);
    const memo = new SharedMemo({ names, drawn, remembered: planted.remembered });
    this.#onlookers = new Onlookers(beginning, this.scene, memo, planted.model);
    this.#recorders = hostRecorders({ ...beginning, journals });
    this.world = worldOf(beginning, {
      ...options,
      happenings: this.#onlookers.happened(options.happenings),
      memo,
      recorders: this.#recorders,
      observe: (host, notice, at) => this.#observe(host, notice, at),
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
    return !isStalled && this.#onlookers.finalWindow() < this.scenario.windows;
  }

  /** Completes the journals of hosts. Nothing may happen afterwards. */
  endJournals(): void {
    for (const recorder of this.#recorders.values()) recorder.end();
  }

  #observe(host: number, notice: Notice, at: number): void {
    this.#onlookers.notice(host, notice, at);
    this.#options.watch?.(host, notice, at);
    if (notice.type !== 'final' && notice.type !== 'entered') return;
    if (!this.scene.isHonest(host)) return;
    if (notice.type === 'final') this.#final(notice.record, notice.round, at);
    else this.#enter(notice.window);
  }

  /** The first honest host enters a window: faults wait for it, and who leads it is known. */
  #enter(window: number): void {
    this.world.reached(window);
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
    this.#onlookers.closed(round);
    if (window <= this.scenario.windows) this.#lastClosedAt = at;
    const submissions = this.#workload.next(record);
    this.world.intervene(
      submissions.map(({ host, operation, delay }) => ({
        at: at + delay,
        type: 'submit',
        host: this.scene.names[host] as string,
        submission: { operation, notBefore: 0 },
      })),
    );
    for (const { host, operation, delay, isPayment } of submissions) {
      if (isPayment) this.#onlookers.planned(host, operation.id, at + delay);
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
    const finalWindow = this.#onlookers.finalWindow();
    const closed = Math.min(this.#roots.length, scenario.windows + 1);
    const metrics = {
      ...this.#onlookers.metrics(world.hosts, counts, world.now, closed),
      operationsSubmitted: this.#workload.submitted,
      operationsSettled: this.#workload.settled,
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
      properties: [...this.#onlookers.properties()],
      limits: [...limitsOf(scenario, metrics)],
      metrics,
      reproduce: '',
    };
  }

  /** What the violated properties of the scenario are about. */
  witnesses(): ReadonlyMap<PropertyResult['name'], Witness> {
    return this.#onlookers.witnesses();
  }

  /** Inclusion of every host in permille, windows `from` … `to` − 1. */
  presenceOver(from: number, to: number): readonly number[] {
    return this.#onlookers.presenceOver(from, to);
  }

  /** State roots of the windows closed so far. */
  get roots(): readonly Id[] {
    return this.#roots;
  }
}
