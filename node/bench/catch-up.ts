import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAINNET } from '#core/genesis/profiles.ts';
import { RECORDS_PER_CHUNK } from '#core/snapshot/limits.ts';
import { RECORD_SIZES } from '#core/state/records.ts';
import type { Status } from '#node/api/schemas.ts';
import { one, type Series } from './harness.ts';
import { type MadeFolder, makeFolder } from './node-folder.ts';
import { label } from './scale.ts';
import type { Section } from './section.ts';
import { ALONE, newcomer, Server, together } from './two-nodes.ts';
import type { LogLine, WatchedNode } from './watched-node.ts';

const SIZES = [1_000, 10_000];

/** From here on the history is as long as that of the main network. */
const LARGE = 100_000;

/** τ₂ of smaller ones: anchors are not beside boundaries. */
const SHORT_TAU2 = 504;

/** D of genesis then: an anchor is served until two more are final, which takes 672 windows here, of three seconds each. */
const LARGE_D0 = 33_554_432;

/** Bytes of a chunk of accounts as a message. */
const CHUNK = RECORDS_PER_CHUNK * RECORD_SIZES.account;

/** Smaller ones are over before anybody can be killed. */
const WORTH_KILLING = 10_000;

type Tell = (line: string) => void;

const phaseAt = (lines: readonly LogLine[], phase: string): number =>
  lines.find((line) => line.phase === phase)?.at ?? Number.NaN;

const isBeyond = (window: number) => (status: Status) => status.standing.finalWindow >= window;

interface Quiet {
  readonly series: readonly Series[];
  /** Bytes that came in until the state was adopted, and bytes of its chunks among them. */
  readonly bytes: number;
  readonly chunks: number;
}

/** Nobody is killed. */
const undisturbed = async (name: string, server: Server, joiner: WatchedNode, anchor: number): Promise<Quiet> => {
  const begun = Date.now();
  await joiner.start();
  const { counters } = await joiner.until(isBeyond(anchor));
  const adopted = Date.now();
  const { standing } = await server.node.status();
  await joiner.until(isBeyond(standing.finalWindow));
  await together(server.node, joiner);
  const ended = Date.now();
  const lines = joiner.log();
  const [chunks, side, measure] = ['chunks', 'side', 'measure'].map((phase) => phaseAt(lines, phase)) as [
    number,
    number,
    number,
  ];
  const total = Math.max(...lines.filter((line) => line.phase === 'chunks').map((line) => Number(line.total)));
  const seconds = (what: string, from: number, to: number): Series => one(`${name}, ${what}`, 's', (to - from) / 1_000);
  return {
    bytes: counters.bytesIn,
    chunks: total,
    series: [
      seconds('start, connection, headers and certificate of the anchor', begun, chunks),
      seconds('chunks and their roots', chunks, side),
      seconds('side entries', side, measure),
      seconds('D measured, state adopted', measure, adopted),
      seconds('windows up to the head', adopted, ended),
      seconds('all of it', begun, ended),
      one(`${name}, bytes until it was adopted`, 'MB', counters.bytesIn / 1e6),
    ],
  };
};

const peaks = (name: string, who: string, { peak }: WatchedNode): readonly Series[] =>
  peak === undefined
    ? []
    : [
        one(`${name}, peak memory of ${who}, its own`, 'MB', peak.anonymous),
        one(`${name}, peak memory of ${who}, with pages of files`, 'MB', peak.resident),
      ];

/** The joiner is killed after a third of the chunks, the server after another third. */
const killed = async (
  name: string,
  server: Server,
  joiner: WatchedNode,
  quiet: Quiet,
  anchor: number,
  tell: Tell,
): Promise<readonly Series[]> => {
  // A small state may be adopted before anybody looks.
  const isHalfway = ({ counters, standing }: Status): boolean =>
    counters.bytesIn >= (quiet.chunks * CHUNK) / 3 || standing.finalWindow >= anchor;
  const begun = performance.now();
  const before = (await server.node.status()).counters.bytesOut;
  await joiner.start();
  await joiner.until(isHalfway);
  await joiner.kill();
  const sent = (await server.node.status()).counters.bytesOut - before;
  const lines = joiner.log().length;
  tell(`the joiner is killed after ${Math.round(sent / CHUNK)} of ${quiet.chunks} chunks`);
  await joiner.start();
  await joiner.until(isHalfway);
  await server.node.kill();
  tell('the server is killed');
  await server.start();
  const { counters } = await joiner.until(isBeyond(anchor));
  await together(server.node, joiner);
  const again = joiner.log().slice(lines);
  const kept = Number(again.find((line) => line.phase === 'chunks')?.done ?? quiet.chunks);
  const others = quiet.bytes - quiet.chunks * CHUNK;
  return [
    one(`${name}, with a kill of each, all of it`, 's', (performance.now() - begun) / 1_000),
    one(`${name}, chunks sent again after kill -9 of the joiner`, 'count', Math.round(sent / CHUNK) - kept),
    one(
      `${name}, chunks sent again after kill -9 of the server`,
      'count',
      Math.max(0, Math.round((counters.bytesIn - others) / CHUNK) - (quiet.chunks - kept)),
    ),
  ];
};

/** From the node of `made` to a new one in `dir`, and once more with crashes where `kills` says so. */
export const catchUpSeries = async (
  name: string,
  made: MadeFolder,
  dir: string,
  kills: boolean,
  tell: Tell,
): Promise<readonly Series[]> => {
  const { anchor } = made;
  const server = new Server(made);
  const joiner = newcomer(join(dir, 'joiner'), made);
  const other = newcomer(join(dir, 'other'), made);
  try {
    const ready = await server.start();
    tell(`the server is ready after ${ready.toFixed(0)} ms`);
    const [writing, bytes] = await server.written();
    tell(`the snapshot of window ${anchor} is written in ${(writing / 1_000).toFixed(1)} s`);
    server.introduce(joiner, other);
    const quiet = await followed(joiner, tell, () => undisturbed(name, server, joiner, anchor));
    const memory = [...peaks(name, 'the server', server.node), ...peaks(name, 'the joiner', joiner)];
    await joiner.kill();
    const again = await joiner.start();
    await joiner.stop();
    return [
      one(`${name}, start of a node that has them, until it is ready`, 'ms', ready),
      one(`${name}, snapshot file`, 'MB', bytes / 1e6),
      one(`${name}, snapshot file, from the final window to the file`, 's', writing / 1_000),
      ...quiet.series,
      ...memory,
      one(`${name}, start of the joiner afterwards, until it is ready`, 'ms', again),
      ...(kills ? await followed(other, tell, () => killed(name, server, other, quiet, anchor, tell)) : []),
    ];
  } finally {
    await Promise.all([server.node, joiner, other].map((node) => node.stop()));
  }
};

/** Says how far a node is, every few seconds, while `act` lasts. */
const followed = async <T>(node: WatchedNode, tell: Tell, act: () => Promise<T>): Promise<T> => {
  let said = '';
  const timer = setInterval(() => {
    const line = node.log().findLast(({ msg }) => msg === 'catch-up');
    const text = line && `${line.phase}: ${line.done} of ${line.total}`;
    if (text === undefined || text === said) return;
    said = text;
    tell(text);
  }, 2_000);
  try {
    return await act();
  } finally {
    clearInterval(timer);
  }
};

/** A snapshot between two processes: how long, how much memory, and what a crash on either side costs (06 §7). */
export const catchUp: Section = {
  title: 'Catch-up: a state from one live node to another, over libp2p on this machine',
  async measure({ quick, accounts, tell }) {
    const series: Series[] = [];
    for (const size of accounts ?? (quick ? SIZES.slice(0, 1) : SIZES)) {
      const dir = mkdtempSync(join(tmpdir(), 'montana-catch-up-'));
      try {
        const history =
          size < LARGE ? { tau2Windows: SHORT_TAU2 } : { tau2Windows: Number(MAINNET.tau2Windows), d0: LARGE_D0 };
        const made = makeFolder(join(dir, 'server'), { accounts: size, config: ALONE, tell, ...history });
        series.push(...(await catchUpSeries(label(size), made, dir, size >= WORTH_KILLING, tell)));
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    }
    return series;
  },
};
