import type { Id } from '../bytes/bytes.ts';
import { type Phase, PRECOMMIT, type Vote } from '../consensus/objects.ts';
import { voteOf } from '../consensus/vote.ts';
import type { ProofRequest, ProofResponse, ProofSignature } from '../wire/messages.ts';

/** Times a certificate may start again because its total changed between two parts. */
const MOST_RESTARTS = 2;

/** What a peer is blamed for whose part is no part of what was asked for. */
export type PartFault =
  | 'certificate of something else'
  | 'certificate keeps changing'
  | 'certificate of another length';

/** A certificate as it comes from one peer, part by part (09 §12.14). */
export class CertificateParts {
  readonly #window: number;
  readonly #proposalHash: Id;
  #first: ProofResponse | undefined;
  #signatures: ProofSignature[] = [];
  #restarts = 0;

  constructor(window: number, proposalHash: Id) {
    this.#window = window;
    this.#proposalHash = proposalHash;
  }

  /** What to ask for next. */
  request(requestId: number): ProofRequest {
    const phase: Phase = PRECOMMIT;
    const round = this.#first?.round ?? 0;
    const from = this.#signatures.length;
    const window = this.#window;
    return { type: 'proof-request', requestId, window, phase, round, proposalHash: this.#proposalHash, from };
  }

  /**
   * Takes a part. `no certificate`: the peer has none; a fault: it is no part of this one, or of more than `most` votes; else whether
   * it is complete.
   */
  take(part: ProofResponse, most: number): 'more' | 'complete' | 'no certificate' | PartFault {
    if (part.total === 0) return 'no certificate';
    const isAnswer =
      part.window === this.#window && part.phase === PRECOMMIT && part.proposalHash === this.#proposalHash;
    if (!isAnswer || part.total > most) return 'certificate of something else';
    const first = this.#first;
    if (first !== undefined && (part.total !== first.total || part.round !== first.round)) {
      this.#first = undefined;
      this.#signatures = [];
      return ++this.#restarts > MOST_RESTARTS ? 'certificate keeps changing' : 'more';
    }
    this.#first = part;
    this.#signatures.push(...part.signatures);
    const count = this.#signatures.length;
    if (part.signatures.length === 0 || count > part.total) return 'certificate of another length';
    return count < part.total ? 'more' : 'complete';
  }

  votes(): readonly Vote[] {
    const fields = {
      phase: PRECOMMIT as Phase,
      round: this.#first?.round ?? 0,
      window: this.#window,
      proposalHash: this.#proposalHash,
    };
    return this.#signatures.map(({ nodeId, signature }) => voteOf({ ...fields, nodeId, signature }));
  }
}
