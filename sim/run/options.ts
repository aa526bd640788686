import type { Network } from '#core/genesis/network.ts';
import type { Constants } from '#core/genesis/params.ts';
import type { Notice } from '#core/host/host.ts';
import type { Applied } from '#core/participant/evaluation.ts';
import type { Watch } from '#sim/world/world.ts';
import type { Founder } from './founders.ts';

export interface RunOptions {
  /** Called now and then with what is going on; never affects the run. */
  readonly progress?: (view: RunProgress) => void;
  /** Makes hosts in the opposite order in memory: the digest must not notice. */
  readonly reverseHosts?: boolean;
  /** Sees every notice of every host. */
  readonly watch?: (host: number, notice: Notice, at: number) => void;
  /** Told everything the digest covers. */
  readonly happenings?: Watch | undefined;
  /** By name of the host: takes the bytes of its journal. */
  readonly journals?: ReadonlyMap<string, (bytes: Uint8Array) => void>;
  /** A network of another making, in place of the one that the scenario's profile and number of nodes describe. */
  readonly network?: OtherNetwork;
  /** Defects put in on purpose: the observers must find them. */
  readonly planted?: Planted;
}

/** The scenario's `profile.d0` and `profile.tau2` must be those of the constants, and its rules those of the network. */
export interface OtherNetwork {
  readonly constants: Constants;
  /** By number of the host. */
  readonly members: readonly Founder[];
}

export interface Planted {
  /** The host that applies a window without the memo, instead of a drawn one. */
  readonly drawn?: (window: number) => number;
  /** What the memo remembers, instead of a host's result. */
  readonly remembered?: (window: number, applied: Applied) => Applied;
  /** The network that the naive model is told of, instead of the one that runs. */
  readonly model?: (network: Network) => Network;
}

export interface RunProgress {
  /** Lowest window that is not final anywhere. */
  readonly window: number;
  readonly windows: number;
  /** Virtual microseconds. */
  readonly now: number;
  readonly deliveries: number;
  /** The latest first-time final window, if this call reports one. */
  readonly closed?: {
    readonly window: number;
    readonly round: number;
    readonly operations: number;
    readonly bundles: number;
  };
}
