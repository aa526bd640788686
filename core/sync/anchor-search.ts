import { strictlyAscending } from '../bytes/bytes.ts';
import { IdSet } from '../collections/id-map.ts';
import { signersWeight } from '../consensus/certificate.ts';
import { judgeVote } from '../consensus/judge-vote.ts';
import type { Header, Vote } from '../consensus/objects.ts';
import { type Member, rosterOf } from '../consensus/roster.ts';
import type { Verify } from '../crypto/suite.ts';
import { anchorOfInterval, firstOfInterval, intervalOf } from '../snapshot/anchor-windows.ts';
import type { AnchorName } from '../snapshot/staging.ts';
import type { State } from '../state/view.ts';
import { openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import type { ArchiveRequest, Message, ProofRequest, ProofSignature } from '../wire/messages.ts';
import { MOST_ARCHIVED } from '../wire/payloads.ts';
import { CertificateParts } from './certificate-parts.ts';
import { Patience } from './patience.ts';
import {
  ANOTHER_KIND,
  BELOW_TRUSTED_QUORUM,
  type Checkpoint,
  CONTRADICTS_CHECKPOINT,
  type Outcome,
  type Phase,
  type PhasePorts,
} from './phase.ts';
import type { VotesOfPeers } from './votes-of-peers.ts';

/** Selection intervals looked at, from the newest one on: peers keep the snapshots of the last two anchors. */
const INTERVALS = 3;

/** Votes of a certificate before the roster they are to be counted by is known: 27 MB. */
const MOST_VOTES = 8_192;

/** An anchor whose header this node may believe (09 §9). */
export interface TrustedAnchor {
  readonly header: Header;
  /** Of the window after it, with what others served of it; none where a checkpoint vouches for it. */
  readonly certificate: readonly Vote[];
  /** Who served it last: by itself it has to be a quorum of the snapshot's own state. */
  readonly peer: number;
}

export interface SearchContext {
  readonly trusted: Settled;
  /** Ahead of the trusted state. */
  readonly checkpoint: Checkpoint | undefined;
  readonly verify: Verify;
  /** Of nodes known here, for windows after an anchor. */
  readonly votes: VotesOfPeers;
  /** What was begun before: looked for first, while peers can still have it. */
  readonly staged: AnchorName | undefined;
  /** Nobody served its snapshot. */
  isUnserved(window: number): boolean;
}

/**
 * Looks for the newest anchor that one peer can serve, and for a reason to believe in it, before anything is downloaded: parent hashes
 * link it to a checkpoint ahead of it, or else the window after it has a certificate whose signers known to the trusted state have
 * weight ≥ Q there. Where a certificate proves too little here an older anchor is tried, and what it proves is kept for the next peer's.
 */
export class AnchorSearch implements Phase {
  requestId = 0;
  deadline = 0;
  found: TrustedAnchor | undefined;
  /** A certificate was shown that has no quorum among the nodes known here. */
  isUntrusted = false;
  readonly #context: SearchContext;
  readonly #ports: PhasePorts;
  readonly #head: number;
  readonly #intervals: number[] = [];
  #peer = 0;
  #patience = new Patience(0);
  /** Nodes known here of whom this peer has shown a vote: no other vote is worth waiting for, and none twice. */
  readonly #heard = new IdSet();
  /** Headers without a gap, from the window before the interval on. */
  #headers: readonly Header[] = [];
  #anchor: Header | undefined;
  #parts: CertificateParts | undefined;

  /** `head`: the lowest window that is not final at the peer, as it says. */
  constructor(context: SearchContext, head: number, ports: PhasePorts) {
    this.#context = context;
    this.#ports = ports;
    this.#head = head;
    const { trusted, staged } = context;
    const { params } = trusted.network;
    const newest = head >= 4 ? intervalOf(params, head - 2) : -1;
    const begun = staged === undefined || staged.window < 2 ? -1 : intervalOf(params, staged.window);
    if (begun >= newest - 1 && begun <= newest) this.#intervals.push(begun);
    for (let k = newest; k > newest - INTERVALS; k--) if (k !== begun) this.#intervals.push(k);
    this.#intervals = this.#intervals.filter((k) => k >= 0 && firstOfInterval(params, k + 1) > trusted.window + 1);
  }

  ask(peer: number, now: number): Outcome {
    this.#peer = peer;
    this.#patience = new Patience(now);
    return this.#begin(now);
  }

  /** With the newest interval that is left. */
  #begin(now: number): Outcome {
    const [k] = this.#intervals;
    if (k === undefined) return this.isUntrusted ? this.#blame(BELOW_TRUSTED_QUORUM) : 'next';
    this.#headers = [];
    this.#anchor = undefined;
    this.#parts = undefined;
    this.#askHeaders(firstOfInterval(this.#context.trusted.network.params, k) - 1, this.#head, now);
    return 'more';
  }

  take(message: Message, now: number): Outcome {
    if (message.type === 'archive-response' && this.#parts === undefined) {
      const headers = message.entries.slice(0, MOST_ARCHIVED).map(({ header }) => header);
      return this.#takeHeaders(headers, now);
    }
    if (message.type !== 'proof-response' || this.#parts === undefined) return this.#blame(ANOTHER_KIND);
    this.#hear(message.signatures);
    const taken = this.#parts.take(message, MOST_VOTES);
    if (taken === 'no certificate') return this.#older(now);
    if (taken === 'complete') return this.#judge(this.#parts.votes(), now);
    if (taken !== 'more') return this.#blame(taken);
    this.#askPart(this.#parts, now);
    return 'more';
  }

  expired(now: number): Outcome {
    this.#ports.penalty(this.#peer, this.#patience.fault(now));
    return 'slow';
  }

  #hear(signatures: readonly ProofSignature[]): void {
    const { roster } = openWindow(this.#context.trusted);
    const before = this.#heard.size;
    for (const { nodeId } of signatures) if (roster.slotOf(nodeId) >= 0) this.#heard.add(nodeId);
    this.#patience.brought(this.#heard.size - before);
  }

  #askHeaders(fromWindow: number, end: number, now: number): void {
    const count = Math.max(1, Math.min(MOST_ARCHIVED, end - fromWindow));
    this.#send({ type: 'archive-request', requestId: this.#ports.freshRequestId(), fromWindow, count }, now);
  }

  #askPart(parts: CertificateParts, now: number): void {
    this.#send(parts.request(this.#ports.freshRequestId()), now);
  }

  #send(message: ArchiveRequest | ProofRequest, now: number): void {
    this.requestId = message.requestId;
    this.deadline = this.#patience.deadline(now);
    this.#ports.send(this.#peer, message);
  }

  #takeHeaders(headers: readonly Header[], now: number): Outcome {
    const { checkpoint, trusted } = this.#context;
    const { params } = trusted.network;
    const k = this.#intervals[0] as number;
    const first = this.#headers.at(-1);
    const expected = first === undefined ? firstOfInterval(params, k) - 1 : first.window + 1;
    if (headers.length === 0) return this.#older(now);
    if (headers[0]?.window !== expected || !areLinked([...(first === undefined ? [] : [first]), ...headers])) {
      return this.#blame('archive entries are no chain');
    }
    this.#patience.brought(headers.length);
    this.#headers = [...this.#headers, ...headers];
    if (this.#anchor === undefined) {
      const at = (window: number): Header | undefined => headers[window - expected];
      const window = anchorOfInterval(params, k, (of) => at(of)?.fallbackDepth);
      const next = window === undefined ? undefined : at(window + 1);
      if (window === undefined || next === undefined || window <= trusted.window || this.#context.isUnserved(window)) {
        return this.#older(now);
      }
      this.#anchor = at(window) as Header;
      if (checkpoint === undefined || checkpoint.window < window) {
        this.#parts = new CertificateParts(next.window, next.id);
        this.#askPart(this.#parts, now);
        return 'more';
      }
    }
    return this.#link(this.#anchor, checkpoint as Checkpoint, now);
  }

  /** An anchor at or below the checkpoint: headers up to it. */
  #link(anchor: Header, checkpoint: Checkpoint, now: number): Outcome {
    const last = this.#headers.at(-1) as Header;
    if (last.window < checkpoint.window) {
      if (checkpoint.window >= this.#head) return 'next';
      this.#askHeaders(last.window + 1, checkpoint.window + 1, now);
      return 'more';
    }
    if (this.#headers.find(({ window }) => window === checkpoint.window)?.id !== checkpoint.proposalHash) {
      return this.#blame(CONTRADICTS_CHECKPOINT);
    }
    this.found = { header: anchor, certificate: [], peer: this.#peer };
    return 'done';
  }

  /** Counted by the trusted state; by the anchor's own once that is there. */
  #judge(shown: readonly Vote[], now: number): Outcome {
    const { trusted, verify, votes } = this.#context;
    const { roster } = openWindow(trusted);
    if (!strictlyAscending(shown.map(({ nodeId }) => nodeId))) return this.#blame('certificate out of order');
    const known = shown.filter(({ nodeId }) => roster.slotOf(nodeId) >= 0);
    for (const { nodeId, scope, signature } of known) {
      const { publicKey } = roster.members[roster.slotOf(nodeId)] as Member;
      if (!verify(publicKey, scope, signature)) return this.#blame('a wrong signature in a certificate');
    }
    votes.keep(known);
    const certificate = votes.with(shown);
    if (signersWeight(certificate, roster) < roster.quorum) {
      this.isUntrusted = true;
      return this.#older(now);
    }
    this.found = { header: this.#anchor as Header, certificate, peer: this.#peer };
    return 'done';
  }

  #blame(reason: string): Outcome {
    this.#ports.penalty(this.#peer, reason);
    return 'next';
  }

  #older(now: number): Outcome {
    this.#intervals.shift();
    return this.#begin(now);
  }
}

const areLinked = (headers: readonly Header[]): boolean =>
  headers.every((header, i) => {
    const before = headers[i - 1];
    return before === undefined || (header.window === before.window + 1 && header.prevProposalHash === before.id);
  });

/** Whether the snapshot's own roster upholds the certificate too (09 §9). A checkpoint needs none. */
export const isUpheld = (
  { header, certificate }: TrustedAnchor,
  state: State,
  tau2Windows: bigint,
  verify: Verify,
): boolean => {
  if (certificate.length === 0) return true;
  const window = header.window + 1;
  const roster = rosterOf(state.nodes(), window, tau2Windows);
  const basis = { window, roster, nodeOf: state.node.bind(state) };
  const sound = certificate.filter((vote) => judgeVote(vote, basis, verify) === undefined);
  return signersWeight(sound, roster) >= roster.quorum;
};
