import type { RunResult } from '#sim/run/result.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { runFrame } from './frame.ts';
import { helpFrame, pickerFrame, verdictFrame } from './pages.ts';
import { type Begin, Session } from './session.ts';
import { type Look, paint, type Size } from './text.ts';

/** What may be changed of a scenario before it runs. */
export interface Choice {
  readonly variant?: string;
  readonly seed?: string;
}

/** The same scenario under other settings. */
export interface Variant {
  readonly name: string;
  /** What it sets, in words: `rules=published`. */
  readonly sets: string;
}

/** A scenario to pick. */
export interface Entry {
  readonly name: string;
  readonly title: string;
  readonly claim: string;
  readonly nodes: number;
  readonly windows: number;
  readonly seed: string;
  readonly rules: Scenario['rules'];
  readonly variants: readonly Variant[];
  /** The scenario as chosen, checked. */
  read(choice: Choice): Promise<Scenario>;
  /** The command that runs it again. */
  command(choice: Choice): string;
}

export interface ScreenOptions {
  readonly entries: readonly Entry[];
  readonly look: Look;
  readonly begin?: Begin;
}

/** What a key is called: a character as it is, or one of these. */
export type Key = 'up' | 'down' | 'enter' | 'escape' | 'interrupt' | (string & {});

/** Milliseconds of a run between two looks at the keys. */
const PIECE = 20;

/** What is shown, and what keys do to it. It knows no terminal: that one calls `key`, `work` and `draw`. */
export class Screen {
  /** Set when the screen is to be left: by `quit`, or by an interrupt. */
  left: 'quit' | 'interrupt' | undefined;
  /** The runs that came to their end, in order. */
  readonly finished: RunResult[] = [];

  readonly #options: ScreenOptions;
  #at = 0;
  #variant: string | undefined;
  #seed: string | undefined;
  #fault: string | undefined;
  #isPreparing = false;
  #session: Session | undefined;
  #result: RunResult | undefined;
  /** The nodes of a run that is over, instead of its verdict. */
  #showsNodes = false;
  #showsHelp = false;

  /** The cursor starts at the entry called `first`. */
  constructor(options: ScreenOptions, first = '') {
    this.#options = options;
    this.#at = Math.max(
      0,
      options.entries.findIndex(({ name }) => name === first),
    );
  }

  /** Whether there is something to do without a key. */
  get isBusy(): boolean {
    return this.left === undefined && (this.#isPreparing || (this.#session?.isBusy ?? false));
  }

  /** Whether the next `work` takes long without anything to show meanwhile. */
  get isPreparing(): boolean {
    return this.#isPreparing;
  }

  key(key: Key): void {
    if (key === 'interrupt') this.left = 'interrupt';
    else if (this.#isPreparing) return;
    else if (this.#showsHelp) this.#showsHelp = false;
    else if (key === '?') this.#showsHelp = true;
    else if (this.#session === undefined) this.#pick(key);
    else if (this.#result === undefined) this.#steer(this.#session, key);
    else this.#leaf(key);
  }

  /** Does a piece of what there is to do. Throws what the run throws. */
  async work(): Promise<void> {
    if (this.#isPreparing) await this.#prepare();
    else if (this.#session !== undefined) this.#run(this.#session);
  }

  /** Exactly `rows` strings, each of at most `columns` cells. */
  draw(size: Size): readonly string[] {
    return this.#frame(size).map((line) => paint(line, this.#options.look));
  }

  #frame(size: Size) {
    if (this.#showsHelp) return helpFrame(size);
    if (this.#session === undefined || this.#isPreparing) return pickerFrame(this.#picking(), size);
    const view = this.#session.view();
    if (this.#result === undefined || this.#showsNodes) return runFrame(view, size);
    return verdictFrame(view, this.#result, size);
  }

  #picking() {
    const { entries } = this.#options;
    const shown = { variant: this.#variant, seed: this.#seed, fault: this.#fault, isPreparing: this.#isPreparing };
    return { entries, at: this.#at, ...shown };
  }

  get #choice(): Choice {
    return {
      ...(this.#variant === undefined ? {} : { variant: this.#variant }),
      ...(this.#seed === undefined ? {} : { seed: this.#seed }),
    };
  }

  #pick(key: Key): void {
    const entry = this.#options.entries[this.#at];
    this.#fault = undefined;
    if (key === 'q' || key === 'escape') this.left = 'quit';
    else if (entry === undefined) return;
    else if (key === 'up' || key === 'k') this.#move(-1);
    else if (key === 'down' || key === 'j') this.#move(1);
    else if (key === 'v') this.#variant = next([undefined, ...entry.variants.map(({ name }) => name)], this.#variant);
    else if (key === '+' || key === '=') this.#reseed(entry, 1);
    else if (key === '-') this.#reseed(entry, -1);
    else if (key === 'enter') this.#isPreparing = true;
  }

  #move(by: number): void {
    const at = Math.min(this.#options.entries.length - 1, Math.max(0, this.#at + by));
    if (at === this.#at) return;
    this.#at = at;
    this.#variant = undefined;
    this.#seed = undefined;
  }

  /** The next number; a seed that is a text begins again at 1. */
  #reseed(entry: Entry, by: number): void {
    const seed = Number(this.#seed ?? entry.seed);
    this.#seed = String(Number.isInteger(seed) ? Math.max(0, seed + by) : 1);
  }

  #steer(session: Session, key: Key): void {
    if (key === ' ') session.pause();
    else if (key === 'n') session.step();
    else if (key === 'q' || key === 'escape') this.#back();
  }

  /** Keys of a run that is over. */
  #leaf(key: Key): void {
    if (key === 'n') this.#showsNodes = !this.#showsNodes;
    else if (key === 'enter' || key === 'q' || key === 'escape') this.#back();
  }

  #back(): void {
    this.#session = undefined;
    this.#result = undefined;
    this.#showsNodes = false;
  }

  async #prepare(): Promise<void> {
    const entry = this.#options.entries[this.#at] as Entry;
    try {
      const scenario = await entry.read(this.#choice);
      const title = this.#variant === undefined ? scenario.title : `${scenario.title}, ${this.#variant}`;
      const session = new Session(scenario, { title, begin: this.#options.begin });
      // The first frame shows hosts that have started.
      session.work(PIECE);
      this.#session = session;
    } catch (error) {
      // A setting that does not fit is the user's to change; anything else is a defect.
      if (!(error instanceof Error) || error.name !== 'UsageError') throw error;
      this.#fault = error.message;
    } finally {
      this.#isPreparing = false;
    }
  }

  #run(session: Session): void {
    session.work(PIECE);
    if (session.state !== 'over' || this.#result !== undefined) return;
    const entry = this.#options.entries[this.#at] as Entry;
    this.#result = { ...session.result, reproduce: entry.command(this.#choice) };
    this.finished.push(this.#result);
  }
}

/** The one after `value`, in a circle. */
const next = <T>(values: readonly T[], value: T): T => values[(values.indexOf(value) + 1) % values.length] as T;
