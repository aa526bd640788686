import type { Settled } from '#core/transition/settled.ts';
import { Stream } from '#sim/kernel/streams.ts';
import type { Founder } from '../founders.ts';
import type { Scenario } from '../scenario.ts';
import { hostNames } from '../settings.ts';
import { chainLengths, joiningOf } from '../start.ts';
import { CatchUp } from './catch-up.ts';
import { Closing } from './closing.ts';
import { Entries } from './entries.ts';
import { Epochs } from './epochs.ts';
import { Farming } from './farming.ts';
import { Growth } from './growth.ts';
import { HandOver } from './hand-over.ts';
import { Lineage } from './lineage.ts';
import { Lottery } from './lottery.ts';
import type { Measure } from './measure.ts';
import { Payments } from './payments.ts';
import { Pruning } from './pruning.ts';

/** How often the lottery of each final window is drawn again: about 0.05 ms each with a hundred nodes. */
const REDRAWS = 25_000;

/** The measures that a scenario asks for. `start`: the state before window 0. */
export const askedMeasures = (scenario: Scenario, members: readonly Founder[], start: Settled): readonly Measure[] => {
  const joining = joiningOf(scenario);
  const joins = joining.filter((window) => window !== undefined);
  return scenario.measure.map((name): Measure => {
    switch (name) {
      case 'closing':
        return new Closing(scenario);
      case 'payments':
        return new Payments();
      case 'epochs':
        return new Epochs(start);
      case 'pruning':
        return new Pruning(start);
      case 'lineage':
        return new Lineage();
      case 'growth':
        return new Growth(start, joins);
      case 'hand-over':
        return new HandOver(start, joins);
      case 'entries':
        return new Entries(start, hostNames(scenario.nodes), members, joining);
      case 'farm': {
        const cores = scenario.adversary.reduce((sum, line) => sum + (line.type === 'farm' ? line.cores : 0), 0);
        return new Farming(start, new Set(members.map(({ nodeId }) => nodeId)), cores);
      }
      case 'catch-up':
        return new CatchUp(hostNames(scenario.nodes));
      case 'lottery': {
        const lengths = chainLengths(scenario);
        const least = Math.min(...lengths);
        const light = members.filter((_, host) => lengths[host] === least).map(({ nodeId }) => nodeId);
        return new Lottery(new Set(light), new Stream(`${scenario.seed}/redraws`), REDRAWS);
      }
    }
  });
};
