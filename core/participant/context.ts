import type { Id } from '../bytes/bytes.ts';
import type { Bundle, Operation, Proposal, Registration, Reveal, Vote } from '../consensus/objects.ts';
import type { SigningKey, Verify } from '../crypto/suite.ts';
import type { Network } from '../genesis/network.ts';
import type { Prework } from '../transition/prework.ts';
import type { Settled } from '../transition/settled.ts';
import type { ApplyMemo } from './evaluation.ts';
import type { Candidate } from './proposals.ts';
import type { TimerFigures } from './timers.ts';
import type { Meter, ParticipantEffect } from './types.ts';
import type { VotingRules } from './voting-rules.ts';

/**
 * When T_W is known to a node that did not compute it: by bundles of a quorum or a certificate (09 §8.1), or by a certificate only,
 * the rule that 09 §8 replaces. Local policy: nodes of one network may differ.
 */
export type Adoption = 'bundles' | 'certificate';

/** Who this node is, and how it runs: fixed for its life. */
export interface ParticipantConfig {
  readonly network: Network;
  /** Counts into `meter` by itself. */
  readonly verify: Verify;
  /** undefined: an observer, which follows and signs nothing. */
  readonly identity: { readonly nodeId: Id; readonly key: SigningKey } | undefined;
  /** Present: while its node is not in the table, it seeks entry (05 §8), with a chain that begins in window `from` at the earliest. */
  readonly entry?: { readonly operator: SigningKey; readonly from: number };
  readonly timers: TimerFigures;
  /** By default `bundles`. */
  readonly adoption?: Adoption;
  /** By default `VOTING_RULES`; anything else is a planted defect. */
  readonly voting?: VotingRules;
  readonly memo: ApplyMemo;
  readonly meter: Meter;
}

/** What the work on one window asks of the participant that owns it. */
export interface SessionPorts {
  readonly config: ParticipantConfig;
  /** Iteration count of the input being handled. */
  readonly now: number;
  /** Iterations per tick in this window. */
  readonly tick: number;
  emit(effect: ParticipantEffect): void;
  /** What was prepared of the window after `settled`, if it ends an epoch: to be had before `applyWindow`, remembered or not. */
  prework(settled: Settled): Prework | undefined;
  /** Own, signed objects: durable, then sent, then counted. */
  publish(...objects: (Bundle | Reveal | Proposal | Vote)[]): void;
  /** T_W became known otherwise than by own computation (09 §8.1). */
  adopt(timechainValue: Id): void;
  /** Body of an operation or registration waiting in the pools. */
  body(id: Id): Operation | Registration | undefined;
  /** Bundles of weight ≥ Q list it. */
  cemented(operation: Id): void;
  /** The round or the valid value changed: makes it durable, and says so where it is part of the standing. */
  changed(): void;
  /** The window is over. */
  decide(candidate: Candidate, round: number): void;
  /** A safety failure: the node stops speaking (09 §12.17). */
  stop(reason: string): void;
}
