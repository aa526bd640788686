import type { RunResult } from '#sim/run/result.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import type { Event } from './events.ts';
import type { Mark } from './grid.ts';
import { markNamed } from './grid.ts';
import { BUNDLE, PRECOMMITTED, PREVOTED, type Weight } from './open-window.ts';
import { type Closed, largestGroup, type Watch } from './watch.ts';

/** Everything one frame of a run is drawn from. The lists belong to the run: they grow. */
export interface View {
  readonly title: string;
  readonly scenario: Scenario;
  readonly names: readonly string[];
  readonly state: 'runs' | 'steps' | 'paused' | 'over';
  /** Virtual microseconds. */
  readonly now: number;
  readonly closed: readonly Closed[];
  readonly round: number;
  readonly marks: readonly Mark[];
  readonly weights: readonly Weight[];
  /** Nodes that are up. */
  readonly up: number;
  /** Whether windows close by votes; else the first valid proposal is final. */
  readonly votes: boolean;
  /** Since the last window closed. */
  readonly traffic: { readonly micros: number; readonly messages: number; readonly bytes: number };
  readonly verdict: Pick<RunResult, 'properties' | 'limits'>;
  readonly events: readonly Event[];
}

const PRECOMMITTED_MARK = markNamed('precommitted');
const PREVOTED_MARK = markNamed('prevoted');
const BUNDLE_MARK = markNamed('bundle');
const HASHING_MARK = markNamed('hashing');
const LEFT_OUT_MARK = markNamed('left-out');
const BEHIND_MARK = markNamed('behind');
const CATCHING_UP_MARK = markNamed('catching-up');
const CUT_MARK = markNamed('cut');
const ADVERSARY_MARK = markNamed('adversary');
const DOWN_MARK = markNamed('down');
const FORKED_MARK = markNamed('forked');

/** What each node is doing. */
export const marksOf = (
  watch: Pick<Watch, 'open' | 'final' | 'stage' | 'included' | 'side' | 'histories'>,
  isUp: (host: number) => boolean,
  isHonest: (host: number) => boolean,
): readonly Mark[] => {
  const { open, final, stage, included, side } = watch;
  const { held } = watch.histories;
  const [largest, common] = [largestGroup(side), largestGroup(held)];
  return Array.from(final, (last, host): Mark => {
    if (isHonest(host) && held[host] !== common) return FORKED_MARK;
    if (!isUp(host)) return DOWN_MARK;
    if (!isHonest(host)) return ADVERSARY_MARK;
    if (side[host] !== largest) return CUT_MARK;
    if (last < open - 2) return CATCHING_UP_MARK;
    if (last < open - 1) return BEHIND_MARK;
    if (included[host] === 0) return LEFT_OUT_MARK;
    if (stage[host] === PRECOMMITTED) return PRECOMMITTED_MARK;
    if (stage[host] === PREVOTED) return PREVOTED_MARK;
    return stage[host] === BUNDLE ? BUNDLE_MARK : HASHING_MARK;
  });
};
