import type { Id } from '../bytes/bytes.ts';
import { makeBundle } from '../consensus/bundle.ts';
import { cement } from '../consensus/cementing.ts';
import { makeHeader } from '../consensus/header.ts';
import { type Bundle, PRECOMMIT, PREVOTE, type Proposal, type ProtocolObject } from '../consensus/objects.ts';
import { makeProposal, makeReproposal } from '../consensus/proposal.ts';
import { makeVote } from '../consensus/vote.ts';
import type { SigningKey } from '../crypto/suite.ts';
import type { RulesChoice } from '../genesis/rules.ts';
import { cheapVerify, idOf } from '../operations/accounts.suite.ts';
import { timechainStep } from '../timechain/chain.ts';
import { applyWindow, headerFields } from '../transition/apply.ts';
import type { Settled } from '../transition/settled.ts';
import { listed, NO_MEMO } from './evaluation.ts';
import { Participant } from './participant.ts';
import { foundation } from './party.suite.ts';
import { roundOf } from './proposals.ts';
import { ORDINARY_TIMERS } from './timers.ts';
import type {
  ChainJob,
  Condition,
  FinalRecord,
  Opened,
  OpenRecord,
  ParticipantEffect,
  Quorum,
  Standing,
  Verdict,
} from './types.ts';
import { VOTING_RULES, type VotingRules } from './voting-rules.ts';

/*
 * Scripts: what a few participants say to each other, step by step, as plain text. A line is a command, and the indented lines below
 * it are what each seat then did, in order. Seats p0, p1, … sit in the order of cascade(0): p0 leads round 1 of windows 0 and 1.
 * Nothing moves by itself: what is said waits in the post until a command delivers it, and time passes by `tick` and `hash` only.
 *
 *   seats <n> [rule=value …]        the table; `observer` instead of a rule makes the last seat one
 *   start [<seats>]
 *   hash <seats>                    until the stretch of chain each is hashing is done
 *   tick <seats> <n>                n ticks of ten iterations
 *   deliver <what>, lose <what>     all | [<from>-><to>] [<kind> …] [but <kind> …]
 *   forge <seat> prevote|precommit <proposal>|nil round <r> to <seats>      signed by that seat's key, put into the post
 *   forge <seat> bundle to <seats>                        another bundle of the window that the first receiver has open
 *   forge <seat> proposal <bundles> round <r> to <seats>  a fresh one with these bundles
 *   forge <seat> again <proposal> valid <v> round <r> to <seats>
 *   give <seats> <object> …         as an answer to a request
 *   prove <seat> prevote|precommit to <seats>   the last quorum that seat handed over
 *   catch <seat> from <seat>        the final windows of the other, as catch-up hands them over
 *   calm <seats> <n>                n rounds of a network that loses nothing between these seats, or less if the window closes:
 *                                   all is delivered at once, what a seat needs is given, quorums are handed over (09 §11.3)
 *   crash <seat>, restart <seat>
 *   look <seats>                    where they stand
 *   show <effect> …, hide <effect> …            hash and save are hidden at first
 *   <command> quietly               nothing of it is written down
 *
 * Names: B1@0, R1@0: bundle and reveal of p1 in window 0; P0@1r2: p0's header of window 1 and depth 2, P0@1r2' another one;
 * P0@1r2/r5 the same again in round 5.
 */

export interface ScriptSeat {
  readonly name: string;
  readonly nodeId: Id;
  readonly key: SigningKey;
  readonly isObserver: boolean;
  readonly effects: ParticipantEffect[];
  readonly finals: FinalRecord[];
  /** The round each was final in, 0 where catch-up brought it. */
  readonly finalRounds: number[];
  participant: Participant;
  disk: Opened;
  /** The round it proposed in last. */
  leads: number;
  /** Iterations since its start. */
  count: number;
  job: { readonly job: ChainJob; readonly due: number } | undefined;
  alarm: number | undefined;
  held: { readonly object: ProtocolObject; readonly until: Condition }[];
  quorums: Quorum[];
  /** Quorums it was handed over in a calm network. */
  readonly handed: Set<Quorum>;
  /** Bodies it asked for. */
  needs: Id[];
  standing: Standing | undefined;
  up: boolean;
}

interface Letter {
  readonly object: ProtocolObject;
  readonly from: ScriptSeat;
  readonly to: ScriptSeat;
}

/** What is otherwise at a table than the rules have it: a planted defect, or nothing. */
export interface Defect {
  /** Rules of voting, one of them replaced. */
  readonly voting?: VotingRules;
  /** What a disk keeps of a record. */
  readonly keeps?: (record: OpenRecord) => OpenRecord;
  /** Objects that a seat does not even look at. */
  readonly refuses?: (object: ProtocolObject, seat: ScriptSeat) => boolean;
  /** What a seat says besides when it holds a new quorum. */
  readonly adds?: (quorum: Quorum, seat: ScriptSeat) => ProtocolObject | undefined;
  /** A new valid value is not announced: its quorum is had only from the leader who proposes it again. */
  readonly isSilentOnChange?: boolean;
}

const TICK = 10;

/** Ticks that a calm network may take for what it should do. */
const MOST_TICKS = 200_000;

/** At the end of a command whose doings are another script's subject. */
const QUIETLY = ' quietly';

/** Runs the commands of a script and returns it with what they do now below them. Comments and empty lines stay. */
export const runScript = (text: string): string => {
  const table = new Table();
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('  ')) continue;
    lines.push(line);
    if (line !== '' && !line.startsWith('#')) lines.push(...table.run(line));
  }
  return lines.join('\n');
};

/** The seats of a script, what is between them, and who does what. */
export class Table {
  readonly #defect: Defect;
  #seats: ScriptSeat[] = [];
  #genesis!: Settled;
  #post: Letter[] = [];
  readonly #names = new Map<Id, string>();
  readonly #objects = new Map<string, ProtocolObject>();
  readonly #hidden = new Set(['hash', 'save']);
  /** What each seat did since the command. */
  #done = new Map<ScriptSeat, string[]>();

  constructor(defect: Defect = {}) {
    this.#defect = defect;
  }

  get seats(): readonly ScriptSeat[] {
    return this.#seats;
  }

  /** Commands, one a line, indented as may be; what they do is looked at afterwards. */
  play(text: string): this {
    for (const line of text.split('\n').map((indented) => indented.trim())) {
      if (line !== '' && !line.startsWith('#')) this.run(line);
    }
    return this;
  }

  /** What each seat holds for final in `window`: a name, or undefined. */
  finals(window = 0): readonly (string | undefined)[] {
    return this.#seats.map(({ finals }) => {
      const record = finals[window];
      return record && this.#nameOf(record.proposal);
    });
  }

  run(line: string): readonly string[] {
    const isQuiet = line.endsWith(QUIETLY);
    const [command = '', ...words] = (isQuiet ? line.slice(0, -QUIETLY.length) : line).split(/\s+/);
    this.#done = new Map(this.#seats.map((seat) => [seat, []]));
    this.#command(command, words);
    if (isQuiet) return [];
    return this.#seats.flatMap((seat) => wrapped(seat.name, this.#done.get(seat) ?? []));
  }

  #command(command: string, words: readonly string[]): void {
    const seats = (): readonly ScriptSeat[] => this.#named(words[0]);
    switch (command) {
      case 'seats':
        this.#lay(Number(words[0]), words.slice(1));
        return;
      case 'start':
        for (const seat of seats()) this.#act(seat, () => seat.participant.start(seat.count));
        return;
      case 'hash':
        for (const seat of seats()) if (seat.job !== undefined) this.#pass(seat, seat.job.due);
        return;
      case 'tick':
        for (const seat of seats()) this.#pass(seat, seat.count + TICK * Number(words[1]));
        return;
      case 'deliver':
        this.#deliver(this.#matching(words));
        return;
      case 'lose':
        this.#lose(this.#matching(words));
        return;
      case 'forge':
        this.#forge(this.#one(words[0]), words.slice(1));
        return;
      case 'give':
        for (const seat of seats()) for (const name of words.slice(1)) this.#offer(seat, this.#object(name));
        return;
      case 'prove':
        this.#prove(this.#one(words[0]), words[1] === 'prevote' ? PREVOTE : PRECOMMIT, words[3]);
        return;
      case 'catch':
        this.#catch(this.#one(words[0]), this.#one(words[2]));
        return;
      case 'calm':
        this.#calm(seats(), Number(words[1]));
        return;
      case 'crash':
        for (const seat of seats()) Object.assign(seat, { up: false, job: undefined, alarm: undefined, held: [] });
        return;
      case 'restart':
        for (const seat of seats()) this.#restart(seat);
        return;
      case 'look':
        for (const seat of seats()) this.#note(seat, this.#standingOf(seat));
        return;
      case 'show':
        for (const word of words) this.#hidden.delete(word);
        return;
      case 'hide':
        for (const word of words) this.#hidden.add(word);
        return;
      default:
        throw new Error(`unknown command: ${command}`);
    }
  }

  #lay(count: number, options: readonly string[]): void {
    const hasObserver = options.includes('observer');
    const chosen = options.filter((option) => option !== 'observer').map((option) => option.split('='));
    const rules: RulesChoice = Object.fromEntries(chosen);
    const { genesis, keys } = foundation({ count: hasObserver ? count - 1 : count, rules });
    this.#genesis = genesis;
    const founders = genesis.network.founders.map((nodeId) => keys.find((key) => key.nodeId === nodeId));
    this.#seats = Array.from({ length: count }, (_, i) => {
      const founder = founders[i] ?? keys[0];
      if (founder === undefined) throw new Error('no seats');
      const seat = {
        name: `p${i}`,
        nodeId: founders[i]?.nodeId ?? '',
        key: founder.node,
        isObserver: founders[i] === undefined,
        effects: [],
        finals: [],
        finalRounds: [],
        disk: { settled: genesis, open: undefined },
        leads: 0,
        count: 0,
        job: undefined,
        alarm: undefined,
        held: [],
        quorums: [],
        handed: new Set<Quorum>(),
        needs: [],
        standing: undefined,
        up: true,
      };
      return Object.assign(seat, { participant: this.#participant(seat) });
    });
  }

  #participant(seat: Pick<ScriptSeat, 'nodeId' | 'key' | 'isObserver' | 'disk' | 'effects'>): Participant {
    const config = {
      network: this.#genesis.network,
      verify: cheapVerify,
      identity: seat.isObserver ? undefined : { nodeId: seat.nodeId, key: seat.key },
      timers: ORDINARY_TIMERS,
      voting: this.#defect.voting ?? VOTING_RULES,
      memo: NO_MEMO,
      meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 },
    };
    return new Participant(config, seat.disk, (effect) => seat.effects.push(effect));
  }

  #restart(seat: ScriptSeat): void {
    Object.assign(seat, { up: true, count: 0, quorums: [], needs: [], standing: undefined, effects: [] });
    seat.handed.clear();
    seat.participant = this.#participant(seat);
    this.#act(seat, () => seat.participant.start(0));
  }

  /** Lets time pass at a seat: alarms ring and stretches are done on the way. */
  #pass(seat: ScriptSeat, until: number): void {
    for (;;) {
      const alarm = seat.alarm ?? Number.POSITIVE_INFINITY;
      const due = seat.job?.due ?? Number.POSITIVE_INFINITY;
      if (Math.min(alarm, due) > until) break;
      seat.count = Math.max(seat.count, Math.min(alarm, due));
      if (due <= alarm) this.#finish(seat);
      else {
        seat.alarm = undefined;
        this.#act(seat, () => seat.participant.tick(seat.count));
      }
    }
    seat.count = Math.max(seat.count, until);
  }

  #finish(seat: ScriptSeat): void {
    const { window, from, iterations } = (seat.job as { job: ChainJob }).job;
    seat.job = undefined;
    const value = timechainStep(from, iterations);
    this.#act(seat, () => seat.participant.done({ type: 'chain', window, from, value }, seat.count));
  }

  #deliver(matches: (letter: Letter) => boolean): void {
    for (let at = 0; at < this.#post.length; ) {
      const letter = this.#post[at] as Letter;
      if (matches(letter)) {
        this.#post.splice(at, 1);
        if (letter.to.up) this.#offer(letter.to, letter.object);
      } else at++;
    }
  }

  #lose(matches: (letter: Letter) => boolean): void {
    this.#post = this.#post.filter((letter) => !matches(letter));
  }

  #offer(seat: ScriptSeat, object: ProtocolObject): void {
    if (this.#defect.refuses?.(object, seat) === true) return;
    const verdict = seat.participant.offer(object, seat.count);
    this.#noteVerdict(seat, object, verdict);
    if (verdict.type === 'hold') seat.held.push({ object, until: verdict.until });
    this.#act(seat, () => {});
  }

  #noteVerdict(seat: ScriptSeat, object: ProtocolObject, verdict: Verdict): void {
    if (verdict.type === 'accept') return;
    const reason = verdict.type === 'reject' ? `: ${verdict.reason}` : '';
    this.#note(seat, `${verdict.type} ${this.#describe(object, true)}${reason}`);
  }

  #prove(from: ScriptSeat, phase: number, to: string | undefined): void {
    const quorum = from.quorums.findLast((known) => known.phase === phase);
    if (quorum === undefined) throw new Error(`${from.name} has no such quorum`);
    for (const seat of this.#named(to)) {
      const isTaken = seat.participant.offerProof(quorum.votes, seat.count);
      this.#note(seat, `proof ${isTaken ? 'taken' : 'refused'}`);
      this.#act(seat, () => {});
    }
  }

  /** Rounds of a network as it is after the storm, counted from the greatest. Each seat stops there, or in the next window. */
  #calm(seats: readonly ScriptSeat[], rounds: number): void {
    const sessions = seats.map(({ participant }) => participant.session);
    const window = Math.min(...sessions.map((session) => session.window));
    const open = sessions.filter((session) => session.window === window);
    const round = Math.max(...open.map((session) => session.rounds.round)) + rounds;
    const isThere = ({ participant: { session } }: ScriptSeat): boolean =>
      session.window > window || session.rounds.round >= round;
    for (let ticks = 0; ticks < MOST_TICKS; ticks++) {
      while (this.#exchange(seats));
      if (seats.every(isThere)) return;
      for (const seat of seats) if (!isThere(seat)) this.#pass(seat, seat.count + TICK);
    }
    throw new Error('a calm network stands still');
  }

  /** Everything said to these seats is delivered, but nothing they heard is passed on; false when nothing waited. */
  #exchange(seats: readonly ScriptSeat[]): boolean {
    const isLive = ({ to }: Letter): boolean => seats.includes(to);
    let moved = this.#post.some(isLive);
    this.#deliver(isLive);
    for (const seat of seats) {
      for (const id of seat.needs.splice(0)) {
        const object = this.#objects.get(this.#names.get(id) ?? '');
        if (object === undefined) continue;
        moved = true;
        this.#offer(seat, object);
      }
      for (const from of seats) if (from !== seat && this.#handOver(from, seat)) moved = true;
    }
    return moved;
  }

  /** What the Status of `from`, or its re-proposal, shows `to` missing (09 §11.3.3). */
  #handOver(from: ScriptSeat, to: ScriptSeat): boolean {
    const { session } = to.participant;
    const { window, rounds } = session;
    const other = from.participant.session;
    const isShown = ({ phase, round, proposalHash }: Quorum): boolean => {
      if (other.window > window) return phase === PRECOMMIT && rounds.decidedValue === undefined;
      if (phase === PRECOMMIT || session.votes.hasQuorum(round, PREVOTE, proposalHash)) return false;
      const { valid } = other.rounds;
      const isByStatus = valid?.round === round && round > (rounds.valid?.round ?? 0);
      if (isByStatus && this.#defect.isSilentOnChange !== true) return true;
      // No proposal has depth 0: these are the re-proposals here of the round that the other leads.
      const again = session.proposals.ofRound(from.leads, 0);
      return again.some(({ candidate, validRound }) => candidate.hash === proposalHash && validRound === round);
    };
    const news = from.quorums.filter((known) => known.window === window && !to.handed.has(known) && isShown(known));
    for (const quorum of news) {
      to.handed.add(quorum);
      this.#act(to, () => to.participant.offerProof(quorum.votes, to.count));
    }
    return news.length > 0;
  }

  #catch(seat: ScriptSeat, from: ScriptSeat): void {
    const missed = from.finals.slice(seat.participant.settled.window + 1);
    this.#act(seat, () => seat.participant.caughtUp(missed, seat.count));
  }

  #forge(by: ScriptSeat, words: readonly string[]): void {
    const to = this.#named(words[words.indexOf('to') + 1]);
    const object = this.#forged(by, words, (to[0] as ScriptSeat).participant);
    this.#nameOf(object);
    for (const seat of to) this.#post.push({ object, from: by, to: seat });
  }

  #forged(by: ScriptSeat, words: readonly string[], { session }: Participant): ProtocolObject {
    const [kind = '', what = ''] = words;
    const round = Number(words[words.indexOf('round') + 1]);
    const { open, window, timechainValue = '' } = session;
    switch (kind) {
      case 'prevote':
      case 'precommit': {
        const phase = kind === 'prevote' ? PREVOTE : PRECOMMIT;
        const proposalHash = what === 'nil' ? open.nilHash : (this.#object(what) as Proposal).header.id;
        return makeVote({ phase, round, window, proposalHash, nodeId: by.nodeId }, by.key);
      }
      case 'bundle': {
        const fields = { nodeId: by.nodeId, endpoint: timechainValue, window, reveals: [] };
        return makeBundle({ ...fields, operations: [idOf(this.#names.size)] }, by.key);
      }
      case 'proposal': {
        const bundles = what.split(',').map((name) => this.#object(name) as Bundle);
        const cemented = cement(open.roster, bundles);
        const reveals = cemented.reveals.map((id) => {
          const reveal = session.revealsBefore.get(id);
          if (reveal === undefined) throw new Error('a reveal is missing');
          return reveal;
        });
        const input = {
          timechainValue,
          bundles: listed(bundles),
          reveals: listed(reveals),
          operations: [],
          registrations: [],
          proposer: by.nodeId,
          fallbackDepth: round,
        };
        const outcome = applyWindow(open.settled, input, cheapVerify);
        const header = makeHeader(headerFields(outcome, open, by.nodeId, round), by.key);
        return makeProposal(header, input.bundles, input.reveals);
      }
      case 'again': {
        const validRound = Number(words[words.indexOf('valid') + 1]);
        return makeReproposal(this.#object(what) as Proposal, validRound, round, by.nodeId, by.key);
      }
      default:
        throw new Error(`nobody forges a ${kind}`);
    }
  }

  #act(seat: ScriptSeat, call: () => void): void {
    call();
    for (let effect = seat.effects.shift(); effect !== undefined; effect = seat.effects.shift()) {
      this.#carryOut(seat, effect);
    }
  }

  #carryOut(seat: ScriptSeat, effect: ParticipantEffect): void {
    switch (effect.type) {
      case 'publish':
        this.#note(seat, this.#describe(effect.object, false));
        if (effect.object.kind === 'proposal') seat.leads = roundOf(effect.object);
        for (const to of this.#seats) if (to !== seat) this.#post.push({ object: effect.object, from: seat, to });
        return;
      case 'need':
        for (const { id } of effect.names) seat.needs.push(id);
        this.#note(seat, `need ${this.#names.get((effect.names[0] as { id: Id }).id) ?? 'a body'}`);
        return;
      case 'ready': {
        const { until, window } = effect.condition;
        const isMet = (held: Condition): boolean => held.until === until && held.window <= window;
        const due = seat.held.filter((held) => isMet(held.until));
        seat.held = seat.held.filter((held) => !isMet(held.until));
        for (const { object } of due) this.#offer(seat, object);
        return;
      }
      case 'entered':
        this.#note(seat, `window ${effect.window}`);
        return;
      case 'standing':
        this.#noteStanding(seat, effect.standing);
        return;
      case 'quorum':
        seat.quorums.push(effect.quorum);
        this.#add(seat, effect.quorum);
        return;
      case 'work':
        seat.job = { job: effect.job, due: seat.count + effect.job.iterations };
        if (!this.#hidden.has('hash')) this.#note(seat, `hash T${effect.job.window}`);
        return;
      case 'cancel':
        seat.job = undefined;
        if (!this.#hidden.has('hash')) this.#note(seat, `leave T${effect.job.window}`);
        return;
      case 'alarm':
        seat.alarm = effect.at;
        return;
      case 'persist': {
        const { final, open } = effect;
        const kept = open && (this.#defect.keeps?.(open) ?? open);
        seat.disk = { settled: final?.settled ?? seat.disk.settled, open: kept };
        if (!this.#hidden.has('save')) this.#note(seat, `save ${this.#record(effect)}`);
        return;
      }
      case 'final':
        seat.finals.push(effect.record);
        seat.finalRounds.push(effect.round);
        this.#note(seat, `final ${this.#nameOf(effect.record.proposal)} in round ${effect.round}`);
        return;
      case 'confirmed':
        return;
      case 'evidence':
        this.#note(seat, `found ${this.#describe(effect.evidence, true)}`);
        return;
      case 'stop':
        this.#note(seat, `stop: ${effect.reason}`);
    }
  }

  /** Says what a defect makes of a quorum, to itself too. */
  #add(seat: ScriptSeat, quorum: Quorum): void {
    const object = this.#defect.adds?.(quorum, seat);
    if (object === undefined) return;
    this.#note(seat, this.#describe(object, false));
    for (const to of this.#seats) if (to !== seat) this.#post.push({ object, from: seat, to });
    this.#offer(seat, object);
  }

  #record({ final, open }: Extract<ParticipantEffect, { type: 'persist' }>): string {
    if (final !== undefined) return `final ${final.settled.window}`;
    const lock = open?.locked === undefined ? '' : `, locked ${this.#nameOf(open.locked.proposal)}`;
    return `round ${open?.round}, ${open?.signed.length} signed${lock}`;
  }

  #noteStanding(seat: ScriptSeat, standing: Standing): void {
    const before = seat.standing;
    seat.standing = standing;
    const isNew = before?.window !== standing.window;
    if (standing.round > 0 && (isNew || before.round !== standing.round)) this.#note(seat, `round ${standing.round}`);
    if (standing.validRound > 0 && (isNew || before.validRound !== standing.validRound)) {
      this.#note(seat, `valid ${this.#names.get(standing.validHash)} of round ${standing.validRound}`);
    }
  }

  #standingOf({ participant: { session } }: ScriptSeat): string {
    const { window, rounds, timechainValue } = session;
    const named = (word: string, quorate: typeof rounds.locked): string =>
      quorate === undefined ? '' : `, ${word} ${this.#nameOf(quorate.candidate.proposal)} of round ${quorate.round}`;
    const chain = timechainValue === undefined ? ', T unknown' : '';
    return `window ${window}, round ${rounds.round}${chain}${named('locked', rounds.locked)}${named('valid', rounds.valid)}`;
  }

  #note(seat: ScriptSeat, word: string): void {
    this.#done.get(seat)?.push(word);
  }

  /** An object in words; `isSigned` says whose it is where its name does not. */
  #describe(object: ProtocolObject, isSigned: boolean): string {
    const by = (nodeId: Id): string => this.#seats.find((seat) => seat.nodeId === nodeId)?.name ?? '?';
    switch (object.kind) {
      case 'vote': {
        const phase = object.phase === PREVOTE ? 'prevote' : 'precommit';
        const isNil = object.proposalHash === this.#nilIn(object.window);
        const value = isNil ? 'nil' : this.#names.get(object.proposalHash);
        return `${phase} r${object.round} ${value}${isSigned ? ` of ${by(object.nodeId)}` : ''}`;
      }
      case 'evidence':
        return `evidence: two ${object.a.kind}s of ${by(object.signer)}`;
      default:
        return this.#nameOf(object);
    }
  }

  /** What a nil vote of a window names: the final proposal before. */
  #nilIn(window: number): Id {
    const finals = this.#seats.map((seat) => seat.finals[window - 1]).find((record) => record !== undefined);
    return (finals?.settled ?? this.#genesis).side.proposalHash;
  }

  #nameOf(object: ProtocolObject): string {
    let name = this.#names.get(object.id);
    if (name === undefined) {
      name = this.#freeName(object);
      this.#names.set(object.id, name);
      this.#objects.set(name, object);
    }
    return name;
  }

  #freeName(object: ProtocolObject): string {
    const seat = (nodeId: Id): number => this.#seats.findIndex((known) => known.nodeId === nodeId);
    const name = ((): string => {
      switch (object.kind) {
        case 'bundle':
          return `B${seat(object.nodeId)}@${object.window}`;
        case 'reveal':
          return `R${seat(object.nodeId)}@${object.window}`;
        case 'proposal': {
          const { header, reproposal } = object;
          if (reproposal !== undefined) return `${this.#names.get(header.id)}/r${reproposal.round}`;
          return `P${seat(header.proposerNodeId)}@${header.window}r${header.fallbackDepth}`;
        }
        default:
          return object.kind;
      }
    })();
    return this.#objects.has(name) ? `${name}'` : name;
  }

  #object(name: string): ProtocolObject {
    const object = this.#objects.get(name);
    if (object === undefined) throw new Error(`nothing is called ${name}`);
    return object;
  }

  #named(words = 'all'): readonly ScriptSeat[] {
    return words === 'all' ? this.#seats.filter(({ up }) => up) : words.split(',').map((name) => this.#one(name));
  }

  #one(name: string | undefined): ScriptSeat {
    const seat = this.#seats.find((known) => known.name === name);
    if (seat === undefined) throw new Error(`nobody is called ${name}`);
    return seat;
  }

  /** Which letters the words of a `deliver` or `lose` mean. */
  #matching(words: readonly string[]): (letter: Letter) => boolean {
    const but = words.indexOf('but');
    const route = words.find((word) => word.includes('->'))?.split('->');
    const kinds = words.slice(0, but < 0 ? words.length : but).filter((word) => word !== 'all' && !word.includes('->'));
    const others = but < 0 ? [] : words.slice(but + 1);
    const [senders, receivers] = [0, 1].map((end) => (route?.[end] ? route[end].split(',') : undefined));
    return ({ object, from, to }) => {
      const isOnRoute = senders?.includes(from.name) !== false && receivers?.includes(to.name) !== false;
      if (!isOnRoute || others.some((kind) => this.#is(object, kind))) return false;
      return kinds.length === 0 || kinds.some((kind) => this.#is(object, kind));
    };
  }

  #is(object: ProtocolObject, kind: string): boolean {
    if (object.kind !== 'vote') return object.kind === kind || this.#names.get(object.id) === kind;
    return kind === 'vote' || kind === (object.phase === PREVOTE ? 'prevote' : 'precommit');
  }
}

/** What a seat did, as indented lines of at most 110 characters. */
const wrapped = (name: string, done: readonly string[]): readonly string[] => {
  const lines: string[] = [];
  let line = `  ${name}: `;
  for (const [i, word] of done.entries()) {
    const more = i === 0 ? word : `; ${word}`;
    if (line.length + more.length <= 110) line += more;
    else {
      lines.push(`${line};`);
      line = `      ${word}`;
    }
  }
  if (done.length > 0) lines.push(line);
  return lines;
};
