import { ascii, type Id, toHex } from '#core/bytes/bytes.ts';
import { makeHeader } from '#core/consensus/header.ts';
import { type Listed, PRECOMMIT, type Registration, type Vote } from '#core/consensus/objects.ts';
import type { Roster } from '#core/consensus/roster.ts';
import { makeVote } from '#core/consensus/vote.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { isSnapshotAnchor } from '#core/snapshot/anchor-windows.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { applyWindow, headerFields } from '#core/transition/apply.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { ArchiveEntry } from '#core/wire/messages.ts';
import { FarmChains, type FarmChainsOptions, type FarmNode } from './farm-chains.ts';

export interface InventionOptions extends Omit<FarmChainsOptions, 'cores'> {
  /** The state it begins from. */
  readonly start: Settled;
  /** The one founder who invents. */
  readonly founder: FarmNode;
  /** Nodes of its own that it lets in before it stops. */
  readonly nodes: number;
}

/** One window of it. */
interface Invented {
  readonly entry: ArchiveEntry;
  /** Its own nodes that are active in the window, where they are a quorum of it; else nobody. */
  readonly signers: readonly FarmNode[];
}

/**
 * A history that one founder made up, consistent in every byte: registrations with chains that were really hashed, roots by the core's
 * own transition, headers signed by itself or its nodes, a timechain with every D. What it cannot sign is not asked for: an archive
 * entry names bundles by hash, so those of the other founders are hashes of nothing, listed as long as the quorum needs them. As
 * the window lets one candidate in, its nodes are a quorum of the invented state after some forty; from then on each window has a
 * certificate, and the others fall out of the table.
 */
export class InventedHistory {
  readonly #windows: Invented[] = [];
  readonly #registrations = new Map<Id, Registration>();
  readonly #certificates = new Map<number, readonly Vote[]>();
  #anchors: readonly Settled[] = [];

  constructor({ start, founder, nodes, ...farm }: InventionOptions) {
    const chains = new FarmChains({ ...farm, cores: farm.tau2 });
    let settled = start;
    let registrations: readonly Registration[] = [];
    for (;;) {
      registrations = chains.closed({ settled, registrations });
      if (chains.admitted.length === nodes) break;
      for (const registration of registrations) this.#registrations.set(registration.id, registration);
      settled = this.#close(settled, [founder, ...chains.admitted], registrations);
    }
  }

  /** How many windows it has. */
  get length(): number {
    return this.#windows.length;
  }

  /** The states whose snapshots an honest server of it would have, newest last. */
  get anchors(): readonly Settled[] {
    return this.#anchors;
  }

  entry(window: number): ArchiveEntry | undefined {
    return this.#windows[window]?.entry;
  }

  registration(id: Id): Registration | undefined {
    return this.#registrations.get(id);
  }

  /** Precommits of a quorum of the invented state, signers ascending; none where its own nodes are no quorum. */
  certificate(window: number): readonly Vote[] {
    const { entry, signers } = this.#windows[window] ?? {};
    if (entry === undefined || signers === undefined) return [];
    let votes = this.#certificates.get(window);
    if (votes === undefined) {
      const proposalHash = entry.header.id;
      votes = signers.map(({ nodeId, key }) =>
        makeVote({ phase: PRECOMMIT, round: 1, window, proposalHash, nodeId }, key),
      );
      this.#certificates.set(window, votes);
    }
    return votes;
  }

  /** The window after `settled`, with these registrations. */
  #close(settled: Settled, own: readonly FarmNode[], registrations: readonly Registration[]): Settled {
    const open = openWindow(settled);
    const active = own
      .filter(({ nodeId }) => open.roster.slotOf(nodeId) >= 0)
      .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    const { proposer, depth } = firstOf(active, open.cascade);
    const bundles = bundlesOf(open.roster, active);
    const input = {
      timechainValue: open.timechainValue ?? timechainStep(open.previousT, open.d),
      bundles,
      reveals: [],
      operations: [],
      registrations,
      proposer: proposer.nodeId,
      fallbackDepth: depth,
    };
    // What it signed itself it need not verify.
    const outcome = applyWindow(settled, input, () => true);
    const header = makeHeader(headerFields(outcome, open, proposer.nodeId, depth), proposer.key);
    const ids = outcome.registrations.map(({ registration }) => registration.id);
    const weight = active.reduce(
      (sum, { nodeId }) => sum + (open.roster.members[open.roster.slotOf(nodeId)]?.weight ?? 0n),
      0n,
    );
    this.#windows.push({
      entry: { header, bundles, reveals: [], operations: [], registrations: ids },
      signers: weight >= open.roster.quorum ? active : [],
    });
    const next = outcome.settle(header.id, header.protocolVersion);
    const { network, window } = next;
    if (isSnapshotAnchor(network.params, window, (of) => this.entry(of)?.header.fallbackDepth)) {
      this.#anchors = [...this.#anchors.slice(-1), next];
    }
    return next;
  }
}

/** Who of its nodes comes first in the cascade, and at what depth. */
const firstOf = (own: readonly FarmNode[], cascade: readonly Id[]): { proposer: FarmNode; depth: number } => {
  const nodes = new Map(own.map((node) => [node.nodeId, node]));
  const at = cascade.findIndex((nodeId) => nodes.has(nodeId));
  const proposer = nodes.get(cascade[at] as Id);
  if (proposer === undefined) throw new Error('the founder who invents is not in the cascade');
  return { proposer, depth: at + 1 };
};

/** All of its own, and of the others as few as a quorum needs. */
const bundlesOf = ({ members, quorum, window }: Roster, own: readonly FarmNode[]): readonly Listed[] => {
  const ids = new Set(own.map(({ nodeId }) => nodeId));
  let weight = members.reduce((sum, member) => (ids.has(member.nodeId) ? sum + member.weight : sum), 0n);
  for (const member of members) {
    if (weight >= quorum) break;
    if (ids.has(member.nodeId)) continue;
    ids.add(member.nodeId);
    weight += member.weight;
  }
  return members
    .filter(({ nodeId }) => ids.has(nodeId))
    .map(({ nodeId }) => ({ nodeId, hash: toHex(sha256(ascii(`invented/${window}/${nodeId}`))) }));
};
