import type { Id } from '../bytes/bytes.ts';
import type { Operation, ProtocolObject, Vote } from '../consensus/objects.ts';
import { nodeId } from '../crypto/ids.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { buildGenesis, type Genesis } from '../genesis/genesis.ts';
import { simulation } from '../genesis/profiles.ts';
import { type RulesChoice, rulesOf } from '../genesis/rules.ts';
import { cheapKey, cheapVerify } from '../operations/accounts.suite.ts';
import { MemoryBase } from '../state/memory-base.ts';
import { timechainStep } from '../timechain/chain.ts';
import { genesisSettled } from '../transition/genesis-settled.ts';
import type { Settled } from '../transition/settled.ts';
import type { Adoption } from './context.ts';
import { NO_MEMO } from './evaluation.ts';
import { Participant } from './participant.ts';
import { ORDINARY_TIMERS, type TimerFigures } from './timers.ts';
import type { ChainJob, Condition, FinalRecord, Opened, OpenRecord, ParticipantEffect, Verdict } from './types.ts';

/** One participant at the table, with the disk it would have. */
export interface Seat {
  readonly name: string;
  readonly nodeId: Id;
  readonly key: SigningKey;
  readonly accountKey: SigningKey;
  participant: Participant;
  /** Iterations per step of the party's clock. */
  readonly speed: number;
  readonly finals: FinalRecord[];
  readonly said: ProtocolObject[];
  readonly effects: ParticipantEffect[];
  /** What became of the user's operations that waited for their window. */
  readonly verdicts: Verdict[];
  disk: Opened;
  job: { readonly job: ChainJob; readonly due: number } | undefined;
  alarm: number | undefined;
  held: { readonly object: ProtocolObject; readonly until: Condition }[];
  up: boolean;
}

/** Objects of one seat that are told again: more than it says in a window. */
const RECENT = 20;

/** Decides whether an object that `from` says reaches `to`; false loses it. */
export type Filter = (object: ProtocolObject, from: Seat, to: Seat) => boolean;

export interface PartyOptions {
  readonly count: number;
  readonly rules?: RulesChoice;
  readonly d0?: number;
  readonly tau2Windows?: number;
  readonly timers?: TimerFigures;
  readonly adoption?: Adoption;
  readonly speeds?: readonly number[];
}

/** Genesis of a party, and the keys of its founders. */
export const foundation = ({
  count,
  rules = 'montana',
  d0 = 2_560,
  tau2Windows = 8,
}: Pick<PartyOptions, 'count' | 'rules' | 'd0' | 'tau2Windows'>): {
  readonly built: Genesis;
  readonly genesis: Settled;
  readonly keys: readonly { readonly nodeId: Id; readonly node: SigningKey; readonly account: SigningKey }[];
} => {
  const keys = Array.from({ length: count }, (_, i) => {
    const node = cheapKey(i + 1);
    return { nodeId: nodeId(node.publicKey), node, account: cheapKey(i + 1_001) };
  });
  const built = buildGenesis({
    params: simulation({ founders: count, tau2Windows, d0 }),
    rules: rulesOf(rules),
    founders: keys.map(({ node, account }) => ({ nodePubkey: node.publicKey, accountPubkey: account.publicKey })),
  });
  return { built, genesis: genesisSettled(built, new MemoryBase()), keys };
};

/** Participants in one array, no network: what one says the others hear in the next step, unless the filter loses it. */
export class Party {
  readonly seats: readonly Seat[];
  readonly genesis: Settled;
  readonly #options: PartyOptions;
  #post: { readonly object: ProtocolObject; readonly from: Seat; readonly to?: Seat }[] = [];
  filter: Filter = () => true;
  /** Called before each effect of a seat: true takes its process away at that moment. */
  strike: (seat: Seat, effect: ParticipantEffect) => boolean = () => false;
  steps = 0;

  constructor(options: PartyOptions) {
    this.#options = options;
    const { genesis, keys } = foundation(options);
    this.genesis = genesis;
    this.seats = keys.map(({ nodeId: id, node, account }, i) => {
      const seat = {
        name: `p${i}`,
        nodeId: id,
        key: node,
        accountKey: account,
        speed: options.speeds?.[i] ?? 10,
        finals: [],
        said: [],
        effects: [],
        verdicts: [],
        disk: { settled: this.genesis, open: undefined },
        job: undefined,
        alarm: undefined,
        held: [],
        up: true,
      };
      return Object.assign(seat, { participant: this.#seat(seat as unknown as Seat) }) as Seat;
    });
  }

  start(): void {
    for (const seat of this.seats) this.#act(seat, () => seat.participant.start(this.#count(seat)));
  }

  /** Loses the process, keeps the disk. */
  crash(seat: Seat): void {
    seat.up = false;
    seat.job = undefined;
    seat.alarm = undefined;
    seat.held = [];
  }

  restart(seat: Seat): void {
    seat.up = true;
    seat.participant = this.#seat(seat);
    this.#act(seat, () => seat.participant.start(this.#count(seat)));
  }

  /** Hands over the windows that others have closed, as catch-up would once it verified them, and what they said since. */
  catchUp(seat: Seat): void {
    const longest = this.seats.reduce((a, b) => (b.finals.length > a.finals.length ? b : a));
    const missed = longest.finals.slice(seat.participant.settled.window + 1);
    if (missed.length > 0) this.#act(seat, () => seat.participant.caughtUp(missed, this.#count(seat)));
    for (const other of this.seats) {
      if (other !== seat) for (const object of other.said.slice(-RECENT)) this.offer(seat, object);
    }
  }

  /** One step of time: everything said before is heard, then what is due comes due. */
  step(): void {
    this.steps++;
    const post = this.#post;
    this.#post = [];
    for (const { object, from, to } of post) {
      for (const seat of this.seats) {
        if (seat === from || !seat.up || (to !== undefined && to !== seat)) continue;
        if (this.filter(object, from, seat)) this.offer(seat, object);
      }
    }
    for (const seat of this.seats) {
      if (!seat.up) continue;
      const count = this.#count(seat);
      const { job, alarm } = seat;
      if (job !== undefined && job.due <= count) {
        seat.job = undefined;
        const { window, from, iterations } = job.job;
        const value = timechainStep(from, iterations);
        this.#act(seat, () => seat.participant.done({ type: 'chain', window, from, value }, count));
      }
      if (alarm !== undefined && alarm <= count) {
        seat.alarm = undefined;
        this.#act(seat, () => seat.participant.tick(count));
      }
    }
  }

  /** Steps until the condition holds; false when it does not within `most` steps. */
  until(condition: () => boolean, most = 20_000): boolean {
    for (let i = 0; i < most; i++) {
      if (condition()) return true;
      this.step();
    }
    return condition();
  }

  offer(seat: Seat, object: ProtocolObject): Verdict {
    const verdict = seat.participant.offer(object, this.#count(seat));
    if (verdict.type === 'hold') seat.held.push({ object, until: verdict.until });
    this.#act(seat, () => {});
    return verdict;
  }

  /** Hands a seat an operation of its user. */
  submit(seat: Seat, operation: Operation, notBefore?: number): Verdict | undefined {
    const verdict = seat.participant.submit(operation, this.#count(seat), notBefore);
    this.#act(seat, () => {});
    return verdict;
  }

  /** Hands votes over as a certificate or prevote proof. */
  prove(seat: Seat, votes: readonly Vote[]): boolean {
    const isTaken = seat.participant.offerProof(votes, this.#count(seat));
    this.#act(seat, () => {});
    return isTaken;
  }

  /** Says something in the name of a seat, as a strategy would. */
  say(from: Seat, object: ProtocolObject): void {
    this.#post.push({ object, from });
  }

  #seat(seat: Seat): Participant {
    const { timers = ORDINARY_TIMERS, adoption = 'bundles' } = this.#options;
    const config = {
      network: this.genesis.network,
      verify: cheapVerify,
      identity: { nodeId: seat.nodeId, key: seat.key },
      timers,
      adoption,
      memo: NO_MEMO,
      meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 },
    };
    return new Participant(config, seat.disk, (effect) => seat.effects.push(effect));
  }

  #count(seat: Seat): number {
    return this.steps * seat.speed;
  }

  #act(seat: Seat, call: () => void): void {
    call();
    for (let effect = seat.effects.shift(); effect !== undefined; effect = seat.effects.shift()) {
      if (this.strike(seat, effect)) {
        seat.effects.length = 0;
        this.crash(seat);
        return;
      }
      this.#carryOut(seat, effect);
    }
  }

  #carryOut(seat: Seat, effect: ParticipantEffect): void {
    switch (effect.type) {
      case 'publish':
        if (!isDurable(seat, effect.object)) throw new Error(`${seat.name} says what it has not saved`);
        seat.said.push(effect.object);
        this.#post.push({ object: effect.object, from: seat });
        break;
      case 'need':
        for (const { id } of effect.names) {
          // Whoever heard it has it: also what this seat said itself before a crash.
          const object = this.seats.flatMap(({ said }) => said).find((known) => known.id === id);
          const other = this.seats.find((candidate) => candidate !== seat && candidate.up);
          if (object !== undefined && other !== undefined) this.#post.push({ object, from: other, to: seat });
        }
        break;
      case 'ready': {
        const due = seat.held.filter(({ until }) => isMet(until, effect.condition));
        seat.held = seat.held.filter((entry) => !due.includes(entry));
        for (const { object } of due) this.offer(seat, object);
        break;
      }
      case 'work':
        seat.job = { job: effect.job, due: this.#count(seat) + effect.job.iterations };
        break;
      case 'cancel':
        seat.job = undefined;
        break;
      case 'alarm':
        seat.alarm = effect.at;
        break;
      case 'persist':
        seat.disk = {
          settled: effect.final?.settled ?? seat.disk.settled,
          open: effect.open as OpenRecord | undefined,
        };
        break;
      case 'final':
        seat.finals.push(effect.record);
        break;
      case 'submitted':
        seat.verdicts.push(effect.verdict);
        break;
      default:
        break;
    }
  }
}

/** Whether an object may be said: what its sayer signed for a slot must be on disk before (09 §8.8). */
const isDurable = ({ nodeId: own, disk }: Seat, object: ProtocolObject): boolean => {
  const signer = object.kind === 'proposal' ? (object.reproposal?.leader ?? object.header.proposerNodeId) : undefined;
  const isSlotted = object.kind === 'bundle' || object.kind === 'reveal' || object.kind === 'vote';
  const isOwn = signer === own || (isSlotted && object.nodeId === own);
  // Of a window before only what others may still need is said again.
  const isOpen = 'window' in object ? object.window === disk.open?.window : true;
  return !isOwn || !isOpen || disk.open?.signed.some((signed) => signed === object) === true;
};

const isMet = (until: Condition, now: Condition): boolean => until.until === now.until && until.window <= now.window;
