import type { Notice } from '#core/host/host.ts';
import { Run, type RunOptions, type RunProgress } from '#sim/run/run.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { hostNames } from '#sim/run/settings.ts';
import { linkEnds } from '#sim/world/connection.ts';
import { HAPPENINGS, type Happening } from '#sim/world/types.ts';
import { nodeNames } from './words.ts';

/** One thing that happened. */
export interface Recorded {
  /** Its number in the run, from 0. */
  readonly number: number;
  readonly at: number;
  readonly what: Happening;
  readonly who: number;
  readonly content: number;
  readonly subject: unknown;
  /** The host where it happened (the sender of a `send`, else the receiver); undefined: at the whole network. */
  readonly host: number | undefined;
  /** The window open at that host. */
  readonly window: number;
}

const isOnLink = (what: Happening): boolean =>
  what === HAPPENINGS.send || what === HAPPENINGS.deliver || what === HAPPENINGS.handshake;

/** Where a happening takes place. Of a cut, first the whole network is told of, then each host that is in a group. */
const hostOf = (what: Happening, who: number, content: number): number | undefined => {
  if (what === HAPPENINGS.cut && content === 0) return undefined;
  if (!isOnLink(what)) return who;
  const { from, to } = linkEnds(who);
  return what === HAPPENINGS.send ? from : to;
};

/** A stretch of a run, with what it takes to put it in words. Columns, since a stretch has tens of thousands of happenings. */
export class Recording {
  readonly first: number;
  count = 0;
  /** Nothing followed: the run was over, with this digest. */
  end: string | undefined;
  readonly names: readonly string[];
  readonly nameOf: (nodeId: string) => string;
  /** The digest's blocks up to the end of the stretch. */
  blocks: readonly string[] = [];
  readonly #at: Float64Array;
  readonly #what: Uint8Array;
  readonly #who: Int32Array;
  readonly #content: Int32Array;
  readonly #window: Int32Array;
  readonly #subjects: unknown[] = [];

  constructor(first: number, size: number, names: readonly string[], nameOf: (nodeId: string) => string) {
    this.first = first;
    this.names = names;
    this.nameOf = nameOf;
    this.#at = new Float64Array(size);
    this.#what = new Uint8Array(size);
    this.#who = new Int32Array(size);
    this.#content = new Int32Array(size);
    this.#window = new Int32Array(size);
  }

  add(at: number, what: Happening, who: number, content: number, subject: unknown, window: number): void {
    const i = this.count++;
    this.#at[i] = at;
    this.#what[i] = what;
    this.#who[i] = who;
    this.#content[i] = content;
    this.#window[i] = window;
    this.#subjects.push(subject);
  }

  /** The happening at an index of the stretch; undefined outside of it. */
  get(i: number): Recorded | undefined {
    if (i < 0 || i >= this.count) return undefined;
    const what = this.#what[i] as Happening;
    const who = this.#who[i] as number;
    const content = this.#content[i] as number;
    return {
      number: this.first + i,
      at: this.#at[i] as number,
      what,
      who,
      content,
      subject: this.#subjects[i],
      host: hostOf(what, who, content),
      window: this.#window[i] as number,
    };
  }

  /** Whether two stretches have the same happening at an index: what the digest sees of it. */
  isEqual(other: Recording, i: number): boolean {
    return this.#at[i] === other.#at[i] && this.isAlike(i, other, i);
  }

  /** Equal but for the time. */
  isAlike(i: number, other: Recording, j: number): boolean {
    return this.#what[i] === other.#what[j] && this.#who[i] === other.#who[j] && this.#content[i] === other.#content[j];
  }
}

/** Runs a scenario again up to the happening `to` and keeps those from `from` on. */
export const recordRun = (
  scenario: Scenario,
  from: number,
  to: number,
  progress?: (view: RunProgress) => void,
): Recording => {
  const names = hostNames(scenario.nodes);
  const windows = new Int32Array(scenario.nodes);
  let number = 0;
  const happenings: RunOptions['happenings'] = (at, what, who, content, subject) => {
    if (what === HAPPENINGS.emit) {
      const notice = subject as Notice;
      if (notice.type === 'entered') windows[who] = notice.window;
    }
    const own = number++;
    if (own < from || own >= to) return;
    const host = hostOf(what, who, content);
    recording.add(
      at,
      what,
      who,
      content,
      subject,
      host === undefined ? Math.max(...windows) : (windows[host] as number),
    );
  };
  const run: Run = new Run(scenario, { happenings, ...(progress === undefined ? {} : { progress }) });
  const recording = new Recording(from, to - from, names, nodeNames(run, names));
  while (number < to && run.advance());
  if (number < to) recording.end = run.world.digest();
  recording.blocks = run.world.blocks;
  return recording;
};
