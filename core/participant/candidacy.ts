import type { Id } from '../bytes/bytes.ts';
import type { Openings, Registration } from '../consensus/objects.ts';
import { accountId } from '../crypto/ids.ts';
import { type SigningKey, SUITE_ML_DSA_65 } from '../crypto/suite.ts';
import { candidateInitAt, type History, nextSegment } from '../entry/candidate-chain.ts';
import { challengeOf } from '../entry/challenge.ts';
import { checkpointTree } from '../entry/checkpoint-tree.ts';
import { chainClaim } from '../entry/entry-proof.ts';
import { makeOpenings } from '../entry/openings.ts';
import { makeRegistration } from '../entry/registration.ts';
import { entryHorizon, requiredLength } from '../entry/required-length.ts';
import { isProven, isWaiting, listedWindow } from '../entry/waiting.ts';
import { entryProofMode } from '../genesis/derived.ts';
import type { Rules } from '../genesis/rules.ts';
import type { CandidateRecord } from '../state/records.ts';
import { Draft } from '../transition/draft.ts';
import type { OpenWindow } from '../transition/open-window.ts';
import { pastWindow } from '../transition/past.ts';
import type { CandidateChain, ChainJob, ChainResult, Meter } from './types.ts';

/** Who seeks entry: a node, and the operator it is to earn for. */
export interface Seeker {
  readonly nodeId: Id;
  readonly node: SigningKey;
  readonly operator: SigningKey;
  /** The window its chain begins in at the earliest. */
  readonly from: number;
  readonly meter: Meter;
}

/** What a candidate does next. */
export interface CandidacyStep {
  readonly cancel: ChainJob | undefined;
  readonly begin: ChainJob | undefined;
  readonly publish: Registration | Openings | undefined;
}

/** Windows after which a candidate says its openings again: by then gossip has forgotten them, and some node may have restarted. */
const SAY_AGAIN = 8;

/**
 * A node's way into the table (05 §2, §8). While it is neither there nor in the candidate pool it hashes a chain of its own, one
 * segment for each settled window, and registers as soon as the chain is as long as is required now and began τ₂ windows ago. A
 * registration that was refused is followed by a longer one, a chain that is too old by a new one. Where a registration is taken
 * unproven it keeps the checkpoints, and says what it has to open until it is believed (05 D-E5). Who left the pool because its time
 * was over, or the table because nobody saw it, begins again.
 */
export class Candidacy {
  readonly #seeker: Seeker;
  #chain: CandidateChain | undefined;
  #job: ChainJob | undefined;
  /** The registration that waits for a window to take it. */
  #published: Registration | undefined;
  /** Length of the longest chain claimed since it began: what is published again has another identifier. */
  #claimed = 0;
  /** What it has to open, once made, and the window it said so in last. */
  #opened: { readonly openings: Openings; readonly window: number } | undefined;

  /** `chain`: as far as a process before this one had it durable. */
  constructor(seeker: Seeker, chain: CandidateChain | undefined) {
    this.#seeker = seeker;
    this.#chain = chain;
  }

  get chain(): CandidateChain | undefined {
    return this.#chain;
  }

  /** A window is final. A registration of its control set has been taken or refused: what it claims is settled. */
  closed(controlSet: readonly Registration[]): void {
    if (controlSet.some(({ id }) => id === this.#published?.id)) this.#published = undefined;
  }

  /** A segment is hashed. */
  done({ from, value }: ChainResult): void {
    const chain = this.#chain;
    if (chain === undefined || this.#job?.from !== from) return;
    this.#job = undefined;
    this.#chain = { ...chain, checkpoints: [...chain.checkpoints, value] };
  }

  /** What is to be done while this window is open; nothing new if asked again. */
  next(open: OpenWindow): CandidacyStep {
    const { nodeId, from } = this.#seeker;
    const { settled } = open;
    const { state } = settled;
    const candidate = state.candidate(nodeId);
    if (candidate !== undefined && !isProven(candidate)) return this.#open(open, candidate);
    this.#opened = undefined;
    const isIn = state.node(nodeId) !== undefined || candidate !== undefined;
    if (isIn || settled.window < Math.max(0, from)) return { ...this.#hash(undefined), publish: undefined };
    const required = requiredLength(new Draft(state).poolSize, open.roster.members.length, settled.network.params);
    const history: History = (window) => pastWindow(settled.side.past, window);
    if (!this.#mayEnter(open, required, history)) this.#begin(settled.window, history);
    return { ...this.#hash(history), publish: this.#registration(open, required) };
  }

  /** Taken unproven: the chain goes on, should its time run out, and its openings are said now and then. */
  #open({ window, settled }: OpenWindow, candidate: CandidateRecord): CandidacyStep {
    const history: History = (past) => pastWindow(settled.side.past, past);
    const step = this.#hash(history);
    const said = this.#opened;
    if (said !== undefined && window < said.window + SAY_AGAIN) return { ...step, publish: undefined };
    const openings = said?.openings ?? this.#openings(candidate, history);
    this.#opened = openings && { openings, window };
    return { ...step, publish: openings };
  }

  /** Undefined where the chain is not that of the registration that was taken. */
  #openings(candidate: CandidateRecord, history: History): Openings | undefined {
    const { wStart = 0, checkpoints = [] } = this.#chain ?? {};
    const claimed = checkpoints.slice(0, Number(candidate.vdfChainLength) + 1);
    if (BigInt(wStart) !== candidate.wStart || claimed.length < 2) return undefined;
    const registration = this.#register(wStart, claimed, 'sampled');
    const challenge = challengeOf(registration, listedWindow(candidate), history);
    if (!isWaiting(registration, candidate) || !challenge.ok) return undefined;
    const tree = checkpointTree(claimed);
    this.#seeker.meter.hashes += tree.hashes;
    return makeOpenings(registration, challenge.value, tree);
  }

  /** Whether the chain can still be proved, and began late enough for the open window (05 §3). */
  #mayEnter({ window, settled }: OpenWindow, required: bigint, history: History): boolean {
    const chain = this.#chain;
    if (chain === undefined) return false;
    const horizon = Number(entryHorizon(required, settled.network.params.tau2Windows));
    const init = candidateInitAt(history, chain.wStart, this.#seeker.nodeId);
    return chain.wStart >= window - horizon && init === chain.checkpoints[0];
  }

  #begin(wStart: number, history: History): void {
    const init = candidateInitAt(history, wStart, this.#seeker.nodeId);
    this.#chain = init === undefined ? undefined : { wStart, checkpoints: [init] };
    this.#published = undefined;
    this.#claimed = 0;
  }

  /** Makes the next segment of the chain the running job. Without a history there is nothing left to prove. */
  #hash(history: History | undefined): Pick<CandidacyStep, 'cancel' | 'begin'> {
    if (history === undefined) {
      this.#chain = undefined;
      this.#published = undefined;
    }
    const chain = this.#chain;
    const segment = chain && history && nextSegment(chain.checkpoints, chain.wStart, history);
    const running = this.#job;
    if (running !== undefined && running.from === segment?.from) return { cancel: undefined, begin: undefined };
    this.#job = segment && { type: 'candidate', ...segment };
    return { cancel: running, begin: this.#job };
  }

  /** The registration to publish now, if there is one: long enough, old enough, and saying more than the one before. */
  #registration({ window, settled }: OpenWindow, required: bigint): Registration | undefined {
    const { rules, params } = settled.network;
    const { wStart, checkpoints } = this.#chain ?? { wStart: window, checkpoints: [] };
    const length = checkpoints.length - 1;
    const isHeard = this.#published !== undefined && BigInt(this.#claimed) >= required;
    const isReady = BigInt(length) >= required && wStart + Number(params.tau2Windows) <= window;
    if (isHeard || !isReady || length <= this.#claimed) return undefined;
    this.#published = this.#register(wStart, checkpoints, entryProofMode(rules, params));
    this.#claimed = length;
    return this.#published;
  }

  /** The same bytes for the same chain: what is opened is what was registered, also after a restart. */
  #register(wStart: number, checkpoints: readonly Id[], mode: Rules['entryProof']): Registration {
    const { node, operator, meter } = this.#seeker;
    meter.signatures += 2;
    const fields = {
      suiteId: SUITE_ML_DSA_65,
      operatorAccountId: accountId(SUITE_ML_DSA_65, operator.publicKey),
      ...chainClaim(mode, wStart, checkpoints),
    };
    return makeRegistration(fields, node, operator);
  }
}
