import type { Id } from '#core/bytes/bytes.ts';
import type { Network } from '#core/genesis/network.ts';
import type { Notice } from '#core/host/host.ts';

/** What an observer found when the run is over. */
export interface Finding {
  readonly observed: 'holds' | 'violated' | 'measured';
  /** One line: what was counted, or the first violation. */
  readonly detail: string;
  /** Of a violation that has a message as its cause. */
  readonly witness?: Witness;
}

/** What the hosts of a violation did: the ends of the chains of messages that led to it. */
export type Witness = readonly Deed[];

/** What a host did because of an object that it had from somewhere. */
export interface Deed {
  readonly host: number;
  /** Virtual microseconds. */
  readonly at: number;
  readonly object: Id;
  /** The rest of a sentence that begins with the host's name. */
  readonly what: string;
  /** Then nothing followed: what crashed or was cut off at that time belongs to the cause. */
  readonly isSilence?: boolean;
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
export const violated = (detail: string, witness?: Witness): Finding =>
  witness === undefined ? { observed: 'violated', detail } : { observed: 'violated', detail, witness };

/** `host` makes a proposal final. */
export const finalDeed = (host: number, at: number, window: number, proposal: Id): Deed => ({
  host,
  at,
  object: proposal,
  what: `makes proposal ${proposal.slice(0, 8)} of window ${window} final`,
});
