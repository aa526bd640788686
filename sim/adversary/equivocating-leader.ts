import type { Id } from '#core/bytes/bytes.ts';
import type { Proposal, ProtocolObject } from '#core/consensus/objects.ts';
import type { SigningKey } from '#core/crypto/suite.ts';
import type { Notice } from '#core/host/host.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Message, ObjectRequest } from '#core/wire/messages.ts';
import type { MontanaShape } from '#sim/run/adapter.ts';
import type { Port, Strategy } from '#sim/world/strategy.ts';
import type { Effect, Input } from '#sim/world/types.ts';
import type { Coalition, Half, Member, Pair } from './coalition.ts';
import { Everybody } from './everybody.ts';
import { Bodies, rivalProposal } from './rival-proposal.ts';

export interface EquivocatorOptions extends Member {
  readonly key: SigningKey;
  readonly coalition: Coalition;
  /** Hosts of the run. */
  readonly hosts: number;
}

/**
 * Follows the protocol, but beside each fresh proposal of its own signs a second valid one, and shows each half of the network
 * another, over connections of its own to every host. It never shows a half the other's proposal, votes for it, or evidence:
 * neither pushed, nor told, nor asked for. What it makes beside its machine costs its core no time.
 */
export class EquivocatingLeader implements Strategy<MontanaShape> {
  protected readonly options: EquivocatorOptions;
  readonly #everybody: Everybody;
  readonly #bodies = new Bodies();
  /** S_{W−1} of the open window W. */
  #settled: Settled | undefined;

  constructor(options: EquivocatorOptions) {
    this.options = options;
    this.#everybody = new Everybody(options.host, options.hosts);
  }

  input(input: Input<MontanaShape>, port: Port<MontanaShape>): void {
    if (input.type === 'start') this.#settled = input.disk.opened().settled;
    this.#everybody.input(input, port);
    if (input.type === 'message' && input.message.type === 'object-request') {
      if (this.#answer(input.peer, input.message, port)) return;
    }
    port.deliver(input);
  }

  effect(effect: Effect<MontanaShape>, port: Port<MontanaShape>): void {
    switch (effect.type) {
      case 'emit':
        port.perform(effect);
        this.noticed(effect.event, port);
        break;
      case 'send': {
        const half = this.#halfOf(effect.peer);
        const message = half === undefined ? effect.message : this.#shown(effect.message, half, port.now);
        if (message !== undefined) port.perform({ ...effect, message });
        break;
      }
      default:
        port.perform(effect);
    }
  }

  /** What its machine tells, ahead of the sends that go with it. */
  protected noticed(notice: Notice, port: Port<MontanaShape>): void {
    const { coalition } = this.options;
    switch (notice.type) {
      case 'final':
        this.#settled = notice.record.settled;
        this.#bodies.closed(notice.record.settled.window, notice.record.entry.operations);
        break;
      case 'evidence':
        if (coalition.isMember(notice.evidence.signer)) coalition.conceal(notice.evidence.id);
        break;
      case 'published':
      case 'accepted':
        this.#bodies.learn(notice.object);
        if (notice.object.kind !== 'proposal') break;
        if (notice.type === 'published') this.#equivocate(notice.object, port);
        coalition.restrict(notice.object);
    }
  }

  /** Microseconds from the signing of a pair to its way to the halves; members have the first of the two at once. */
  protected get lead(): number {
    return 0;
  }

  /** Sends each half its object, over every connection. */
  protected show(objects: readonly [ProtocolObject, ProtocolObject], port: Port<MontanaShape>, delay: number): void {
    for (const peer of this.#everybody.peers()) {
      const half = this.#halfOf(peer);
      if (half === undefined) continue;
      port.perform({ type: 'send', peer, message: { type: 'object', object: objects[half] } }, delay);
    }
  }

  #equivocate(proposal: Proposal, port: Port<MontanaShape>): void {
    const { coalition, key } = this.options;
    const isFirst = proposal.reproposal === undefined && coalition.pairOf(proposal.header) === undefined;
    if (!isFirst || this.#settled === undefined) return;
    const rival = rivalProposal(proposal, this.#settled, this.#bodies, key);
    if (rival === undefined) return;
    const pair: Pair = { proposals: [proposal, rival], from: port.now + this.lead };
    coalition.signed(pair);
    this.show(pair.proposals, port, this.lead);
  }

  /** Hands out the proposals of pairs, of which its machine may have one only: a half gets its own. */
  #answer(peer: number, { requestId, names }: ObjectRequest, port: Port<MontanaShape>): boolean {
    const half = this.#halfOf(peer);
    if (half === undefined) return false;
    const objects = names
      .map(({ id }) => this.options.coalition.proposal(id))
      .filter((proposal) => proposal !== undefined)
      .filter(({ id }) => this.options.coalition.mayShow(half, id, port.now));
    if (objects.length === 0) return false;
    port.perform({ type: 'send', peer, message: { type: 'object-response', requestId, objects, stopped: false } });
    return true;
  }

  #halfOf(peer: number): Half | undefined {
    const host = this.#everybody.hostOf(peer);
    return host === undefined ? undefined : this.options.coalition.halfOf(host);
  }

  /** What of a message a half is shown; undefined: nothing. */
  #shown(message: Message, half: Half, now: number): Message | undefined {
    const { coalition } = this.options;
    const isFor = (id: Id): boolean => coalition.mayShow(half, id, now);
    const isShown = (object: ProtocolObject): boolean =>
      isFor(object.id) && (object.kind !== 'vote' || isFor(object.proposalHash));
    switch (message.type) {
      case 'object':
        return isShown(message.object) ? message : undefined;
      case 'object-response':
        return { ...message, objects: message.objects.filter(isShown) };
      case 'announce': {
        const names = message.names.filter(({ id }) => isFor(id));
        return names.length === 0 ? undefined : { ...message, names };
      }
      case 'proof-response':
        return coalition.proposal(message.proposalHash) === undefined ? message : undefined;
      case 'archive-response': {
        const end = message.entries.findIndex(({ header }) => !isFor(header.id));
        return end < 0 ? message : { ...message, entries: message.entries.slice(0, end) };
      }
      default:
        return message;
    }
  }
}
