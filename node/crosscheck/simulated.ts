import type { Id } from '#core/bytes/bytes.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import type { Constants } from '#core/genesis/params.ts';
import type { Notice } from '#core/host/host.ts';
import type { Scheduled } from '#core/participant/schedule.ts';
import type { Founder } from '#sim/run/founders.ts';
import { Run } from '#sim/run/run.ts';
import { type Scenario, scenarioSchema } from '#sim/run/scenario.ts';
import { hostNames } from '#sim/run/settings.ts';
import { Author, LEAD } from './author.ts';

/** The network that both shells run: rules `montana`, founders of weight 1. */
export interface CheckedNetwork {
  readonly constants: Constants;
  readonly founders: readonly Founder[];
}

/** How a window ended at a node. */
export interface Closed {
  readonly window: number;
  readonly round: number;
  /** Bundles the proposal includes. */
  readonly bundles: number;
  /** Operations it settles. */
  readonly operations: number;
  readonly stateRoot: Id;
}

/** What a user of a node is told when a window is final, as far as the two shells are compared. */
const closedOf = ({ record, round }: Extract<Notice, { readonly type: 'final' }>): Closed => ({
  window: record.settled.window,
  round,
  bundles: record.proposal.bundles.length,
  operations: record.entry.operations.length,
  stateRoot: record.settled.state.stateRoot(),
});

/** Virtual time at which the script is handed to everybody: hosts start within the first second. */
const HANDED_IN = 2_000_000;

const scenarioOf = ({ constants, founders }: CheckedNetwork, windows: number): Scenario =>
  scenarioSchema.parse({
    title: 'Cross-check',
    claim: 'The simulator and the live node reach the same state roots.',
    nodes: founders.length,
    windows,
    profile: { tau2: Number(constants.tau2Windows), d0: Number(constants.d0) },
    suite: 'real',
    timers: 'patient',
    hosts: [{ count: founders.length }],
    network: { loss: 0, jitter: 0 },
    // The naive model would hash every window once more, a library call at a time.
    expect: ['agreement', 'equal-roots', 'progress'].map((property) => ({ property, is: 'holds' })),
  });

type OnClosed = (host: number, closed: Closed) => void;

/** Runs the network in the simulator through window `windows` − 1. `begin` sees the run before anything happens in it. */
const simulate = (
  network: CheckedNetwork,
  windows: number,
  onFinal: (run: Run, host: number, notice: Extract<Notice, { readonly type: 'final' }>) => void,
  begin: (run: Run) => void,
): void => {
  const scenario = scenarioOf(network, windows - 1);
  const run: Run = new Run(scenario, {
    network: { constants: network.constants, members: network.founders },
    watch: (host, notice) => {
      if (notice.type === 'final') onFinal(run, host, notice);
    },
  });
  begin(run);
  run.finish();
};

const handOut = (run: Run, at: number, submissions: readonly Scheduled[]): void =>
  run.world.intervene(
    hostNames(run.scenario.nodes).flatMap((host) =>
      submissions.map((submission) => ({ at, type: 'submit' as const, host, submission })),
    ),
  );

/**
 * Operations of every type for windows `from` to `windows` − 1: written while the simulator runs the network, each from the state of the
 * window it follows.
 */
export const writeScript = (network: CheckedNetwork, windows: number, from: number): readonly Scheduled[] => {
  const author = new Author(
    mlDsa65,
    network.founders.map(({ account }) => account),
  );
  const script: Scheduled[] = [];
  simulate(
    network,
    windows,
    (run, _host, { record: { settled } }) => {
      if (run.roots.length !== settled.window || settled.window + LEAD < from) return;
      const added = author.next(settled);
      script.push(...added);
      handOut(run, run.world.now, added);
    },
    () => {},
  );
  return script.filter(({ notBefore }) => notBefore < windows);
};

/** Runs the script, handed to every host at the start, and tells of every window at every host. */
export const runScript = (
  network: CheckedNetwork,
  windows: number,
  script: readonly Scheduled[],
  onClosed: OnClosed,
): void =>
  simulate(
    network,
    windows,
    (_run, host, notice) => onClosed(host, closedOf(notice)),
    (run) => handOut(run, HANDED_IN, script),
  );
