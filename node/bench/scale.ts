import { applyWindow, type Outcome, type WindowInput } from '#core/transition/apply.ts';
import { Prework } from '#core/transition/prework.ts';
import type { Settled } from '#core/transition/settled.ts';
import { PER_WINDOW, recordOf, type Touched, untouched } from './accounts.ts';
import { type Case, interleave, one, type Series, spread, timed } from './harness.ts';
import { memory } from './memory.ts';
import { scaleTable } from './scale-table.ts';
import type { Section } from './section.ts';
import { snapshotSeries } from './snapshot.ts';
import { anySignature, inputAfter, OPERATED, operationsOf, saidBy, type World, worldOf } from './world.ts';

const SIZES = [1_000, 10_000, 100_000];

export const label = (accounts: number): string => {
  const power = Math.log10(accounts);
  return Number.isInteger(power) ? `10^${power}` : `${accounts}`;
};

const closed = (settled: Settled, input: WindowInput, prework?: Prework): [Outcome, Settled] => {
  const outcome = applyWindow(settled, input, anySignature, undefined, prework);
  return [outcome, outcome.settle(outcome.stateRoot, 1)];
};

/** A world at the eve of a boundary: the last ordinary window lies before it, and the prework is done. */
interface Eve {
  readonly world: World;
  readonly settled: Settled;
  readonly prework: Prework;
  readonly preparing: readonly Series[];
}

const eveOf = (world: World, tell: (line: string) => void): Eve => {
  const name = label(world.accounts);
  const prework = new Prework(world.settled);
  const pieces: number[] = [];
  while (!prework.isDone) {
    pieces.push(timed(() => prework.advance())[1]);
    if (pieces.length % 200 === 0) tell(`${name}: ${pieces.length} pieces of prework`);
  }
  const input = inputAfter(world.settled, operationsOf(world, world.settled, 0));
  const [outcome, settled] = closed(world.settled, input);
  const [, following] = timed(() => {
    prework.follow(settled, outcome.delta);
    prework.finish();
  });
  const whole = pieces.reduce((sum, piece) => sum + piece, 0);
  return {
    world,
    settled,
    prework,
    preparing: [
      one(`${name}, prework, all of it`, 'ms', whole),
      one(`${name}, prework, longest piece`, 'ms', Math.max(...pieces)),
      one(`${name}, prework, after the last ordinary window`, 'ms', following),
    ],
  };
};

/** Closes a window with a thousand operations, others in every call. */
const closing = ({ world }: Eve, settled: Settled, prework?: Prework): ((round: number) => number) => {
  return (round) => {
    const input = inputAfter(settled, operationsOf(world, settled, round));
    return timed(() => closed(settled, input, prework))[1];
  };
};

const counted = (eve: Eve, settled: Settled, prework?: Prework): Touched => {
  const { touched } = eve.world;
  Object.assign(touched, untouched());
  closing(eve, settled, prework)(1);
  return { ...touched };
};

const ORDINARY = 'ordinary window';
const EASED = 'boundary with prework';

const timing = (eve: Eve): readonly Case[] => {
  const name = label(eve.world.accounts);
  const ordinary = closing(eve, eve.world.settled);
  const eased = closing(eve, eve.settled, eve.prework);
  let round = 0;
  return [
    { name: `${name}, ${ORDINARY}`, unit: 'ms', run: () => ordinary(++round) },
    { name: `${name}, ${EASED}`, unit: 'ms', peer: `${name}, ${ORDINARY}`, run: () => eased(round) },
  ];
};

/** Once: it goes through every account. It has to say the same as with prework. */
const unprepared = (eve: Eve, tell: (line: string) => void): readonly Series[] => {
  const name = label(eve.world.accounts);
  tell(`${name}: a boundary without prework`);
  const input = inputAfter(eve.settled, operationsOf(eve.world, eve.settled, 1));
  const ordinary = closing(eve, eve.world.settled)(1);
  const [[outcome], time] = timed(() => closed(eve.settled, input));
  const [eased] = closed(eve.settled, input, eve.prework);
  if (saidBy(eve.settled, input, eased) !== saidBy(eve.settled, input, outcome)) throw new Error('prework differs');
  const peer = `${name}, ordinary window beside it`;
  return [
    one(peer, 'ms', ordinary),
    one(`${name}, boundary without prework`, 'ms', time, peer),
    one(`${name}, records it changes`, 'count', outcome.cost.records),
  ];
};

const each = (name: string, what: string, counts: Touched): readonly Series[] => {
  const rows: Record<string, number> = {
    'records read': counts.records,
    'records written': counts.recordsWritten,
    'tree nodes read': counts.nodes,
    'tree nodes written': counts.nodesWritten,
  };
  return Object.entries(rows).map(([row, count]) => one(`${name}, ${what}, ${row}`, 'a change', count / PER_WINDOW));
};

const counting = (eve: Eve): readonly Series[] => {
  const name = label(eve.world.accounts);
  return [
    ...alone(eve),
    ...each(name, ORDINARY, counted(eve, eve.world.settled)),
    ...each(name, EASED, counted(eve, eve.settled, eve.prework)),
  ];
};

/** Accounts that change alone, each on the same state. */
const SINGLE = 200;

/** Tree nodes that one change reads and writes where no other shares its way to the root. */
const alone = ({ world: { accounts, settled, touched } }: Eve): readonly Series[] => {
  const name = label(accounts);
  Object.assign(touched, untouched());
  const written = Array.from({ length: SINGLE }, (_, i) => {
    const account = [recordOf(Math.floor((i * accounts) / SINGLE), 1n)];
    return settled.state.apply({ account }).cost.nodesWritten;
  });
  return [
    one(`${name}, one change alone, tree nodes read`, 'a change', touched.nodes / SINGLE),
    one(`${name}, one change alone, tree nodes written`, 'a change', written.reduce((sum, n) => sum + n, 0) / SINGLE),
  ];
};

/** Rows that were measured are told at once: a million accounts take a quarter of an hour. */
const telling = (tell: (line: string) => void): ((series: readonly Series[]) => readonly Series[]) => {
  return (series) => {
    for (const { name, unit, values } of series) tell(`${name}: ${spread(values).median.toFixed(2)} ${unit}`);
    return series;
  };
};

/** All about one size; nothing of it is kept. */
const measureSize = async (
  accounts: number,
  quick: boolean,
  tell: (line: string) => void,
): Promise<readonly Series[]> => {
  const told = telling(tell);
  const name = label(accounts);
  const empty = memory();
  const world = worldOf(accounts, tell);
  const live = one(`${name}, live memory of the state`, 'MB', memory().live - empty.live);
  const eve = eveOf(world, tell);
  return [
    ...told([live, ...eve.preparing]),
    ...told(interleave(timing(eve), quick ? 5 : 9, 1)),
    ...told(counting(eve)),
    ...told(unprepared(eve, tell)),
    ...told(await snapshotSeries(name, world.settled, tell)),
  ];
};

/** How the cost of a window grows with the number of accounts, and what a τ₂ boundary and a snapshot cost. */
export const scale: Section = {
  title: `Scale (${PER_WINDOW} operations a window; one account of ${OPERATED} operated in the epoch)`,
  async measure({ quick, accounts, tell }) {
    const series: Series[] = [];
    for (const size of accounts ?? (quick ? SIZES.slice(0, 2) : SIZES)) {
      series.push(...(await measureSize(size, quick, tell)));
    }
    return series;
  },
  summary: scaleTable,
};
