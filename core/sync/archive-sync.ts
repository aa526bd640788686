import { signersWeight } from '../consensus/certificate.ts';
import { judgeVote } from '../consensus/judge-vote.ts';
import type { Vote } from '../consensus/objects.ts';
import type { FinalRecord } from '../participant/types.ts';
import { openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import type { ArchiveResponse, Message, ObjectResponse, ProofResponse } from '../wire/messages.ts';
import { MOST_ARCHIVED } from '../wire/payloads.ts';
import { Attempt } from './attempt.ts';
import type { Head, Heads } from './heads.ts';
import { REFUSED } from './patience.ts';
import { ANOTHER_KIND, BELOW_QUORUM, BELOW_TRUSTED_QUORUM, type Checkpoint, type PhasePorts } from './phase.ts';
import type { CatchUp } from './progress.ts';
import type { ReplayTools } from './replay.ts';
import { VotesOfPeers } from './votes-of-peers.ts';

/** How long a node stays one window behind before it asks for the archive entry: gossip closes the gap sooner, if it can. */
export const ONE_BEHIND = 5_000_000;

export interface ArchivePorts extends PhasePorts {
  readonly tools: ReplayTools;
  /** Whether final windows come with certificates: not under `finality: first-valid` (09 §12.18). */
  readonly certified: boolean;
  /** What any history must lead through; ahead of the own state it vouches for what is below it (09 §9). */
  readonly checkpoint: Checkpoint | undefined;
  readonly heads: Heads;
  /** The last final state of this node: what it trusts. */
  trusted(): Settled;
  /** A node that stopped adopts nothing any more (09 §12.17). */
  stopped(): boolean;
  /** A snapshot is expected to do it. */
  isSpared(): boolean;
  timer(at: number | undefined): void;
  /** Verified windows, oldest first. */
  adopt(records: readonly FinalRecord[]): void;
  progress(progress: CatchUp): void;
}

/**
 * Catch-up window by window (09 §9, §12.16), at once from two windows behind on, and where gossip does not help from one: archive
 * entries of one peer are applied on a copy and adopted once a certificate of the last of them has weight ≥ Q, counted by the
 * tentative state before it and by the trusted state alike. A peer that did not bring all that was asked of it is asked again after
 * all the others only, so that those who bring little, or nothing, or it slowly, hold nobody who knows one other peer.
 */
export class ArchiveSync {
  readonly #ports: ArchivePorts;
  #attempt: Attempt | undefined;
  /** Of the last window of a range: a quorum of its own state, not of the trusted one. */
  readonly #votes = new VotesOfPeers();
  /** When being one behind in `window` has lasted long enough. */
  #late: { readonly window: number; readonly at: number } | undefined;

  constructor(ports: ArchivePorts) {
    this.#ports = ports;
  }

  peerDown(peer: number, now: number): void {
    if (this.#attempt?.peer === peer) this.#finish(now);
  }

  timer(now: number): void {
    const attempt = this.#attempt;
    if (attempt === undefined) {
      this.#ports.timer(undefined);
      this.go(now);
    } else if (now >= attempt.deadline) this.#giveUp(attempt, attempt.patience.fault(now), now);
    else this.#ports.timer(attempt.deadline);
  }

  /** Starts an attempt when some peer is far enough ahead, or has been ahead for long enough. */
  go(now: number): void {
    if (this.#attempt !== undefined || this.#ports.stopped() || this.#ports.isSpared()) return;
    const base = this.#ports.trusted();
    const open = base.window + 1;
    const ahead = this.#ports.heads.next(open + 2, now) ?? this.#aheadForLong(open, now);
    if (ahead === undefined) return;
    const count = Math.min(MOST_ARCHIVED, ahead.window - open);
    const attempt = new Attempt(ahead.peer, base, count, now);
    this.#attempt = attempt;
    this.#askEntries(attempt, now);
  }

  message(peer: number, message: ArchiveResponse | ObjectResponse | ProofResponse, now: number): void {
    const { type } = message;
    const attempt = this.#attempt;
    if (attempt?.peer !== peer || attempt.requestId !== message.requestId) return;
    if (attempt.awaits !== type) this.#giveUp(attempt, ANOTHER_KIND, now);
    else if (type === 'proof-response') this.#takeProof(attempt, message, now);
    else {
      const fault =
        type === 'archive-response'
          ? attempt.takeEntries(message.entries, this.#ports.checkpoint)
          : attempt.takeBodies(message.objects);
      if (fault === undefined) this.#replay(attempt, now);
      else this.#giveUp(attempt, fault, now);
    }
  }

  #aheadForLong(open: number, now: number): Head | undefined {
    const ahead = this.#ports.heads.next(open + 1, now);
    if (ahead === undefined) return undefined;
    if (this.#late?.window !== open) this.#late = { window: open, at: now + ONE_BEHIND };
    if (now >= this.#late.at) return ahead;
    this.#ports.timer(this.#late.at);
    return undefined;
  }

  #request(attempt: Attempt, now: number, make: (requestId: number) => Message): void {
    attempt.requestId = this.#ports.freshRequestId();
    attempt.deadline = attempt.patience.deadline(now);
    this.#ports.timer(attempt.deadline);
    this.#ports.send(attempt.peer, make(attempt.requestId));
  }

  #askEntries(attempt: Attempt, now: number): void {
    const { next: fromWindow, left: count } = attempt;
    attempt.awaits = 'archive-response';
    this.#request(attempt, now, (requestId) => ({ type: 'archive-request', requestId, fromWindow, count }));
  }

  #replay(attempt: Attempt, now: number): void {
    if (this.#ports.trusted().window + 1 !== attempt.from) {
      this.#finish(now);
      return;
    }
    const fault = attempt.replay(this.#ports.tools);
    if (fault !== undefined) this.#refuse(attempt.peer, fault, now);
    const { names } = attempt;
    if (names.length > 0) {
      attempt.awaits = 'object-response';
      this.#request(attempt, now, (requestId) => ({ type: 'object-request', requestId, names }));
    } else if (attempt.hasMore) this.#askEntries(attempt, now);
    else if (attempt.records.length === 0) this.#finish(now);
    else if (this.#ports.certified) this.#askCertificate(attempt, now);
    else this.#adopt(attempt, attempt.records, now);
  }

  /** Asks for the certificate of the last replayed window, from the next part on. */
  #askCertificate(attempt: Attempt, now: number): void {
    const { parts } = attempt;
    attempt.awaits = 'proof-response';
    this.#request(attempt, now, (requestId) => parts.request(requestId));
  }

  #takeProof(attempt: Attempt, part: ProofResponse, now: number): void {
    const { parts } = attempt;
    const taken = parts.take(part, attempt.open().roster.members.length);
    if (taken === 'no certificate') this.#takeLess(attempt, taken, now);
    else if (taken === 'more') this.#askCertificate(attempt, now);
    else if (taken === 'complete') this.#judge(attempt, parts.votes(), now);
    else this.#giveUp(attempt, taken, now);
  }

  /** Adopts what the certificate proves under both states (09 §9). */
  #judge(attempt: Attempt, votes: readonly Vote[], now: number): void {
    const { last } = attempt;
    const trusted = this.#ports.trusted();
    if (trusted.window >= last.settled.window) {
      this.#finish(now);
      return;
    }
    const open = attempt.open();
    const sound = votes.filter((vote) => judgeVote(vote, open, this.#ports.tools.verify) === undefined);
    if (signersWeight(sound, open.roster) < open.roster.quorum) {
      this.#giveUp(attempt, BELOW_QUORUM, now);
      return;
    }
    const certificate = this.#votes.with(sound);
    const known = openWindow(trusted).roster;
    if (signersWeight(certificate, known) >= known.quorum) {
      this.#adopt(attempt, [...attempt.records.slice(0, -1), { ...last, certificate }], now);
      return;
    }
    if (attempt.fault === undefined) this.#votes.keep(sound);
    this.#takeLess(attempt, BELOW_TRUSTED_QUORUM, now);
  }

  /** The certificate proves nothing to this node, or there is none. */
  #takeLess(attempt: Attempt, fault: 'no certificate' | typeof BELOW_TRUSTED_QUORUM, now: number): void {
    attempt.takeLess(fault);
    if (attempt.records.length === 0) this.#giveUp(attempt, attempt.fault ?? fault, now);
    else this.#askCertificate(attempt, now);
  }

  #adopt({ peer, count }: Attempt, records: readonly FinalRecord[], now: number): void {
    const { heads } = this.#ports;
    if (records.length < count) heads.toTheEnd(peer);
    this.#votes.clear();
    this.#ports.adopt(records);
    const { window } = this.#ports.trusted();
    if (records.length === MOST_ARCHIVED) {
      this.#ports.progress({ phase: 'archive', done: window + 1, total: heads.of(peer) ?? 0 });
    }
    this.#finish(now);
  }

  #finish(now: number): void {
    this.#attempt = undefined;
    this.#ports.timer(undefined);
    this.go(now);
  }

  /** This peer did not help: the next one is asked. */
  #giveUp({ peer }: Attempt, reason: string, now: number): void {
    this.#refuse(peer, reason, now);
    this.#finish(now);
  }

  #refuse(peer: number, reason: string, now: number): void {
    this.#ports.penalty(peer, reason);
    this.#ports.heads.refuse(peer, now + REFUSED);
  }
}
