import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import type { Operation, ProtocolObject, Registration, Vote } from '../consensus/objects.ts';
import { depthOf, leaderOf } from '../lottery/cascade.ts';
import { openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import type { ParticipantConfig, SessionPorts } from './context.ts';
import { isDisciplined } from './discipline.ts';
import { FirstValid } from './first-valid.ts';
import { Hashing } from './hashing.ts';
import { Mempool } from './mempool.ts';
import { judgeOperation } from './operations.ts';
import { castVote, proposeAgain, proposeFresh, publishBundleAndReveal } from './own.ts';
import { Pace } from './pace.ts';
import type { Candidate } from './proposals.ts';
import { finalRecord, OpenRecords, restoreHeld } from './records.ts';
import { RevealKeeper } from './reveals.ts';
import { Session } from './session.ts';
import type {
  ChainJob,
  ChainResult,
  FinalRecord,
  Opened,
  OpenRecord,
  ParticipantEffect,
  Standing,
  Verdict,
} from './types.ts';
import { holdUntil, STALE } from './verdicts.ts';
import { Voting, type VotingPorts } from './voting.ts';

/**
 * One node's part in the protocol: objects and ticks in, objects and work out; no peer, no clock, no randomness (design: the
 * participant machine). Each call carries the iteration count of its moment (09 §12.2); effects leave through `emit` in order.
 */
export class Participant {
  readonly config: ParticipantConfig;
  readonly mempool = new Mempool();
  readonly #emit: (effect: ParticipantEffect) => void;
  readonly #pace = new Pace();
  readonly #hashing = new Hashing();
  readonly #records: OpenRecords;
  readonly #ports: SessionPorts;
  #settled: Settled;
  #session!: Session;
  #restart: OpenRecord | undefined;
  #now = 0;
  #alarm = 0;
  #standing: Standing | undefined;
  #decision: { readonly candidate: Candidate; readonly round: number } | undefined;
  #stopped = false;

  constructor(config: ParticipantConfig, opened: Opened, emit: (effect: ParticipantEffect) => void) {
    this.config = config;
    this.#emit = emit;
    this.#settled = opened.settled;
    this.#restart = opened.open?.window === opened.settled.window + 1 ? opened.open : undefined;
    this.#records = new OpenRecords(this.#restart);
    this.mempool.restore(opened.open?.sticky ?? []);
    this.#ports = this.#makePorts();
  }

  /** S_{W−1} of the open window W: balances, proofs and snapshots are read from it. */
  get settled(): Settled {
    return this.#settled;
  }

  get session(): Session {
    return this.#session;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** First input: enters the open window, and after a restart says again what was signed in it (09 §8.8). */
  start(iterations: number): void {
    this.#now = iterations;
    this.#enter(this.#settled, false);
    if (this.#restart !== undefined) this.#resume(this.#restart);
    this.#restart = undefined;
    this.#advance();
  }

  /** An object from a peer, or one held before. */
  offer(object: ProtocolObject, iterations: number): Verdict {
    if (this.#stopped) return STALE;
    this.#now = iterations;
    const verdict = this.#judge(object);
    this.#advance();
    return verdict;
  }

  /** An operation of this node's own user: published if it is acceptable. */
  submit(operation: Operation, iterations: number): Verdict {
    const verdict = this.offer(operation, iterations);
    if (verdict.type === 'accept') this.#emit({ type: 'publish', object: operation });
    return verdict;
  }

  /** Votes that a peer sent as a certificate or prevote proof; false when they are no quorum (09 §11.3). */
  offerProof(votes: readonly Vote[], iterations: number): boolean {
    if (this.#stopped) return false;
    this.#now = iterations;
    const isQuorum = this.#session.offerProof(votes);
    this.#advance();
    return isQuorum;
  }

  /** A stretch of the chain is hashed. */
  done(result: ChainResult, iterations: number): void {
    if (this.#stopped) return;
    this.#now = iterations;
    if (this.#hashing.done(result)) {
      const { window, timechainValue } = this.#session;
      if (result.window === window) {
        if (timechainValue !== undefined && timechainValue !== result.value) {
          this.#stop('the own timechain value differs from the adopted one');
          return;
        }
        this.#timechainKnown(result.value, true);
      }
    }
    this.#advance();
  }

  /** The alarm is due. */
  tick(iterations: number): void {
    if (this.#stopped) return;
    this.#now = iterations;
    this.#session.rounds.expire(iterations);
    this.#advance();
  }

  /** Windows that catch-up verified (09 §9, §12.16): adopted as final, one after another. */
  caughtUp(records: readonly FinalRecord[], iterations: number): void {
    if (this.#stopped) return;
    this.#now = iterations;
    for (const record of records) {
      if (record.settled.window !== this.#settled.window + 1) continue;
      this.#close(record, 0);
    }
    this.#enter(this.#settled, false);
    this.#advance();
  }

  // What an object is worth now (09 §12.9): windows first, then the rules of its kind.
  #judge(object: ProtocolObject): Verdict {
    if (object.kind === 'operation')
      return judgeOperation(object, this.#settled, this.#session, this.mempool, this.config);
    if (object.kind === 'registration') return STALE;
    const window = object.kind === 'proposal' ? object.header.window : object.window;
    const open = this.#session.window;
    if (window > open) return holdUntil('window', window);
    if (window < open && !(object.kind === 'reveal' && window === open - 1)) return STALE;
    switch (object.kind) {
      case 'bundle':
        return this.#session.offerBundle(object);
      case 'reveal':
        return this.#session.offerReveal(object);
      case 'vote':
        return this.#session.offerVote(object);
      case 'proposal':
        return this.#session.offerProposal(object);
      case 'evidence':
        return this.#session.offerEvidence(object);
    }
  }

  /** Applies every rule that may fire, window after window, until nothing changes; then sets the alarm (09 §12.4). */
  #advance(): void {
    for (;;) {
      const session = this.#session;
      if (session.timechainValue === undefined) {
        const value = session.bundles.adoptable();
        if (value !== undefined) this.#adopt(value);
      }
      if (session.rounds.round === 0 && session.mayStart()) session.rounds.start();
      session.rounds.advance();
      const decision = this.#decision;
      if (decision === undefined || this.#stopped) break;
      this.#decision = undefined;
      this.#close(finalRecord(session, decision.candidate, decision.round), decision.round);
      this.#enter(this.#settled, true);
    }
    const next = this.#session.rounds.nextDeadline();
    if (next === this.#alarm) return;
    this.#alarm = next;
    this.#emit({ type: 'alarm', at: next === 0 ? undefined : next });
  }

  /** Makes a window final: durable, then said (09 §12.15a). */
  #close(record: FinalRecord, round: number): void {
    this.#settled = record.settled;
    this.#records.clear();
    this.#emit({ type: 'persist', final: record, open: undefined });
    this.#emit({ type: 'final', record, round });
    const { state, window } = record.settled;
    this.mempool.settled(window, (sender, prevHash) => {
      const account = state.account(sender);
      return account === undefined || account.frontierHash === prevHash;
    });
    this.#emit({ type: 'ready', condition: { until: 'final', window } });
  }

  /** Enters the window after `settled` (09 §12.1). */
  #enter(settled: Settled, sampled: boolean): void {
    const open = openWindow(settled);
    const before = this.#session as Session | undefined;
    const revealsBefore =
      before !== undefined && before.window === open.window - 1 ? before.reveals : new RevealKeeper(open.window - 1);
    this.#pace.entered(this.#now, open.d, sampled);
    const session = new Session(open, new RevealKeeper(open.window), revealsBefore, this.#ports);
    this.#session = session;
    session.rounds = this.#makeRounds(session);
    this.#emit({ type: 'entered', window: open.window, roster: open.roster });
    this.#sayStanding();
    this.#emit({ type: 'ready', condition: { until: 'window', window: open.window } });
    const computed = open.timechainValue ?? this.#hashing.finished(open.window, open.previousT);
    if (computed !== undefined) this.#timechainKnown(computed, true);
    else this.#hash();
  }

  /** After a restart: what was durable counts again, and is sent again byte for byte (09 §8.8, §12.15b). */
  #resume(record: OpenRecord): void {
    const session = this.#session;
    for (const object of record.signed) {
      if (object.kind === 'bundle' && session.timechainValue === undefined)
        this.#timechainKnown(object.endpoint, false);
      this.#countOwn(object);
    }
    const locked = restoreHeld(session, record.locked, this.#now);
    const valid = restoreHeld(session, record.valid, this.#now);
    const votes = record.signed.filter((object) => object.kind === 'vote');
    session.rounds.restore(record.round, locked, valid, votes);
    for (const object of record.signed) this.#emit({ type: 'publish', object });
  }

  /** Own objects count at once, as inputs of the same step (09 §12.4). */
  #countOwn(object: Parameters<SessionPorts['publish']>[0]): void {
    const session = this.#session;
    switch (object.kind) {
      case 'bundle':
        if (session.bundles.at(session.open.roster.slotOf(object.nodeId)) === undefined) {
          session.acceptBundle(session.open.roster.slotOf(object.nodeId), object);
        }
        break;
      case 'reveal':
        session.reveals.accept(object);
        break;
      case 'vote':
        session.takeVote(object, session.open.roster.slotOf(object.nodeId), 'proof');
        break;
      case 'proposal':
        session.keepOwn(object);
        session.rounds.proposed(object.reproposal?.round ?? object.header.fallbackDepth);
        break;
    }
  }

  /** T_W is known: objects that waited for it may be judged; if it was computed here, t = 0 (09 §12.3). */
  #timechainKnown(value: Id, computed: boolean): void {
    const session = this.#session;
    if (session.timechainValue === undefined || session.timechainValue === session.open.timechainValue) {
      session.timechainValue = value;
      this.#emit({ type: 'ready', condition: { until: 'timechain', window: session.window } });
    }
    if (computed) publishBundleAndReveal(session, this.mempool, this.#ports, this.#records);
    this.#hash();
  }

  #adopt(value: Id): void {
    if (this.#session.timechainValue !== undefined) return;
    this.#session.timechainValue = value;
    this.#emit({ type: 'ready', condition: { until: 'timechain', window: this.#session.window } });
    const lacks = this.#hashing.lacks(this.#session.window, this.#now);
    const isWorthFinishing = lacks !== undefined && lacks <= this.config.timers.finish * this.#pace.tick;
    if (!isWorthFinishing) this.#hash();
  }

  /** Begins the stretch this node should be hashing now, and leaves any other (09 §8.1, §8.2). */
  #hash(): void {
    const { open, timechainValue } = this.#session;
    const wanted = this.#wantedJob(open.window, timechainValue);
    const { cancel, begin } = this.#hashing.want(wanted, this.#now);
    if (cancel !== undefined) this.#emit({ type: 'cancel', job: cancel });
    if (begin !== undefined) this.#emit({ type: 'work', job: begin });
  }

  #wantedJob(window: number, timechainValue: Id | undefined): ChainJob | undefined {
    const { open } = this.#session;
    if (timechainValue === undefined) return { type: 'chain', window, from: open.previousT, iterations: open.d };
    if (this.#hashing.finished(window + 1, timechainValue) !== undefined) return undefined;
    return { type: 'chain', window: window + 1, from: timechainValue, iterations: open.dNext };
  }

  #sayStanding(): void {
    const { rounds, window } = this.#session;
    const valid = rounds.valid;
    const standing: Standing = {
      window,
      round: rounds.round,
      finalHash: this.#settled.side.proposalHash,
      validRound: valid?.round ?? 0,
      validHash: valid?.candidate.hash ?? ZERO_ID,
    };
    const last = this.#standing;
    const isSame =
      last !== undefined &&
      last.window === window &&
      last.round === standing.round &&
      last.validRound === standing.validRound &&
      last.validHash === standing.validHash;
    if (isSame) return;
    this.#standing = standing;
    this.#emit({ type: 'standing', standing });
  }

  #persistOpen(): void {
    this.#emit({ type: 'persist', final: undefined, open: this.#records.record(this.#session, this.mempool) });
  }

  #stop(reason: string): void {
    this.#stopped = true;
    this.#emit({ type: 'stop', reason });
  }

  #makePorts(): SessionPorts {
    const self = this;
    return {
      config: this.config,
      get now() {
        return self.#now;
      },
      get tick() {
        return self.#pace.tick;
      },
      emit: this.#emit,
      publish: (...objects) => {
        for (const object of objects) this.#records.sign(object);
        this.#persistOpen();
        for (const object of objects) this.#emit({ type: 'publish', object });
        for (const object of objects) this.#countOwn(object);
      },
      adopt: (value) => this.#adopt(value),
      body: (id): Operation | Registration | undefined => this.mempool.get(id),
    };
  }

  #makeRounds(session: Session): Session['rounds'] {
    const { config } = this;
    const identity = config.identity;
    const { open } = session;
    const ports: VotingPorts = {
      votes: session.votes,
      proposals: session.proposals,
      figures: config.timers,
      nil: open.nilHash,
      isVoter: identity !== undefined && open.roster.slotOf(identity.nodeId) >= 0,
      deadline: (ticks) => this.#now + ticks * this.#pace.tick,
      depthOf,
      isLeader: (round) => identity !== undefined && leaderOf(open.cascade, round) === identity.nodeId,
      judge: (candidate) => session.bodies.judge(candidate),
      isDisciplined: (candidate, round) => isDisciplined(session, candidate, round, config, this.#pace.tick),
      isComplete: () => session.bundles.complete,
      castVote: (phase, round, value) => castVote(session, this.#ports, phase, round, value),
      proposeFresh: (round) => proposeFresh(session, this.#ports, round),
      propose: (valid, round) => proposeAgain(this.#ports, valid, round),
      changed: () => {
        if (identity !== undefined && session.rounds.round > 0) this.#persistOpen();
        this.#sayStanding();
      },
      wantProposal: (hash) => session.bodies.wantProposal(hash),
      decide: (candidate, round) => {
        this.#decision = { candidate, round };
      },
      contradiction: () => this.#stop('a certified proposal fails validation'),
    };
    return config.network.rules.finality === 'votes' ? new Voting(ports) : new FirstValid(ports);
  }
}
