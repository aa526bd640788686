import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import type { Header, Operation, ProtocolObject, Registration, Vote } from '../consensus/objects.ts';
import { openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import { BoundaryPrework } from './boundary.ts';
import { Candidacy } from './candidacy.ts';
import type { ParticipantConfig, SessionPorts } from './context.ts';
import { EntryChecks, judgeOpenings } from './entry-checks.ts';
import { Hashing } from './hashing.ts';
import { Mempool } from './mempool.ts';
import { judgeOperation, weighOperation } from './operations.ts';
import { publishBundleAndReveal } from './own.ts';
import { Pace } from './pace.ts';
import { type Candidate, roundOf } from './proposals.ts';
import { finalRecord, OpenRecords } from './records.ts';
import { judgeRegistration, RegistrationPool, weighRegistration } from './registrations.ts';
import { restoreSession, sayAgain, timechainOf } from './restart.ts';
import { RevealKeeper } from './reveals.ts';
import { roundsOf } from './rounds-of.ts';
import { Schedule } from './schedule.ts';
import { Session } from './session.ts';
import type {
  CandidateChain,
  ChainJob,
  ChainResult,
  FinalRecord,
  Opened,
  OpenRecord,
  ParticipantEffect,
  Standing,
  Verdict,
} from './types.ts';
import { holdUntil, rejected, STALE } from './verdicts.ts';

/**
 * One node's part in the protocol: objects and ticks in, objects and work out; no peer, no clock, no randomness (design: the
 * participant machine). Each call carries the iteration count of its moment (09 §12.2); effects leave through `emit` in order.
 */
export class Participant {
  readonly config: ParticipantConfig;
  readonly mempool = new Mempool();
  readonly registrations = new RegistrationPool();
  readonly #schedule = new Schedule();
  readonly #emit: (effect: ParticipantEffect) => void;
  readonly #pace = new Pace();
  readonly #hashing = new Hashing();
  readonly #boundary: BoundaryPrework;
  readonly #records: OpenRecords;
  readonly #candidacy: Candidacy | undefined;
  readonly #checks = new EntryChecks();
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
    const { settled, open } = opened;
    this.#settled = settled;
    // Behind an adopted snapshot the last record is of a window that is over: of it only the chain and the memory still hold.
    this.#restart = open?.window === settled.window + 1 ? open : undefined;
    if (open !== undefined) this.mempool.restore(open);
    this.#forgetMoved();
    this.#records = new OpenRecords(this.#restart, this.mempool.memory(settled.window + 1));
    this.#boundary = new BoundaryPrework(config.meter);
    this.#candidacy = candidacyOf(config, open?.chain);
    this.#records.chain = this.#candidacy?.chain;
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
    const restart = this.#restart;
    this.#enter(this.#settled, false);
    this.#restart = undefined;
    if (restart !== undefined || this.#settled.window >= 0) this.#pace.cut();
    if (restart !== undefined) sayAgain(restart, this.#emit);
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

  /**
   * What an operation is worth that is on its stem: judged, but not taken. In the pool it would be listed in the own bundle, which
   * would tell everybody who had it early (06 §10).
   */
  weigh(object: Operation | Registration): Verdict {
    if (this.#stopped) return STALE;
    return object.kind === 'operation'
      ? weighOperation(object, this.#settled, this.#session, this.mempool, this.config)
      : weighRegistration(object, this.#session, this.registrations, this.config);
  }

  /**
   * An operation of this node's own user: published if it is acceptable. One that no bundle before window `notBefore` may list waits
   * for that window: undefined, and the verdict follows as an effect on entry. Nodes that are all handed it in time list it together.
   */
  submit(operation: Operation, iterations: number, notBefore = 0): Verdict | undefined {
    if (!this.#stopped && notBefore > this.#session.window) {
      return this.#schedule.add({ operation, notBefore }) ? undefined : rejected('ScheduleFull');
    }
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
    if (result.type === 'candidate') {
      this.#candidacy?.done(result);
      this.#seekEntry();
    } else if (result.type === 'check') {
      this.#checks.done(result);
      this.#checkEntries();
    } else if (this.#hashing.done(result) && result.window === this.#session.window) this.#computed(result.value);
    this.#advance();
  }

  /** The alarm is due. */
  tick(iterations: number): void {
    if (this.#stopped) return;
    this.#now = iterations;
    this.#alarm = 0;
    this.#session.rounds.expire(iterations);
    this.#boundary.tick(iterations, this.#pace.tick);
    this.#advance();
  }

  /** Windows that catch-up verified (09 §9, §12.16): adopted as final, one after another. */
  caughtUp(records: readonly FinalRecord[], iterations: number): void {
    if (this.#stopped) return;
    this.#now = iterations;
    const before = this.#settled;
    for (const record of records) {
      if (record.settled.window !== this.#settled.window + 1) continue;
      if (!this.#agrees(record.proposal.header)) {
        this.#stop('catch-up certified another history');
        return;
      }
      this.#close(record, 0);
      this.#handOver(record.certificate);
    }
    // Windows closed meanwhile leave nothing to adopt: then the open one goes on, with all that was signed in it.
    if (this.#settled === before) return;
    this.#enter(this.#settled, false);
    this.#advance();
  }

  /** Whether a certified header continues what is final here, on the timechain value known here (09 §12.17). */
  #agrees({ window, prevProposalHash, timechainValue }: Header): boolean {
    const { timechainValue: known } = this.#session;
    const isKnown = known === undefined || window !== this.#session.window || known === timechainValue;
    return isKnown && prevProposalHash === openWindow(this.#settled).parent;
  }

  // What an object is worth now (09 §12.9): windows first, then the rules of its kind.
  #judge(object: ProtocolObject): Verdict {
    const session = this.#session;
    if (object.kind === 'operation') return judgeOperation(object, this.#settled, session, this.mempool, this.config);
    if (object.kind === 'registration') return judgeRegistration(object, session, this.registrations, this.config);
    if (object.kind === 'openings') {
      const verdict = judgeOpenings(object, session, this.registrations, this.#checks, this.config);
      this.#checkEntries();
      return verdict;
    }
    const window = object.kind === 'proposal' ? object.header.window : object.window;
    if (window > session.window) return holdUntil('window', window);
    if (window < session.window && !(object.kind === 'reveal' && window === session.window - 1)) return STALE;
    switch (object.kind) {
      case 'bundle':
        return session.offerBundle(object);
      case 'reveal':
        return session.offerReveal(object);
      case 'vote':
        return session.offerVote(object);
      case 'proposal':
        return session.offerProposal(object);
      case 'evidence':
        return session.convictions.offer(object);
    }
  }

  /** Applies every rule that may fire, window after window, until nothing changes; then sets the alarm (09 §12.4). */
  #advance(): void {
    while (!this.#stopped) {
      const session = this.#session;
      const adoptable = this.#adoptable();
      if (adoptable !== undefined) this.#adopt(adoptable);
      if (session.rounds.round === 0 && session.mayStart) session.rounds.start();
      session.rounds.advance();
      const decision = this.#decision;
      if (decision === undefined) break;
      this.#decision = undefined;
      this.#close(finalRecord(session, decision.candidate, decision.round), decision.round);
      this.#enter(this.#settled, true);
    }
    const next = this.#stopped ? 0 : sooner(this.#session.rounds.nextDeadline(), this.#boundary.due);
    if (next === this.#alarm) return;
    this.#alarm = next;
    this.#emit({ type: 'alarm', at: next === 0 ? undefined : next });
  }

  /** Makes a window final: durable, then said (09 §12.15a). */
  #close(record: FinalRecord, round: number): void {
    const { settled } = record;
    this.#settled = settled;
    this.#boundary.closed(settled, record.delta);
    this.#forgetMoved();
    this.registrations.settled(record.registrations, settled);
    this.#checks.settled(settled);
    this.#candidacy?.closed(record.registrations);
    const { window } = settled;
    const open = this.#records.next(record, this.mempool.memory(window + 1));
    this.#emit({ type: 'persist', final: record, open });
    this.#emit({ type: 'final', record, round });
    this.#emit({ type: 'ready', condition: { until: 'final', window } });
  }

  /** What is remembered of operations whose frontier moved, or of choices that bind no more, is of no use. */
  #forgetMoved(): void {
    const { state, window } = this.#settled;
    this.mempool.settled(window, (sender, prevHash) => state.account(sender)?.frontierHash === prevHash);
  }

  /** A certificate of a closed window, for whoever serves 0x47 (09 §12.14). */
  #handOver(votes: readonly Vote[]): void {
    const [first] = votes;
    if (first === undefined) return;
    const { window, phase, round, proposalHash } = first;
    this.#emit({ type: 'quorum', quorum: { window, phase, round, proposalHash, votes } });
  }

  /** Enters the window after `settled` (09 §12.1). */
  #enter(settled: Settled, sampled: boolean): void {
    const open = openWindow(settled);
    const { window } = open;
    const before = this.#session as Session | undefined;
    const revealsBefore = before?.window === window - 1 ? before.reveals : new RevealKeeper(window - 1);
    this.#pace.entered(this.#now, open.d, sampled);
    this.#boundary.entered(settled, this.#now, this.#pace.tick);
    const session = new Session(open, new RevealKeeper(window), revealsBefore, this.#ports);
    this.#session = session;
    session.rounds = roundsOf(session, this.#ports);
    this.#emit({ type: 'entered', window, roster: open.roster });
    if (this.#restart !== undefined) this.#resume(session, this.#restart);
    this.#sayStanding();
    this.#emit({ type: 'ready', condition: { until: 'window', window } });
    if (session.timechainValue !== undefined) {
      this.#emit({ type: 'ready', condition: { until: 'timechain', window } });
    }
    this.#submitDue(window);
    const computed = open.timechainValue ?? this.#hashing.finished(window, open.previousT);
    if (computed !== undefined) this.#computed(computed);
    else this.#hash();
    this.#seekEntry();
    this.#checkEntries();
  }

  /** Whether openings hold, one segment after another: this node's word counts only while it is active (05 D-E5). */
  #checkEntries(): void {
    const { identity } = this.config;
    const isActive = identity !== undefined && this.#session.open.roster.slotOf(identity.nodeId) >= 0;
    const { cancel, begin } = this.#checks.next(isActive);
    if (cancel !== undefined) this.#emit({ type: 'cancel', job: cancel });
    if (begin !== undefined) this.#emit({ type: 'work', job: begin });
  }

  /** The user's operations that may be listed from this window on: before its bundle is made. */
  #submitDue(window: number): void {
    for (const operation of this.#schedule.due(window)) {
      const verdict = this.#judge(operation);
      if (verdict.type === 'accept') this.#emit({ type: 'publish', object: operation });
      this.#emit({ type: 'submitted', operation, verdict });
    }
  }

  /** While this node is not in the table: its candidate chain, and the registration that claims it (05 §8). */
  #seekEntry(): void {
    const candidacy = this.#candidacy;
    if (candidacy === undefined) return;
    const { cancel, begin, publish } = candidacy.next(this.#session.open);
    this.#records.chain = candidacy.chain;
    if (cancel !== undefined) this.#emit({ type: 'cancel', job: cancel });
    if (begin !== undefined) this.#emit({ type: 'work', job: begin });
    if (publish === undefined) return;
    if (publish.kind === 'registration') this.registrations.add(publish);
    this.#emit({ type: 'publish', object: publish });
  }

  /** After a restart: what was durable counts again (09 §8.8, §12.15b). */
  #resume(session: Session, record: OpenRecord): void {
    this.#handOver(record.certificate);
    const timechainValue = timechainOf(record);
    if (timechainValue !== undefined) session.know(timechainValue);
    const { locked, valid } = restoreSession(session, this.mempool, record, this.#now);
    for (const object of record.signed) this.#countOwn(object);
    const votes = record.signed.filter((object) => object.kind === 'vote');
    session.rounds.restore(record.round, locked, valid, votes);
  }

  /** Own objects count at once, as inputs of the same step (09 §12.4). */
  #countOwn(object: Parameters<SessionPorts['publish']>[0]): void {
    const session = this.#session;
    switch (object.kind) {
      case 'bundle':
        session.restoreBundle(object);
        break;
      case 'reveal':
        session.reveals.keep(object);
        break;
      case 'vote':
        session.takeVote(object, session.open.roster.slotOf(object.nodeId), 'proof');
        break;
      case 'proposal':
        session.keepOwn(object);
        session.rounds.proposed(roundOf(object));
        break;
    }
  }

  /** T_W is computed: t = 0 (09 §12.3). */
  #computed(value: Id): void {
    const session = this.#session;
    if (session.timechainValue === undefined) this.#know(value);
    else if (session.timechainValue !== value) {
      this.#stop('the own timechain value differs from the adopted one');
      return;
    }
    publishBundleAndReveal(session, this.mempool, this.registrations, this.#checks, this.#ports, this.#records);
    this.#hash();
  }

  /** T_W as bundles of a quorum carry it, while it is not known otherwise (09 §8.1). */
  #adoptable(): Id | undefined {
    const { bundles, timechainValue } = this.#session;
    if (timechainValue !== undefined || this.config.adoption === 'certificate') return undefined;
    return bundles.adoptable();
  }

  /** T_W is adopted; the own one is finished all the same if it lacks little (09 §12.3). */
  #adopt(value: Id): void {
    const { window } = this.#session;
    this.#know(value);
    const lacks = this.#hashing.lacks(window, this.#now);
    const isWorthFinishing = lacks !== undefined && lacks <= this.config.timers.finish * this.#pace.tick;
    if (!isWorthFinishing) this.#hash();
  }

  /** Objects that waited for T_W may be judged. */
  #know(value: Id): void {
    const session = this.#session;
    session.know(value);
    this.#emit({ type: 'ready', condition: { until: 'timechain', window: session.window } });
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
    this.#emit({ type: 'persist', final: undefined, open: this.#records.record(this.#session) });
  }

  #stop(reason: string): void {
    if (this.#stopped) return;
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
      prework: (settled) => this.#boundary.finished(settled),
      publish: (...objects) => {
        this.#records.sign(objects);
        this.#persistOpen();
        for (const object of objects) this.#emit({ type: 'publish', object });
        for (const object of objects) this.#countOwn(object);
      },
      adopt: (value) => this.#adopt(value),
      body: (id): Operation | Registration | undefined => this.mempool.get(id) ?? this.registrations.get(id),
      cemented: (operation) => {
        this.mempool.cemented(operation);
        this.#emit({ type: 'confirmed', notice: { operation, window: this.#session.window } });
      },
      changed: () => {
        if (this.config.identity !== undefined && this.#session.rounds.round > 0) this.#persistOpen();
        this.#sayStanding();
      },
      decide: (candidate, round) => {
        this.#decision = { candidate, round };
      },
      stop: (reason) => this.#stop(reason),
    };
  }
}

/** Of two counts at which something is due, 0 for nothing. */
const sooner = (a: number, b: number): number => (a === 0 || b === 0 ? a + b : Math.min(a, b));

const candidacyOf = (
  { identity, entry, meter }: ParticipantConfig,
  chain: CandidateChain | undefined,
): Candidacy | undefined =>
  identity && entry && new Candidacy({ nodeId: identity.nodeId, node: identity.key, ...entry, meter }, chain);
