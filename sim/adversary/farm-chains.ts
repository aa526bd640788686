import type { Id } from '#core/bytes/bytes.ts';
import type { Registration } from '#core/consensus/objects.ts';
import { accountId, nodeId } from '#core/crypto/ids.ts';
import { type SigningKey, SUITE_ML_DSA_65, type Suite } from '#core/crypto/suite.ts';
import { candidateChainAt, type History } from '#core/entry/candidate-chain.ts';
import { chainClaim } from '#core/entry/entry-proof.ts';
import { makeRegistration } from '#core/entry/registration.ts';
import { entryHorizon } from '#core/entry/required-length.ts';
import { entryProofMode } from '#core/genesis/derived.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { pastWindow } from '#core/transition/past.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Stream } from '#sim/kernel/streams.ts';

/** A node that the farm made. */
export interface FarmNode {
  readonly nodeId: Id;
  readonly key: SigningKey;
}

/** One that is not in the table yet: its chain of τ₂ segments began in `wStart`. `claim`: what was published of it last. */
interface Candidate extends FarmNode {
  readonly wStart: number;
  readonly checkpoints: readonly Id[];
  claim: Registration | undefined;
}

export interface FarmChainsOptions {
  readonly cores: number;
  /** Windows, 8 to 20 160. */
  readonly tau2: number;
  readonly suite: Suite;
  /** What keys are drawn from. */
  readonly keys: Stream;
}

/**
 * The cores of a farm. Each is as fast as the main chain, so it hashes one segment a window, and begins the chain of the next node as
 * soon as one has τ₂ of them; they begin evenly over the first τ₂ windows. A chain is bound to its node and not to its operator (05
 * §2), so what a window refused is claimed again for another operator, without another hash, until the chain is too old (05 §3).
 * Nodes get their keys, and chains are really hashed, when they are due: it is the same chain, and only those that are used cost time.
 */
export class FarmChains {
  /** Nodes that were admitted, in that order. */
  readonly admitted: FarmNode[] = [];
  readonly #options: FarmChainsOptions;
  /** By core: the window that the chain under way began in. */
  readonly #begun: number[];
  #waiting: Candidate[] = [];

  constructor(options: FarmChainsOptions) {
    const { cores, tau2 } = options;
    this.#options = options;
    this.#begun = Array.from({ length: cores }, (_, core) => Math.floor((core * tau2) / cores));
  }

  /** A window is final: what is to be published now. */
  closed({ settled, registrations }: Pick<FinalRecord, 'settled' | 'registrations'>): readonly Registration[] {
    this.#finish(settled);
    const { state, window } = settled;
    const tau2 = BigInt(this.#options.tau2);
    const oldest = window + 1 - Number(entryHorizon(tau2, tau2));
    const settledClaims = new Set(registrations.map(({ id }) => id));
    const claims: Registration[] = [];
    this.#waiting = this.#waiting.filter((candidate) => {
      if (state.node(candidate.nodeId) !== undefined) {
        this.admitted.push(candidate);
        return false;
      }
      if (state.candidate(candidate.nodeId) !== undefined) return true;
      if (candidate.wStart < oldest) return false;
      if (candidate.claim === undefined || settledClaims.has(candidate.claim.id)) {
        candidate.claim = this.#claim(candidate, settled);
        claims.push(candidate.claim);
      }
      return true;
    });
    return claims;
  }

  /** Chains that have their τ₂ segments since this window. */
  #finish({ window, side }: Settled): void {
    const { tau2 } = this.#options;
    const history: History = (past) => pastWindow(side.past, past);
    this.#begun.forEach((wStart, core) => {
      if (wStart + tau2 > window) return;
      this.#begun[core] = window;
      const key = this.#key();
      const id = nodeId(key.publicKey);
      const checkpoints = candidateChainAt(history, wStart, id, tau2, timechainStep);
      if (checkpoints !== undefined) this.#waiting.push({ nodeId: id, key, wStart, checkpoints, claim: undefined });
    });
  }

  #claim({ key, wStart, checkpoints }: Candidate, { network }: Settled): Registration {
    const operator = this.#key();
    const fields = {
      suiteId: SUITE_ML_DSA_65,
      operatorAccountId: accountId(SUITE_ML_DSA_65, operator.publicKey),
      ...chainClaim(entryProofMode(network.rules, network.params), wStart, checkpoints),
    };
    return makeRegistration(fields, key, operator);
  }

  #key(): SigningKey {
    return this.#options.suite.key(this.#options.keys.bytes(32));
  }
}
