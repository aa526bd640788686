import type { RunResult } from '#sim/run/result.ts';
import { Run, type RunOptions } from '#sim/run/run.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { marksOf, type View } from './view.ts';
import { Watch } from './watch.ts';

/** Events between two looks at the machine's clock: about half a millisecond's worth. */
const PIECE = 256;

/** The observers are asked again after so many times what asking took, and at least so many milliseconds. */
const ASKING = { share: 30, least: 250 };

/** How a run is made; tests make other ones. */
export type Begin = (scenario: Scenario, options: RunOptions) => Run;

/** A run that a screen looks at: worked on in short pieces, paused, stepped window by window. */
export class Session {
  readonly scenario: Scenario;
  state: View['state'] = 'runs';
  /** Milliseconds of the machine that the run took. */
  took = 0;

  readonly #title: string;
  readonly #run: Run;
  readonly #watch: Watch;
  #stepTo = 0;
  #result: RunResult;
  #askAgain = 0;

  constructor(scenario: Scenario, options: { readonly title?: string; readonly begin?: Begin | undefined } = {}) {
    const { title = scenario.title, begin = (data, heard) => new Run(data, heard) } = options;
    this.scenario = scenario;
    this.#title = title;
    let watch: Watch | undefined;
    this.#run = begin(scenario, {
      watch: (host, notice, at) => watch?.notice(host, notice, at),
      happenings: (at, what, who, content) => watch?.happened(at, what, who, content),
    });
    const { scene, genesis, hostOf, world } = this.#run;
    watch = new Watch({ scene, genesis, hostOf, counts: world.counts });
    this.#watch = watch;
    this.#result = this.#run.result(0);
  }

  get isBusy(): boolean {
    return this.state === 'runs' || this.state === 'steps';
  }

  /** The verdict as far as it was last asked for; at the end of the run, the verdict. */
  get result(): RunResult {
    return this.#result;
  }

  pause(): void {
    if (this.state === 'paused') this.state = 'runs';
    else if (this.isBusy) this.state = 'paused';
  }

  /** Runs until one more window is final, then pauses. */
  step(): void {
    if (this.state === 'over') return;
    this.#stepTo = Math.max(this.state === 'steps' ? this.#stepTo : 0, this.#watch.open) + 1;
    this.state = 'steps';
  }

  /** Runs on for about so many milliseconds of the machine. What happens does not depend on when this is called. */
  work(milliseconds: number): void {
    if (!this.isBusy) return;
    const begun = performance.now();
    const until = begun + milliseconds;
    let now = begun;
    while (now < until && this.isBusy) {
      if (!this.#run.advance(PIECE)) this.state = 'over';
      else if (this.state === 'steps' && this.#watch.open >= this.#stepTo) this.state = 'paused';
      now = performance.now();
    }
    this.took += now - begun;
    if (!this.isBusy || now >= this.#askAgain) this.#ask();
  }

  view(): View {
    const { scene, world } = this.#run;
    const watch = this.#watch;
    return {
      title: this.#title,
      scenario: this.scenario,
      names: scene.names,
      state: this.state,
      now: world.now,
      closed: watch.closed,
      round: watch.round,
      marks: marksOf(watch, scene.isUp, scene.isHonest),
      weights: watch.weights(),
      up: world.hosts.reduce((up, host) => up + (host.up ? 1 : 0), 0),
      votes: scene.network.rules.finality === 'votes',
      traffic: watch.traffic(world.now),
      verdict: this.#result,
      events: watch.events,
    };
  }

  /** The observers judge what they have seen so far; that changes nothing in the run. */
  #ask(): void {
    const begun = performance.now();
    this.#result = this.#run.result(this.took / 1000);
    const now = performance.now();
    this.#askAgain = now + Math.max(ASKING.least, ASKING.share * (now - begun));
  }
}
