import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import { agreement, equalRoots } from '#sim/properties/agreement.ts';
import { certificateWeight } from '#sim/properties/certificates.ts';
import { type Presence, presence } from '#sim/properties/presence.ts';
import { finalEverywhere, progress } from '#sim/properties/progress.ts';
import { promiseKept } from '#sim/properties/promises.ts';
import { oneSignaturePerSlot } from '#sim/properties/signatures.ts';
import type { Observer, Scene, Witness } from '#sim/properties/types.ts';
import { supply, validity } from '#sim/properties/validity.ts';
import type { Counts } from '#sim/world/types.ts';
import type { Watch } from '#sim/world/world.ts';
import type { Beginning } from './beginning.ts';
import { askedMeasures } from './measures/asked.ts';
import type { Measure, Metrics } from './measures/measure.ts';
import { Measures, presenceMetrics, type Worker } from './measures.ts';
import type { SharedMemo } from './memo.ts';
import { modelJudge } from './model.ts';
import type { Planted } from './options.ts';
import type { PropertyResult } from './result.ts';
import type { Scenario } from './scenario.ts';

/** Everybody who watches a run: observers judge its properties, measures take its numbers. None of them touches it. */
export class Onlookers {
  readonly #scenario: Scenario;
  readonly #scene: Scene;
  readonly #observers: readonly Observer[];
  readonly #head: ReturnType<typeof finalEverywhere>;
  readonly #presence: Presence;
  readonly #measures: Measures;
  readonly #asked: readonly Measure[];

  constructor(beginning: Beginning, scene: Scene, memo: SharedMemo, model: Planted['model']) {
    const { scenario, suite, members, joining, settled, chainLength, hostOf } = beginning;
    this.#scenario = scenario;
    this.#scene = scene;
    this.#head = finalEverywhere(scene);
    this.#presence = presence(scene, hostOf, (host) => joining[host] === undefined);
    this.#measures = new Measures(hostOf);
    this.#asked = askedMeasures(scenario, members, settled);
    const judges = modelJudge(model?.(settled.network) ?? settled.network, members, chainLength, suite.verify);
    const judged = new Set(scenario.expect.flatMap((due) => ('property' in due ? [due.property as string] : [])));
    const observers = [
      agreement(scene),
      equalRoots(scene),
      validity(scene, judges, scenario.memo ? memo : undefined),
      supply(scene),
      progress(scene, scenario.windows),
      this.#presence.observer,
      promiseKept(scene),
      oneSignaturePerSlot(scene, hostOf),
      certificateWeight(scene, settled),
    ];
    // Presence and the head have readers of their own; anything else that nobody expects something of is not watched.
    const isWatched = (observer: Observer): boolean =>
      judged.has(observer.name) || observer === this.#presence.observer;
    this.#observers = [...observers.filter(isWatched), this.#head.observer];
  }

  /** Observers see all hosts and choose; measures see the honest ones. */
  notice(host: number, notice: Notice, at: number): void {
    for (const observer of this.#observers) observer.notice(host, notice, at);
    if (!this.#scene.isHonest(host)) return;
    this.#measures.notice(host, notice, at);
    for (const measure of this.#asked) measure.notice(host, notice, at);
  }

  /** Who wants to be told all that happens; undefined: nobody, which costs nothing. */
  happened(other: Watch | undefined): Watch | undefined {
    const told = [...this.#asked.map(({ happened }) => happened), other].filter((watch) => watch !== undefined);
    if (told.length < 2) return told[0];
    return (...happening) => {
      for (const watch of told) watch(...happening);
    };
  }

  /** A window is final for the first time at an honest host. */
  closed(round: number): void {
    this.#measures.closed(round);
  }

  /** A user of `host` hands over a payment at the time `at`, if the host is up then. */
  planned(host: number, operation: Id, at: number): void {
    for (const measure of this.#asked) measure.planned?.(host, operation, at);
  }

  /** The highest window final at every honest node that is up. */
  finalWindow(): number {
    return this.#head.window();
  }

  /** Inclusion of every host in permille, windows `from` … `to` − 1. */
  presenceOver(from: number, to: number): readonly number[] {
    return this.#presence.over(from, to);
  }

  /** The properties that the scenario expects something of, judged by what has happened so far. */
  properties(): readonly PropertyResult[] {
    const expected = new Map(
      this.#scenario.expect.flatMap((due) => ('property' in due ? [[due.property, due.is]] : [])),
    );
    return this.#observers.flatMap((observer): PropertyResult[] => {
      const name = observer.name as PropertyResult['name'];
      const due = expected.get(name);
      if (due === undefined) return [];
      const { observed, detail } = observer.judge();
      const met = due === 'measured' || observed === due;
      return [{ name, expected: due, observed, met, detail }];
    });
  }

  /** What the violated ones of these are about. */
  witnesses(): ReadonlyMap<PropertyResult['name'], Witness> {
    const names = new Set(this.#scenario.expect.flatMap((due) => ('property' in due ? [due.property] : [])));
    const found = new Map<PropertyResult['name'], Witness>();
    for (const observer of this.#observers) {
      const property = observer.name as PropertyResult['name'];
      const witness = names.has(property) ? observer.judge().witness : undefined;
      if (witness !== undefined) found.set(property, witness);
    }
    return found;
  }

  /** `now`: virtual microseconds; `closed`: how many windows have been final anywhere. */
  metrics(hosts: readonly Worker[], counts: Counts, now: number, closed: number): Metrics {
    const over = (from: number): readonly number[] => this.presenceOver(from, closed);
    return {
      ...this.#measures.metrics(hosts, counts, now),
      ...Object.assign({}, ...this.#asked.map((measure) => measure.metrics(now))),
      ...presenceMetrics(this.#scenario, this.#scene.names, hosts, over),
    };
  }
}
