import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import { type Phase, PRECOMMIT, type Vote } from '../consensus/objects.ts';
import { voteOf } from '../consensus/vote.ts';
import type { Quorum } from '../participant/types.ts';
import { RECENT_CERTIFICATES } from '../snapshot/retention.ts';
import type { ProofRequest, ProofResponse, ProofSignature } from '../wire/messages.ts';
import { MOST_SIGNATURES } from '../wire/payloads.ts';
import { sizeOnWire } from '../wire/size.ts';
import { LinkSet } from './bits.ts';
import type { Link } from './links.ts';
import type { Shared } from './shared.ts';
import { ANSWER_MICROS, NEVER, PULL_SLACK } from './timing.ts';
import type { Micros } from './types.ts';

/** Proofs looked for at a time. */
const MOST_PROOFS = 16;
/** Times a proof may start again because its total changed. */
const MOST_RESTARTS = 2;

/** A quorum that a peer announced and this node lacks (09 §11.3.3). */
interface ProofWant {
  readonly window: number;
  readonly phase: Phase;
  /** 0 = any. */
  readonly round: number;
  /** Zeros = any. */
  readonly proposalHash: Id;
  /** Links that announced it. */
  readonly holders: LinkSet;
  due: Micros;
  turn: number;
  /** The parts one link has sent so far. */
  fetch: Fetch | undefined;
}

interface Fetch {
  readonly link: Link;
  requestId: number;
  first: ProofResponse | undefined;
  readonly signatures: ProofSignature[];
  restarts: number;
}

/** Certificates and prevote proofs: kept as the participant froze them, served by 0x48, and fetched by 0x47 (09 §11.3, §12.14). */
export class Proofs {
  readonly #shared: Shared;
  /** Ascending by window, in the order handed over. */
  #kept: Quorum[] = [];
  #wants: ProofWant[] = [];

  readonly #proved: (link: Link, votes: readonly Vote[], now: Micros) => void;

  /** `proved` hears of every proof that the participant took. */
  constructor(shared: Shared, proved: (link: Link, votes: readonly Vote[], now: Micros) => void) {
    this.#shared = shared;
    this.#proved = proved;
  }

  keep(quorum: Quorum): void {
    if (this.#find(quorum.window, quorum.phase, quorum.round, quorum.proposalHash) !== undefined) return;
    this.#kept.push(quorum);
    this.#prune();
  }

  /** Answers a 0x47 from the frozen quorums and what is kept of certificates; with nothing to serve, total 0 and the fields of the request. */
  serve(link: Link, request: ProofRequest): void {
    const { requestId, window, phase, round, proposalHash, from } = request;
    const quorum = this.#find(window, phase, round, proposalHash) ?? this.#archived(request);
    const signatures = quorum?.votes.slice(from, from + MOST_SIGNATURES) ?? [];
    const response: ProofResponse = {
      type: 'proof-response',
      requestId,
      window,
      phase,
      round: quorum?.round ?? round,
      proposalHash: quorum?.proposalHash ?? proposalHash,
      total: quorum?.votes.length ?? 0,
      from,
      signatures,
    };
    link.bytesOut += sizeOnWire(response);
    this.#shared.ports.send(link.peer, response);
  }

  /** A link announced a quorum this node may lack. */
  want(link: Link, window: number, phase: Phase, round: number, proposalHash: Id, now: Micros): void {
    if (link.ignoredWindow === window || this.#isHeld(window, phase, round, proposalHash)) return;
    let want = this.#wants.find(
      (known) =>
        known.window === window &&
        known.phase === phase &&
        known.round === round &&
        known.proposalHash === proposalHash,
    );
    if (want === undefined) {
      if (this.#wants.length >= MOST_PROOFS) return;
      const holders = new LinkSet();
      holders.add(link.index);
      want = { window, phase, round, proposalHash, holders, due: now, turn: link.index, fetch: undefined };
      this.#wants.push(want);
      this.#ask(want, now);
    } else {
      want.holders.add(link.index);
    }
  }

  /** A part of a proof (0x48); false when nobody asked for it. */
  response(link: Link, response: ProofResponse, now: Micros): boolean {
    const asked = link.proofRequests.indexOf(response.requestId);
    if (asked < 0) return false;
    link.proofRequests.splice(asked, 1);
    const want = this.#wants.find(({ fetch }) => fetch?.link === link && fetch.requestId === response.requestId);
    if (want === undefined) return true;
    const fetch = want.fetch as Fetch;
    if (this.#isHeld(want.window, want.phase, want.round, want.proposalHash)) this.#drop(want);
    else if (!isAnswer(response, want) || response.total > this.#mostVotes(want.window)) this.#fail(want, now);
    else if (fetch.first !== undefined && !isSameProof(response, fetch.first)) this.#restart(want, fetch, now);
    else if (!append(fetch, response)) this.#fail(want, now);
    else if (fetch.signatures.length < response.total) this.#request(want, fetch, now);
    else this.#complete(want, fetch, now);
    return true;
  }

  timer(now: Micros): void {
    for (const want of this.#wants) {
      if (want.due > now + PULL_SLACK) continue;
      if (this.#isHeld(want.window, want.phase, want.round, want.proposalHash)) want.due = NEVER;
      else if (want.fetch !== undefined) this.#fail(want, now);
      else this.#ask(want, now);
    }
    this.#wants = this.#wants.filter(({ due }) => due !== NEVER);
  }

  nextDue(): Micros {
    let next = NEVER;
    for (const { due } of this.#wants) next = Math.min(next, due);
    return next;
  }

  /** The standing changed: what it made useless is given up. */
  advanced(): void {
    this.#prune();
    this.#wants = this.#wants.filter((want) => !this.#isHeld(want.window, want.phase, want.round, want.proposalHash));
  }

  forget(link: Link, now: Micros): void {
    for (const want of this.#wants) {
      want.holders.delete(link.index);
      if (want.fetch?.link !== link) continue;
      want.fetch = undefined;
      this.#dueAt(want, now);
    }
  }

  /** Phase 2: the last 64 windows. Phase 1: the open window and the one before. */
  #prune(): void {
    const window = this.#shared.standing?.window ?? this.#shared.window;
    this.#kept = this.#kept.filter(
      (kept) => kept.window + (kept.phase === PRECOMMIT ? RECENT_CERTIFICATES : 1) >= window,
    );
  }

  /** The quorum a request names; of several prevote quorums that fit, the one of the greatest round. */
  #find(window: number, phase: Phase, round: number, proposalHash: Id): Quorum | undefined {
    let found: Quorum | undefined;
    for (const kept of this.#kept) {
      if (kept.window !== window || kept.phase !== phase) continue;
      if (round !== 0 && kept.round !== round) continue;
      if (proposalHash !== ANY && kept.proposalHash !== proposalHash) continue;
      if (found === undefined || kept.round > found.round) found = kept;
    }
    return found;
  }

  /** A certificate of a window that is final for longer (09 §3). */
  #archived({
    window,
    phase,
    round,
    proposalHash,
  }: ProofRequest): Pick<Quorum, 'round' | 'proposalHash' | 'votes'> | undefined {
    if (phase !== PRECOMMIT) return undefined;
    const votes = this.#shared.ports.certificate(window);
    const [first] = votes;
    if (first === undefined || (round !== 0 && first.round !== round)) return undefined;
    if (proposalHash !== ANY && first.proposalHash !== proposalHash) return undefined;
    return { round: first.round, proposalHash: first.proposalHash, votes };
  }

  /** Whether a quorum is of no more use: held already, or of a window that is final here. */
  #isHeld(window: number, phase: Phase, round: number, proposalHash: Id): boolean {
    const standing = this.#shared.standing;
    if (standing === undefined || window < standing.window) return true;
    return this.#find(window, phase, round, proposalHash) !== undefined;
  }

  #mostVotes(window: number): number {
    return this.#shared.sets(window)?.size ?? 0;
  }

  #ask(want: ProofWant, now: Micros): void {
    const index = want.holders.next(want.turn, this.#shared.links.end);
    const link = this.#shared.links.at(index);
    if (link === undefined) {
      want.due = NEVER;
      return;
    }
    want.turn = index + 1;
    want.fetch = { link, requestId: 0, first: undefined, signatures: [], restarts: 0 };
    this.#request(want, want.fetch, now);
  }

  #request(want: ProofWant, fetch: Fetch, now: Micros): void {
    fetch.requestId = this.#shared.freshRequestId();
    fetch.link.proofRequests.push(fetch.requestId);
    if (fetch.link.proofRequests.length > MOST_PROOFS) fetch.link.proofRequests.shift();
    const { window, phase, round, proposalHash } = fetch.first ?? want;
    const most = Math.min(MOST_SIGNATURES, this.#mostVotes(want.window));
    this.#dueAt(want, now + fetch.link.patience + most * ANSWER_MICROS);
    this.#shared.ports.send(fetch.link.peer, {
      type: 'proof-request',
      requestId: fetch.requestId,
      window,
      phase,
      round,
      proposalHash,
      from: fetch.signatures.length,
    });
  }

  /** The total changed between two parts: from the start again (09 §12.14), but not for ever. */
  #restart(want: ProofWant, fetch: Fetch, now: Micros): void {
    if (fetch.restarts >= MOST_RESTARTS) {
      this.#fail(want, now);
      return;
    }
    fetch.restarts++;
    fetch.first = undefined;
    fetch.signatures.length = 0;
    this.#request(want, fetch, now);
  }

  #complete(want: ProofWant, fetch: Fetch, now: Micros): void {
    const { window, phase, round, proposalHash } = fetch.first as ProofResponse;
    const votes: Vote[] = [];
    for (const { nodeId, signature } of fetch.signatures) {
      votes.push(voteOf({ phase, round, window, proposalHash, nodeId, signature }));
    }
    if (this.#shared.ports.offerProof(votes)) {
      fetch.link.proofFailures = 0;
      this.#drop(want);
      this.#proved(fetch.link, votes, now);
    } else {
      this.#shared.ports.penalty(fetch.link.peer, 'InvalidProof');
      this.#fail(want, now);
    }
  }

  /** This link did not deliver: the next one is asked. After the second time it is ignored for the window (09 §11.3.4). */
  #fail(want: ProofWant, now: Micros): void {
    const link = (want.fetch as Fetch).link;
    want.fetch = undefined;
    want.holders.delete(link.index);
    if (++link.proofFailures >= 2) {
      link.proofFailures = 0;
      link.ignoredWindow = want.window;
      this.#shared.ports.penalty(link.peer, 'UndeliveredProof');
    }
    this.#dueAt(want, now);
  }

  #drop(want: ProofWant): void {
    this.#wants = this.#wants.filter((other) => other !== want);
  }

  #dueAt(want: ProofWant, at: Micros): void {
    want.due = at;
    this.#shared.alarm.by(at);
  }
}

/** In a request: any proposal. */
const ANY: Id = ZERO_ID;

/** Whether a non-empty part belongs to what was asked for. */
const isAnswer = (response: ProofResponse, want: ProofWant): boolean =>
  response.total > 0 &&
  response.window === want.window &&
  response.phase === want.phase &&
  (want.round === 0 || response.round === want.round) &&
  (want.proposalHash === ANY || response.proposalHash === want.proposalHash);

const isSameProof = (a: ProofResponse, b: ProofResponse): boolean =>
  a.total === b.total && a.round === b.round && a.proposalHash === b.proposalHash;

/** Takes the next part; false when it is empty, overlaps, leaves a gap, or is not ascending. */
const append = (fetch: Fetch, response: ProofResponse): boolean => {
  const { signatures } = response;
  if (signatures.length === 0 || response.from !== fetch.signatures.length) return false;
  if (fetch.signatures.length + signatures.length > response.total) return false;
  for (const signature of signatures) {
    const last = fetch.signatures[fetch.signatures.length - 1];
    if (last !== undefined && last.nodeId >= signature.nodeId) return false;
    fetch.signatures.push(signature);
  }
  fetch.first = response;
  return true;
};
