import type { Settled } from '#core/transition/settled.ts';
import { Stream } from '#sim/kernel/streams.ts';
import type { Founder } from '../founders.ts';
import type { Scenario } from '../scenario.ts';
import { chainLengths } from '../start.ts';
import { Closing } from './closing.ts';
import { Epochs } from './epochs.ts';
import { Lottery } from './lottery.ts';
import type { Measure } from './measure.ts';
import { Payments } from './payments.ts';

/** How often the lottery of each final window is drawn again: about 0.05 ms each with a hundred nodes. */
const REDRAWS = 25_000;

/** The measures that a scenario asks for. `start`: the state before window 0. */
export const askedMeasures = (scenario: Scenario, founders: readonly Founder[], start: Settled): readonly Measure[] =>
  scenario.measure.map((name): Measure => {
    switch (name) {
      case 'closing':
        return new Closing(scenario);
      case 'payments':
        return new Payments();
      case 'epochs':
        return new Epochs(start);
      case 'lottery': {
        const lengths = chainLengths(scenario);
        const least = Math.min(...lengths);
        const light = founders.filter((_, host) => lengths[host] === least).map(({ nodeId }) => nodeId);
        return new Lottery(new Set(light), new Stream(`${scenario.seed}/redraws`), REDRAWS);
      }
    }
  });
