import type { Id } from '#core/bytes/bytes.ts';
import type { Header, Proposal } from '#core/consensus/objects.ts';

/** One of the two parts that a coalition divides the other hosts into. */
export type Half = 0 | 1;

/** Two proposals for one slot: the first is for half 0, the second for half 1, both from that moment on (network time). */
export interface Pair {
  readonly proposals: readonly [Proposal, Proposal];
  readonly from: number;
}

/** Whom an object may be shown to outside the coalition, and from when on. */
interface Audience {
  readonly half: Half | undefined;
  readonly from: number;
}

const NOBODY: Audience = { half: undefined, from: 0 };

export interface Member {
  /** Number of the host. */
  readonly host: number;
  readonly nodeId: Id;
}

/**
 * Hosts under one hand: who they are, how they divide the others, which pairs of proposals their leaders have signed, and what no
 * member shows to whom. A member acts on a pair when one of the two reaches it: what they share here saves no time.
 */
export class Coalition {
  readonly #nodes: ReadonlySet<Id>;
  readonly #halves: readonly (Half | undefined)[];
  readonly #pairs = new Map<string, Pair>();
  readonly #proposals = new Map<Id, Proposal>();
  /** Of objects that are not for everybody, by identifier. */
  readonly #audiences = new Map<Id, Audience>();

  /** `hosts`: how many there are in all. */
  constructor(members: readonly Member[], hosts: number) {
    this.#nodes = new Set(members.map(({ nodeId }) => nodeId));
    const own = new Set(members.map(({ host }) => host));
    let others = 0;
    this.#halves = Array.from({ length: hosts }, (_, host) => (own.has(host) ? undefined : ((others++ % 2) as Half)));
  }

  /** Every second host that is no member is of half 0; a member is of none. */
  halfOf(host: number): Half | undefined {
    return this.#halves[host];
  }

  isMember(node: Id): boolean {
    return this.#nodes.has(node);
  }

  /** The pair that a header is one of. */
  pairOf(header: Header): Pair | undefined {
    return this.#pairs.get(slotOf(header));
  }

  /** One of a pair, by proposal_hash. */
  proposal(hash: Id): Proposal | undefined {
    return this.#proposals.get(hash);
  }

  signed(pair: Pair): void {
    this.#pairs.set(slotOf(pair.proposals[0].header), pair);
    for (const proposal of pair.proposals) {
      this.#proposals.set(proposal.id, proposal);
      this.restrict(proposal);
    }
  }

  /** A proposal of a pair is for one half; in a later round it has a name of its own. */
  restrict({ id, header }: Proposal): void {
    const pair = this.pairOf(header);
    if (pair === undefined) return;
    this.#audiences.set(id, { half: header.id === pair.proposals[0].id ? 0 : 1, from: pair.from });
  }

  /** Keeps an object inside. */
  conceal(id: Id): void {
    this.#audiences.set(id, NOBODY);
  }

  mayShow(half: Half, id: Id, now: number): boolean {
    const audience = this.#audiences.get(id);
    return audience === undefined || (audience.half === half && audience.from <= now);
  }
}

const slotOf = ({ window, fallbackDepth, proposerNodeId }: Header): string =>
  `${window}/${fallbackDepth}/${proposerNodeId}`;
