import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import { sha256Engine } from '#core/crypto/sha256-engine.ts';
import { MAINNET } from '#core/genesis/profiles.ts';
import { readNode } from '#node/cli/node-start.ts';
import { type Founder, makeDevnet } from '#node/devnet/make.ts';
import { startHasher } from '#node/hasher/start-hasher.ts';
import { startNode } from '#node/shell/node.ts';
import { liveParts } from '#node/shell/parts.ts';
import type { Protocol } from '#node/shell/protocol.ts';
import { one, rate, type Series } from './harness.ts';
import type { Section, Settings } from './section.ts';

/** Iterations of one measurement of a hash rate. */
const STRETCH = 2_000_000;

/** Milliseconds between two questions to the protocol's thread. */
const EVERY = 10;

/** Iterations a second of the hashing thread, started for this alone. */
const threadRate = async (): Promise<number> => {
  let done: () => void = () => {};
  let failed: (error: Error) => void = () => {};
  const hasher = startHasher({ done: () => done(), alarm: () => {}, failed: (error) => failed(error) });
  const hashed = (window: number): Promise<void> =>
    new Promise((resolve, reject) => {
      [done, failed] = [resolve, reject];
      hasher.work({ type: 'chain', window, from: ZERO_ID, iterations: STRETCH });
    });
  try {
    await hashed(0);
    const begun = performance.now();
    await hashed(1);
    return (1_000 * STRETCH) / (performance.now() - begun);
  } finally {
    await hasher.stop();
  }
};

/** The hashing thread against the engine that it runs: what its shares and messages cost. In turn, never at once. */
const rates = async (rounds: number): Promise<readonly Series[]> => {
  const engine = sha256Engine();
  const value = new Uint8Array(32);
  const bareRate = rate(STRETCH, () => engine.chain(value, STRETCH));
  const [bare, thread]: [number[], number[]] = [[], []];
  bareRate();
  for (let round = 0; round < rounds; round++) {
    bare.push(bareRate() / 1e6);
    thread.push((await threadRate()) / 1e6);
  }
  const [name, unit] = ['engine alone', 'M/s'];
  return [
    { name, unit, values: bare },
    { name: 'hashing thread', unit, peer: name, values: thread },
  ];
};

const delaysOf = (name: string, milliseconds: Readonly<Record<'p50' | 'p99' | 'max', number>>): readonly Series[] =>
  Object.entries(milliseconds).map(([share, value]) => one(`${name}, ${share}`, 'ms', value));

/** How late the loop of this thread is: the histogram holds the whole time between two of its samples. */
const loopDelays = (delay: ReturnType<typeof monitorEventLoopDelay>): readonly Series[] => {
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - EVERY);
  const [p50, p99] = [late(delay.percentile(50)), late(delay.percentile(99))];
  return delaysOf('delay of the main thread', { p50, p99, max: late(delay.max) });
};

/**
 * A network of one with the parameters of the main network but for D0, in `dir`. Window 0 has its T from genesis: measured is window 1,
 * from one final window to the next.
 */
const firstWindow = async (dir: string, d0: bigint): Promise<readonly Series[]> => {
  const config = { logLevel: 'silent' };
  const { founders } = await makeDevnet({ nodes: 1, dir, params: { ...MAINNET, d0 }, config });
  const [founder] = founders as [Founder];
  let protocol!: Protocol;
  const finals: number[] = [];
  const node = await startNode(readNode(founder.folder.path), {
    ...liveParts,
    protocol: async (options, events) => {
      protocol = await liveParts.protocol(options, {
        ...events,
        final(standing, operations) {
          finals.push(performance.now());
          events.final(standing, operations);
        },
      });
      return protocol;
    },
  });
  while (finals.length === 0) await wait(EVERY);
  const { iterations: before } = await protocol.pace();
  const delay = monitorEventLoopDelay({ resolution: EVERY });
  delay.enable();
  const answers: number[] = [];
  while (finals.length < 2) {
    const asked = performance.now();
    await protocol.pace();
    answers.push(performance.now() - asked);
    await wait(EVERY);
  }
  delay.disable();
  const { iterations } = await protocol.pace();
  const [begun, ended] = finals as [number, number];
  const seconds = (ended - begun) / 1_000;
  const perSecond = (iterations - before) / seconds;
  await node.stop();
  answers.sort((a, b) => a - b);
  const answer = (share: number): number => answers[Math.floor(share * (answers.length - 1))] as number;
  return [
    one('window 1, from window 0 final to final', 's', seconds),
    one('hashed meanwhile', 'M/s', perSecond / 1e6),
    one('T of the window at this rate', 's', Number(d0) / perSecond),
    ...loopDelays(delay),
    ...delaysOf("answer of the protocol's thread", { p50: answer(0.5), p99: answer(0.99), max: answer(1) }),
  ];
};

const measure = async ({ quick, tell }: Settings): Promise<readonly Series[]> => {
  tell('hash rates');
  const compared = await rates(quick ? 5 : 15);
  const d0 = quick ? MAINNET.d0 / 5n : MAINNET.d0;
  tell(`D0 = ${d0}`);
  const dir = mkdtempSync(join(tmpdir(), 'montana-bench-'));
  try {
    return [...compared, ...(await firstWindow(dir, d0))];
  } finally {
    rmSync(dir, { recursive: true });
  }
};

/** A window of the main network as a whole node has it, all threads at work: most of a minute, so only where it is asked for. */
export const window: Section = {
  title: 'Window (a node alone, D0 of the main network; quick: a fifth of it)',
  measure,
};
