import { type Defect, Table } from './script.suite.ts';
import { ORDINARY_TIMERS } from './timers.ts';

/** Ticks from one seat to another: twice that is above the grace of round 1, below that of round 2. */
const DELAY = 30;

/** Ticks before a proposal at which a withheld bundle comes to everybody but its leader. */
const BEFORE = 20;

/**
 * The attack on collection discipline: `count` seats of weight 1, the last `withheld` of them Byzantine. Before each proposal one of
 * these shows its bundle to everybody but the leader; by others it comes there too late (09 §11.5). Returns how many rounds are lost
 * before one decides.
 */
export const loseRoundsToLateBundles = (count: number, withheld: number, defect: Defect = {}): number => {
  const table = new Table(defect);
  const names = Array.from({ length: count }, (_, i) => `p${i}`);
  const honest = names.slice(0, count - withheld);
  const all = honest.join(',');
  table.play(`
    seats ${count}
    crash ${names.slice(honest.length).join(',')}
    start
    deliver all`);
  let wait = ORDINARY_TIMERS.collect;
  for (let round = 1; round <= honest.length; round++) {
    const leader = `p${round - 1}`;
    const byzantine = names[honest.length + round - 1];
    table.play(`tick ${all} ${wait - BEFORE}`);
    if (byzantine !== undefined) {
      table.play(`
        forge ${byzantine} bundle to ${honest.filter((name) => name !== leader).join(',')}
        deliver bundle`);
    }
    table.play(`
      tick ${all} ${BEFORE}
      tick ${all} ${DELAY - BEFORE}
      ${byzantine === undefined ? '' : `give ${leader} B${byzantine.slice(1)}@0`}
      tick ${all} ${BEFORE}
      deliver proposal
      deliver prevote
      tick ${all} ${ORDINARY_TIMERS.vote(round)}
      deliver precommit`);
    if (table.finals()[0] !== undefined) return round - 1;
    wait = ORDINARY_TIMERS.vote(round);
  }
  throw new Error('no round decides');
};
