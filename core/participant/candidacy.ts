import type { Id } from '../bytes/bytes.ts';
import type { Registration } from '../consensus/objects.ts';
import { accountId } from '../crypto/ids.ts';
import { type SigningKey, SUITE_ML_DSA_65 } from '../crypto/suite.ts';
import { candidateInitAt, type History, nextSegment } from '../entry/candidate-chain.ts';
import { chainClaim } from '../entry/entry-proof.ts';
import { makeRegistration } from '../entry/registration.ts';
import { entryHorizon, requiredLength } from '../entry/required-length.ts';
import { entryProofMode } from '../genesis/derived.ts';
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
  readonly publish: Registration | undefined;
}

/**
 * A node's way into the table (05 §2, §8). While it is neither there nor in the candidate pool it hashes a chain of its own, one
 * segment for each settled window, and registers as soon as the chain is as long as is required now and began τ₂ windows ago. A
 * registration that was refused is followed by a longer one, a chain that is too old by a new one. Who left the pool because its time
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
    const isIn = state.node(nodeId) !== undefined || state.candidate(nodeId) !== undefined;
    if (isIn || settled.window < Math.max(0, from)) return { ...this.#hash(undefined), publish: undefined };
    const required = requiredLength(new Draft(state).poolSize, open.roster.members.length, settled.network.params);
    const history: History = (window) => pastWindow(settled.side.past, window);
    if (!this.#mayEnter(open, required, history)) this.#begin(settled.window, history);
    return { ...this.#hash(history), publish: this.#registration(open, required) };
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
    const { node, operator, meter } = this.#seeker;
    const { rules, params } = settled.network;
    const { wStart, checkpoints } = this.#chain ?? { wStart: window, checkpoints: [] };
    const length = checkpoints.length - 1;
    const isWaiting = this.#published !== undefined && BigInt(this.#claimed) >= required;
    const isReady = BigInt(length) >= required && wStart + Number(params.tau2Windows) <= window;
    if (isWaiting || !isReady || length <= this.#claimed) return undefined;
    meter.signatures += 2;
    const fields = {
      suiteId: SUITE_ML_DSA_65,
      operatorAccountId: accountId(SUITE_ML_DSA_65, operator.publicKey),
      ...chainClaim(entryProofMode(rules, params), wStart, checkpoints),
    };
    this.#published = makeRegistration(fields, node, operator);
    this.#claimed = length;
    return this.#published;
  }
}
