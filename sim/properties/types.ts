import type { Network } from '#core/genesis/network.ts';
import type { Notice } from '#core/host/host.ts';

/** What an observer found when the run is over. */
export interface Finding {
  readonly observed: 'holds' | 'violated' | 'measured';
  /** One line: what was counted, or the first violation. */
  readonly detail: string;
}

/** A run as observers see it from outside: hosts by number, virtual time in microseconds. */
export interface Scene {
  readonly network: Network;
  readonly names: readonly string[];
  /** Hosts without a strategy: the ones properties speak of. */
  isHonest(host: number): boolean;
  isUp(host: number): boolean;
}

/** Watches a run and judges one property. It never touches what it watches. */
export interface Observer {
  readonly name: string;
  notice(host: number, notice: Notice, at: number): void;
  judge(): Finding;
}

export const holds = (detail: string): Finding => ({ observed: 'holds', detail });
export const violated = (detail: string): Finding => ({ observed: 'violated', detail });
