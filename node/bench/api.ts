import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DEVNET } from '#core/genesis/profiles.ts';
import { readNode } from '#node/cli/node-start.ts';
import { readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { ApiLoad, type LoadAnswered } from '#node/devnet/api-load.ts';
import { type Founder, makeDevnet } from '#node/devnet/make.ts';
import { startNode } from '#node/shell/node.ts';
import { liveParts } from '#node/shell/parts.ts';
import type { Protocol } from '#node/shell/protocol.ts';
import { type Series, spread } from './harness.ts';
import type { Section, Settings } from './section.ts';

/** Requests a second. */
const RATE = 2_000;
/** D0: a window of about a second, so that a measurement has many. */
const D0 = 8_388_608n;
/** Milliseconds between two questions to the protocol's thread, and between two looks at how late a timer of the main one is. */
const EVERY = 10;

/** What one window was like. Milliseconds but for the first. */
interface Measured {
  readonly seconds: number;
  /** From its T to its end, by what was hashed beyond D: what a slower hasher cannot change. */
  readonly behind: number;
  /** M/s. */
  readonly hashed: number;
  /** Answers of the protocol's thread. */
  readonly protocol: number;
  readonly protocolLate: number;
  /** How late timers of the main thread were. */
  readonly mainLate: number;
  /** CPU time of the main thread, of a second. */
  readonly main: number;
}

const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(0.99 * (values.length - 1))] as number;

/** Windows of a node in this process, one after another. */
class Windows {
  protocol!: Protocol;
  #finals = 0;
  #settle: () => void = () => {};

  final(): void {
    this.#finals++;
    this.#settle();
  }

  /** Resolves when the next window is final. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** A window that begins now. */
  async measure(): Promise<Measured> {
    const begun = await this.#look();
    const [answers, late]: [number[], number[]] = [[], []];
    for (const until = this.#finals + 1; this.#finals < until; ) {
      const asked = performance.now();
      await this.protocol.pace();
      const answered = performance.now();
      answers.push(answered - asked);
      await Promise.race([wait(EVERY), this.next()]);
      late.push(Math.max(0, performance.now() - answered - EVERY));
    }
    const ended = await this.#look();
    const seconds = (ended.at - begun.at) / 1_000;
    const iterations = ended.iterations - begun.iterations;
    return {
      seconds,
      behind: (1_000 * seconds * (iterations - begun.difficulty)) / iterations,
      hashed: iterations / seconds / 1e6,
      protocol: spread(answers).median,
      protocolLate: p99(answers),
      mainLate: p99(late),
      main: (ended.main - begun.main) / 1_000 / seconds,
    };
  }

  async #look() {
    const at = performance.now();
    const { user, system } = process.threadCpuUsage();
    return { at, main: user + system, ...(await this.protocol.pace()) };
  }
}

const NAMED: readonly (readonly [keyof Measured, string, string])[] = [
  ['seconds', 'window', 's'],
  ['hashed', 'hashed', 'M/s'],
  ['behind', 'from T to final', 'ms'],
  ['protocol', "answer of the protocol's thread, p50", 'ms'],
  ['protocolLate', "answer of the protocol's thread, p99", 'ms'],
  ['mainLate', 'delay of the main thread, p99', 'ms'],
  ['main', 'CPU of the main thread, of a second', 'ms'],
];

const seriesOf = (rounds: readonly Readonly<Record<'before' | 'during' | 'after', Measured>>[]): readonly Series[] =>
  NAMED.flatMap(([key, name, unit]) =>
    (['before', 'during', 'after'] as const).map((phase) => ({
      name: `${name}, ${phase}`,
      unit,
      values: rounds.map((round) => round[phase][key]),
      ...(phase === 'before' ? {} : { peer: `${name}, before` }),
    })),
  );

const answersOf = (loads: readonly LoadAnswered[]): readonly Series[] => {
  const total = ({ codes }: LoadAnswered): number => Object.values(codes).reduce((sum, count) => sum + count, 0);
  const of = (name: string, unit: string, value: (load: LoadAnswered) => number): Series => ({
    ...{ name, unit },
    values: loads.map(value),
  });
  return [
    of('requests answered', '/s', (load) => total(load) / load.seconds),
    of('answered 200', '%', (load) => (100 * (load.codes[200] ?? 0)) / total(load)),
    of('answers of the API, p50', 'ms', ({ times }) => spread(times).median),
    of('answers of the API, p99', 'ms', ({ times }) => p99(times)),
  ];
};

/** All that an owner's tools and a supervisor ask for. */
const pathsOf = ({ folder }: Founder): readonly string[] => {
  const identity = readIdentity(folder.identity);
  const { accountId } = identity;
  wipeIdentity(identity);
  const account = `/accounts/${accountId}`;
  return [
    ...['/status', account, `${account}/operations`, `${account}/proof`],
    ...['/metrics', `/operations/${accountId}`, '/peers', '/ready'],
  ];
};

const measured = async (dir: string, rounds: number, tell: Settings['tell']): Promise<readonly Series[]> => {
  const config = { logLevel: 'silent', api: '127.0.0.1:0' };
  const { founders } = await makeDevnet({ nodes: 1, dir, params: { ...DEVNET, d0: D0 }, config });
  const [founder] = founders as [Founder];
  const windows = new Windows();
  const node = await startNode(readNode(founder.folder.path), {
    ...liveParts,
    protocol: async (options, events) => {
      windows.protocol = await liveParts.protocol(options, {
        ...events,
        final(standing, operations) {
          windows.final();
          events.final(standing, operations);
        },
      });
      return windows.protocol;
    },
  });
  const read = (file: string): string => readFileSync(file, 'utf8').trim();
  const load = new ApiLoad(read(founder.folder.address), read(founder.folder.token), pathsOf(founder), RATE);
  try {
    const [taken, loads]: [Parameters<typeof seriesOf>[0][number][], LoadAnswered[]] = [[], []];
    // One round to warm up.
    for (let round = -1; round < rounds; round++) {
      await windows.next();
      const before = await windows.measure();
      load.begin();
      await windows.next();
      const during = await windows.measure();
      const answered = await load.end();
      await windows.next();
      const after = await windows.measure();
      if (round < 0) continue;
      taken.push({ before, during, after });
      loads.push(answered);
      tell(`round ${round + 1} of ${rounds}`);
    }
    return [...seriesOf(taken), ...answersOf(loads)];
  } finally {
    await load.stop();
    await node.stop();
  }
};

/** Whole windows of a node alone with 2 000 requests a second of its API, between windows without. */
export const api: Section = {
  title: 'API (2 000 requests a second from another process, a node alone; windows before, during and after in turn)',
  async measure({ quick, tell }) {
    const dir = mkdtempSync(join(tmpdir(), 'montana-bench-'));
    try {
      return await measured(dir, quick ? 4 : 12, tell);
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
};
