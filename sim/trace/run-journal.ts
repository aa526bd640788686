import { z } from 'zod';
import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import { JournalWriter, KIND_RUN } from '#core/journal/container.ts';
import { propertySchema, type RunResult } from '#sim/run/result.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { parseScenario, ScenarioError } from '#sim/run/settings.ts';
import { blocksIn, JournalError } from './blocks.ts';

/**
 * The journal of a run: what it takes to repeat it, and what a repetition must show. A block of the container holds lines of
 * JSON: the first block the head, then one block per window when it is final for the first time anywhere, the last one the end.
 */
const hash = z.hash('sha256');
const count = z.int().min(0);

const headSchema = z.strictObject({
  type: z.literal('run'),
  /** Defaults filled in; its seed, faults and adversaries are all that is done to the run. */
  scenario: z.unknown(),
  /** Of the code that made the run. */
  source: hash,
});

const windowSchema = z.strictObject({
  type: z.literal('window'),
  window: count,
  /** Virtual microseconds. */
  at: count,
  round: count,
  /** State root after the window. */
  root: hash,
  /** How many things had happened, and the trace digest over them. */
  happenings: count,
  digest: hash,
  /** The digest's blocks that were sealed since the window before. */
  blocks: z.array(hash),
});

const endSchema = z.strictObject({
  type: z.literal('end'),
  at: count,
  happenings: count,
  digest: hash,
  blocks: z.array(hash),
  finalWindow: z.int().min(-1),
  properties: z.array(propertySchema.pick({ name: true, observed: true })),
});

const lineSchema = z.discriminatedUnion('type', [headSchema, windowSchema, endSchema]);

export type WindowLine = z.infer<typeof windowSchema>;
export type EndLine = z.infer<typeof endSchema>;

/** A run journal as read. Without `end`: the run was interrupted after its last line. */
export interface RunJournal {
  readonly scenario: Scenario;
  readonly source: Id;
  readonly windows: readonly WindowLine[];
  readonly end: EndLine | undefined;
  /** All of the digest's blocks, in order. */
  readonly blocks: readonly Id[];
}

/** What the lines need of a world. */
interface Traced {
  readonly now: number;
  readonly happenings: number;
  readonly blocks: readonly Id[];
  digest(): Id;
}

/** Makes the lines of a run while it goes. Reading the digest does not change it. */
export class RunLines {
  #next = 0;
  #told = 0;

  /** The line of a window that is final for the first time. */
  window(world: Traced, notice: Notice, at: number): WindowLine | undefined {
    if (notice.type !== 'final' || notice.record.settled.window !== this.#next) return undefined;
    const { window, state } = notice.record.settled;
    this.#next++;
    const root = state.stateRoot();
    return { type: 'window', window, at, round: notice.round, root, ...this.#trace(world) };
  }

  end(world: Traced, { finalWindow, properties }: RunResult): EndLine {
    const verdicts = properties.map(({ name, observed }) => ({ name, observed }));
    return { type: 'end', at: world.now, ...this.#trace(world), finalWindow, properties: verdicts };
  }

  #trace(world: Traced): Pick<WindowLine, 'happenings' | 'digest' | 'blocks'> {
    const blocks = world.blocks.slice(this.#told);
    this.#told = world.blocks.length;
    return { happenings: world.happenings, digest: world.digest(), blocks };
  }
}

/** Writes the journal of a run. `sink` is given whole blocks: what it has taken when a process dies is a readable journal. */
export class RunRecorder {
  readonly #lines = new RunLines();
  readonly #writer: JournalWriter;

  constructor(scenario: Scenario, source: Id, sink: (bytes: Uint8Array) => void) {
    this.#writer = new JournalWriter(KIND_RUN, sink);
    this.#write({ type: 'run', scenario, source });
  }

  /** Sees every notice of every host. */
  notice(world: Traced, notice: Notice, at: number): void {
    const line = this.#lines.window(world, notice, at);
    if (line !== undefined) this.#write(line);
  }

  end(world: Traced, result: RunResult): void {
    this.#write(this.#lines.end(world, result));
    this.#writer.end();
  }

  #write(line: z.infer<typeof lineSchema>): void {
    this.#writer.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
    this.#writer.flush();
  }
}

/** The journal in the pieces of a file. Throws `JournalError`, which names the block and the byte at fault. */
export const readRunJournal = (pieces: Iterable<Uint8Array>): RunJournal => {
  const windows: WindowLine[] = [];
  let head: Pick<RunJournal, 'scenario' | 'source'> | undefined;
  let end: EndLine | undefined;
  for (const { number, offset, payload } of blocksIn(pieces, KIND_RUN)) {
    const wrong = (what: string): JournalError => new JournalError(`block ${number} at byte ${offset}: ${what}`);
    for (const line of linesIn(payload, wrong)) {
      if (line.type === 'run') {
        if (head !== undefined) throw wrong('a second head');
        head = { scenario: scenarioIn(line.scenario, wrong), source: line.source };
      } else if (head === undefined || end !== undefined) throw wrong('a line out of order');
      else if (line.type === 'end') end = line;
      else if (line.window === windows.length) windows.push(line);
      else throw wrong(`window ${line.window} in the place of window ${windows.length}`);
    }
  }
  if (head === undefined) throw new JournalError('it has no head: the run was ended before it began');
  const sealed = [...windows, ...(end === undefined ? [] : [end])].flatMap((line) => line.blocks);
  return { ...head, windows, end, blocks: sealed };
};

type Line = z.infer<typeof lineSchema>;
type Wrong = (what: string) => JournalError;

const linesIn = (payload: Uint8Array, wrong: Wrong): readonly Line[] => {
  const texts = new TextDecoder().decode(payload).split('\n');
  if (texts.pop() !== '') throw wrong('a line does not end');
  return texts.map((text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw wrong('a line is no JSON');
    }
    const parsed = lineSchema.safeParse(value);
    const issue = parsed.error?.issues[0];
    if (parsed.success) return parsed.data;
    throw wrong(`${issue?.path.map(String).join('.') || 'line'}: ${issue?.message ?? 'not understood'}`);
  });
};

const scenarioIn = (input: unknown, wrong: Wrong): Scenario => {
  try {
    return parseScenario(input, 'scenario');
  } catch (error) {
    throw error instanceof ScenarioError ? wrong(error.message) : error;
  }
};
