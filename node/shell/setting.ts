import type { Id } from '#core/bytes/bytes.ts';
import type { Genesis, GenesisInput } from '#core/genesis/genesis.ts';
import type { Checkpoint } from '#core/sync/phase.ts';
import type { Store } from '#node/store/store.ts';

/** What the protocol's thread is started with. Holds secrets: it goes to the thread and nowhere else. */
export interface ProtocolSetting {
  readonly genesis: GenesisInput;
  /** The node's data folder. */
  readonly folder: string;
  /** URL of a module that exports `openStore`. */
  readonly store: string;
  /** Of the node's ML-DSA-65 key, 32 bytes. */
  readonly seed: Uint8Array;
  /** The node's own: of its Anchors it keeps the proofs, wherever they were handed in. */
  readonly account: Id;
  /** While the node is not in the table it seeks entry, for this operator (05 §8), by a chain that begins in window `from` at the earliest. */
  readonly entry?: { readonly operatorSeed: Uint8Array; readonly from: number };
  readonly timers: 'ordinary' | 'patient';
  /** Writes down every input and effect, in `folder`/journal. */
  readonly journal: boolean;
  /** Operations and registrations go over a stem before they are gossiped (06 §10). */
  readonly stem: boolean;
  /** A bootstrap node asks everybody for proof of work and serves every valid key (06 §4.1). */
  readonly isBootstrap: boolean;
  /** 09 §4. */
  readonly admitsObservers: boolean;
  /** Writes snapshots into `folder`/snapshots and serves them (06 §7). */
  readonly snapshots: boolean;
  /** Takes one where it is far behind. */
  readonly fastSync: boolean;
  /** τ₁ of network timers in microseconds. */
  readonly tau1: number;
  /** What history has to lead through. */
  readonly checkpoint?: Checkpoint;
  /** Verifies in JavaScript where node:crypto could. */
  readonly portable?: boolean;
}

/** Opens what a node keeps in `folder`, or makes it from genesis. Throws where it cannot be opened. */
export type OpenStore = (folder: string, genesis: Genesis) => Store;
