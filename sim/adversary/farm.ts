import { makeBundle } from '#core/consensus/bundle.ts';
import type { Bundle, ProtocolObject, Vote } from '#core/consensus/objects.ts';
import { makeReveal } from '#core/consensus/reveal.ts';
import { makeVote } from '#core/consensus/vote.ts';
import type { Notice } from '#core/host/host.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { MontanaShape } from '#sim/run/adapter.ts';
import type { Port, Strategy } from '#sim/world/strategy.ts';
import type { Effect, Input } from '#sim/world/types.ts';
import { FarmChains, type FarmChainsOptions, type FarmNode } from './farm-chains.ts';
import { Bodies, proposalOf } from './rival-proposal.ts';

export interface FarmOptions extends FarmChainsOptions {
  /** What nodes do that were admitted: nothing, or everything that a node does. */
  readonly admitted: 'idle' | 'confirm';
}

/** Microseconds from the start of round 1 to the proposal of one of its nodes that leads: about the collect wait (09 §8.5). */
const COLLECT = 5_000_000;

/**
 * A farm behind one host, whose own node follows the rules. Its cores make node after node (`FarmChains`). Nodes that are in the table
 * lie idle: the emission of their admission was all they were made for. Or each confirms every window with a bundle and a reveal of
 * its own, votes as the host's node votes, and proposes where it leads the first round: one T for all of them. It signs with their
 * keys alone. What it makes beside its machine costs its core no time but that of receiving it.
 */
export class Farm implements Strategy<MontanaShape> {
  readonly #options: FarmOptions;
  readonly #chains: FarmChains;
  readonly #bodies = new Bodies();
  /** Open connections. */
  readonly #peers = new Set<number>();
  /** S_{W−1} of the open window W. */
  #settled: Settled | undefined;
  /** Who is to propose, and what T it found. */
  #leads: { readonly node: FarmNode; readonly bundle: Bundle } | undefined;

  constructor(options: FarmOptions) {
    this.#options = options;
    this.#chains = new FarmChains(options);
  }

  input(input: Input<MontanaShape>, port: Port<MontanaShape>): void {
    if (input.type === 'start') this.#peers.clear();
    else if (input.type === 'peer-up') this.#peers.add(input.peer);
    else if (input.type === 'peer-down') this.#peers.delete(input.peer);
    port.deliver(input);
  }

  effect(effect: Effect<MontanaShape>, port: Port<MontanaShape>): void {
    port.perform(effect);
    if (effect.type === 'emit') this.#noticed(effect.event, port);
  }

  wake(port: Port<MontanaShape>): void {
    this.#propose(port);
  }

  #noticed(notice: Notice, port: Port<MontanaShape>): void {
    if (notice.type === 'final') {
      const { record } = notice;
      this.#settled = record.settled;
      this.#bodies.closed(record.settled.window, record.entry.operations);
      for (const registration of this.#chains.closed(record)) this.#say(registration, port);
    } else if (notice.type === 'standing') {
      if (notice.standing.round === 1 && this.#options.admitted === 'confirm') port.wake(COLLECT);
    } else if (notice.type === 'published' || notice.type === 'accepted') {
      const { object } = notice;
      if (this.#options.admitted === 'idle') return;
      this.#bodies.learn(object);
      if (notice.type === 'accepted') return;
      if (object.kind === 'bundle') this.#confirm(object, port);
      else if (object.kind === 'vote') this.#vote(object, port);
    }
  }

  /** Its nodes that are active in the open window, if that is `window`. */
  #active(window: number): readonly FarmNode[] {
    const open = this.#settled && openWindow(this.#settled);
    if (open?.window !== window) return [];
    return this.#chains.admitted.filter(({ nodeId }) => open.roster.slotOf(nodeId) >= 0);
  }

  /** What the host's node confirms, each of them confirms; and reveals where its own ticket is below the target. */
  #confirm(bundle: Bundle, port: Port<MontanaShape>): void {
    const { window, endpoint, operations, reveals } = bundle;
    const active = this.#active(window);
    if (active.length === 0 || this.#settled === undefined) return;
    const { target, cascade, lottery } = openWindow(this.#settled);
    const { ticketOf } = lottery(endpoint);
    for (const { nodeId, key } of active) {
      const ticket = ticketOf(nodeId);
      if (ticket !== undefined && ticket.ticket < target)
        this.#say(makeReveal({ nodeId, window, endpoint: ticket.endpoint }, key), port);
      this.#say(makeBundle({ nodeId, window, endpoint, operations, reveals }, key), port);
    }
    const node = active.find(({ nodeId }) => nodeId === cascade[0]);
    if (node !== undefined) this.#leads = { node, bundle };
  }

  #vote({ phase, round, window, proposalHash }: Vote, port: Port<MontanaShape>): void {
    for (const { nodeId, key } of this.#active(window))
      this.#say(makeVote({ phase, round, window, proposalHash, nodeId }, key), port);
  }

  /** A fresh proposal of round 1, once. */
  #propose(port: Port<MontanaShape>): void {
    const leads = this.#leads;
    this.#leads = undefined;
    if (leads === undefined || this.#settled?.window !== leads.bundle.window - 1) return;
    const { nodeId, key } = leads.node;
    const basis = { timechainValue: leads.bundle.endpoint, proposerNodeId: nodeId, fallbackDepth: 1 };
    const proposal = proposalOf(this.#settled, basis, this.#bodies.bundlesHeld(), this.#bodies, key);
    if (proposal !== undefined) this.#say(proposal, port);
  }

  /** Its machine takes an object as if it came from a neighbour, and tells all the others; the neighbour is told here. */
  #say(object: ProtocolObject, port: Port<MontanaShape>): void {
    const [peer] = this.#peers;
    if (peer === undefined) return;
    port.perform({ type: 'send', peer, message: { type: 'object', object } });
    port.deliver({ type: 'message', peer, message: { type: 'object', object } });
  }
}
