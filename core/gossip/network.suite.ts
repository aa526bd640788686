import { ascii, type Id, littleEndian, toHex, ZERO_ID } from '../bytes/bytes.ts';
import { makeBundle } from '../consensus/bundle.ts';
import { makeHeader } from '../consensus/header.ts';
import type {
  Bundle,
  Listed,
  Operation,
  Phase,
  Proposal,
  ProtocolObject,
  Registration,
  Reveal,
  Vote,
} from '../consensus/objects.ts';
import { makeProposal } from '../consensus/proposal.ts';
import { makeReveal } from '../consensus/reveal.ts';
import type { Member, Roster } from '../consensus/roster.ts';
import { makeVote } from '../consensus/vote.ts';
import { sha256 } from '../crypto/hash.ts';
import { SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import { makeRegistration } from '../entry/registration.ts';
import { makeOperation } from '../operations/codec.ts';
import type { Quorum, Standing, Verdict } from '../participant/types.ts';
import type { Message, ObjectName, SetKind, Status } from '../wire/messages.ts';
import { sizeOnWire } from '../wire/size.ts';
import { bitmapBytes, setBit } from './bits.ts';
import { Gossip } from './gossip.ts';
import { Random } from './random.ts';
import type { Micros, Peer } from './types.ts';

/** Small networks of gossip machines with a participant that accepts everything, under a scheduler with latency: for tests. */

const number = (value: number): Uint8Array => littleEndian(value, 8);

export const idOf = (name: string, value = 0): Id =>
  toHex(sha256(new Uint8Array([...name].map((letter) => letter.charCodeAt(0)).concat([...number(value)]))));

/** A key whose signatures depend on it and on the message, as real ones do; nobody verifies them. */
export const keyOf = (node: number): SigningKey => ({
  publicKey: new Uint8Array(1952).fill(node & 255),
  sign(message) {
    const signature = new Uint8Array(SIGNATURE_SIZE);
    signature.set(sha256(new Uint8Array([...number(node), ...message])));
    return signature;
  },
});

/** N members of weight 1; node i signs with `keyOf(i)` and has the id `nodeIds[i]`; slots are ranks by id. */
export const rosterOf = (window: number, nodeIds: readonly Id[]): Roster => {
  const sorted = [...nodeIds].sort();
  const members: Member[] = sorted.map((nodeId, slot) => ({
    slot,
    nodeId,
    publicKey: new Uint8Array(1952),
    suiteId: 1,
    weight: 1n,
    snapshot: 1n,
  }));
  const slots = new Map(sorted.map((nodeId, slot) => [nodeId, slot]));
  const activeWeight = BigInt(members.length);
  return {
    window,
    members,
    activeWeight,
    quorum: (67n * activeWeight + 99n) / 100n,
    slotOf: (nodeId) => slots.get(nodeId) ?? -1,
  };
};

export const nodeIdsOf = (count: number): readonly Id[] => Array.from({ length: count }, (_, i) => idOf('node', i));

export const bundleOf = (
  node: number,
  window: number,
  operations: readonly Id[] = [],
  endpoint = idOf('T', window),
): Bundle => makeBundle({ nodeId: idOf('node', node), endpoint, window, operations, reveals: [] }, keyOf(node));

export const revealOf = (node: number, window: number): Reveal =>
  makeReveal({ nodeId: idOf('node', node), window, endpoint: idOf('ticket', window) }, keyOf(node));

export const voteOf = (node: number, window: number, round: number, phase: Phase, proposalHash: Id): Vote =>
  makeVote({ phase, round, window, proposalHash, nodeId: idOf('node', node) }, keyOf(node));

export const operationOf = (serial: number): Operation =>
  makeOperation(
    {
      type: 'Anchor',
      prevHash: idOf('prev', serial),
      sender: idOf('sender', serial),
      appId: idOf('app'),
      dataHash: idOf('data', serial),
    },
    keyOf(serial),
  );

export const registrationOf = (serial: number): Registration =>
  makeRegistration(
    {
      suiteId: 1,
      operatorAccountId: idOf('operator', serial),
      proofEndpoint: idOf('endpoint'),
      wStart: 1n,
      vdfChainLength: 1n,
    },
    keyOf(serial),
    keyOf(serial),
  );

export const proposalOf = (node: number, window: number, bundles: readonly Listed[] = [], depth = 1): Proposal => {
  const root = idOf('root', window);
  const header = makeHeader(
    {
      prevProposalHash: idOf('final', window),
      window,
      protocolVersion: 1,
      controlRoot: root,
      nodeRoot: root,
      candidateRoot: root,
      accountRoot: root,
      stateRoot: root,
      timechainValue: idOf('T', window),
      includedBundlesRoot: root,
      includedRevealsRoot: root,
      winnerEndpoint: root,
      winnerId: idOf('node', node),
      proposerNodeId: idOf('node', node),
      target: 1n,
      fallbackDepth: depth,
    },
    keyOf(node),
  );
  return makeProposal(header, bundles, []);
};

export const standingAt = (window: number, round = 1): Standing => ({
  window,
  round,
  finalHash: idOf('final', window),
  validRound: 0,
  validHash: ZERO_ID,
});

export const quorumOf = (window: number, round: number, phase: Phase, hash: Id, signers: readonly number[]): Quorum => {
  const votes = signers.map((node) => voteOf(node, window, round, phase, hash));
  votes.sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  return { window, phase, round, proposalHash: hash, votes };
};

export const ACCEPT: Verdict = { type: 'accept' };

/** What a node's participant does in a test; everything has a default. */
export interface Behaviour {
  judge?(object: ProtocolObject, node: TestNode): Verdict;
  weigh?(object: ProtocolObject, node: TestNode): Verdict;
  /** Whether it passes operations over a stem. */
  readonly stem?: boolean;
  proof?(votes: readonly Vote[], node: TestNode): boolean;
  lookup?(name: ObjectName): ProtocolObject | undefined;
  certificate?(window: number): readonly Vote[];
}

/** One machine with its ports: what it offered, sent and blamed is kept. */
export class TestNode {
  readonly index: number;
  readonly gossip: Gossip;
  readonly behaviour: Behaviour;
  /** Accepted objects, by identifier. */
  readonly accepted = new Map<Id, ProtocolObject>();
  /** What it published itself. */
  readonly own = new Set<Id>();
  offers = 0;
  weighed = 0;
  readonly proofs: (readonly Vote[])[] = [];
  readonly penalties: { readonly peer: Peer; readonly reason: string }[] = [];
  readonly statuses: Status[] = [];
  sent: { readonly to: Peer; readonly message: Message; readonly at: Micros }[] = [];
  wake: Micros | undefined;

  constructor(
    index: number,
    network: { readonly now: Micros; deliver(from: number, to: number, message: Message): void },
    behaviour: Behaviour,
  ) {
    this.index = index;
    this.behaviour = behaviour;
    this.gossip = new Gossip(
      {
        offer: (object) => {
          this.offers++;
          const verdict = behaviour.judge?.(object, this) ?? ACCEPT;
          if (verdict.type === 'accept') this.accepted.set(object.id, object);
          return verdict;
        },
        weigh: (object) => {
          this.weighed++;
          return behaviour.weigh?.(object, this) ?? ACCEPT;
        },
        offerProof: (votes) => {
          this.proofs.push(votes);
          return behaviour.proof?.(votes, this) ?? true;
        },
        send: (to, message) => {
          this.sent.push({ to, message, at: network.now });
          network.deliver(index, to, message);
        },
        timer: (at) => {
          this.wake = at;
        },
        penalty: (peer, reason) => this.penalties.push({ peer, reason }),
        lookup: (name) => behaviour.lookup?.(name),
        certificate: (window) => behaviour.certificate?.(window) ?? [],
        statusSeen: (_peer, status) => this.statuses.push(status),
      },
      { seed: number(index), ...(behaviour.stem === undefined ? {} : { stem: behaviour.stem }) },
    );
  }

  publish(object: ProtocolObject, now: Micros): void {
    this.own.add(object.id);
    this.gossip.publish(object, now);
  }

  /** Messages of one type sent so far. */
  ofType<T extends Message['type']>(type: T): readonly Extract<Message, { type: T }>[] {
    return this.sent.map(({ message }) => message).filter((message) => message.type === type) as never;
  }
}

/** One machine alone: the test plays every peer, and time. Nodes 0 … count − 1 are on the roster of window `window`. */
export class LoneNode extends TestNode {
  readonly #clock: { now: Micros };

  constructor(behaviour: Behaviour = {}) {
    const clock = { now: 0, deliver: () => {} };
    super(0, clock, behaviour);
    this.#clock = clock;
  }

  get now(): Micros {
    return this.#clock.now;
  }

  /** Opens links 0 … count − 1, the first `outgoing` of them dialled by this node. */
  link(count: number, outgoing = count): void {
    for (let peer = 0; peer < count; peer++) this.gossip.peerUp(peer, peer < outgoing, this.now);
  }

  enter(window: number, members: number, round = 1): void {
    this.gossip.entered(window, rosterOf(window, nodeIdsOf(members)), this.now);
    this.gossip.standing(standingAt(window, round), this.now);
  }

  receive(peer: Peer, message: Message): boolean {
    return this.gossip.message(peer, message, this.now);
  }

  receiveObject(peer: Peer, object: ProtocolObject): boolean {
    return this.receive(peer, { type: 'object', object });
  }

  /** Lets time pass; rings the alarm whenever it is due. */
  wait(duration: Micros): void {
    const until = this.#clock.now + duration;
    while (this.wake !== undefined && this.wake <= until) {
      this.#clock.now = Math.max(this.#clock.now, this.wake);
      this.wake = undefined;
      this.gossip.timer(this.#clock.now);
    }
    this.#clock.now = until;
  }

  /** What was sent since the last look. */
  take(): typeof this.sent {
    const { sent } = this;
    this.sent = [];
    return sent;
  }

  /** Receivers of a message since the last look, in order. */
  receivers(isWanted: (message: Message) => boolean): readonly Peer[] {
    return this.take()
      .filter(({ message }) => isWanted(message))
      .map(({ to }) => to);
  }

  reasons(): readonly string[] {
    return this.penalties.map(({ reason }) => reason);
  }
}

export const isObject =
  (object: ProtocolObject) =>
  (message: Message): boolean =>
    message.type === 'object' && message.object.id === object.id;

/** A Have or Want of the slots of some nodes. */
export const setsOf = <T extends 'have' | 'want'>(
  type: T,
  window: number,
  members: number,
  kind: SetKind,
  round: number,
  nodes: readonly number[],
): Extract<Message, { type: T }> => {
  const roster = rosterOf(window, nodeIdsOf(members));
  const bitmap = new Uint8Array(bitmapBytes(members));
  for (const node of nodes) setBit(bitmap, roster.slotOf(idOf('node', node)));
  return { type, window, sets: [{ kind, round, bitmap }] } as never;
};

interface Delivery {
  readonly at: Micros;
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

export interface NetworkOptions {
  readonly behaviour?: (index: number) => Behaviour;
  /** One way, microseconds. */
  readonly latency?: (from: number, to: number) => Micros;
  /** Whether a message is lost on its way. */
  readonly lost?: (from: number, to: number, message: Message, now: Micros) => boolean;
}

/** Machines, links between them, and a clock that jumps from event to event. */
export class TestNetwork {
  now: Micros = 0;
  readonly nodes: readonly TestNode[];
  readonly nodeIds: readonly Id[];
  readonly #options: NetworkOptions;
  readonly #queue = new Queue();
  readonly #actions = new Queue();
  #firstLink: readonly [number, number] | undefined;
  readonly #lastArrival = new Map<number, Micros>();
  bytes = 0;
  readonly bytesByType = new Map<string, number>();
  deliveries = 0;

  constructor(count: number, options: NetworkOptions = {}) {
    this.#options = options;
    this.nodeIds = nodeIdsOf(count);
    this.nodes = this.nodeIds.map((_, i) => new TestNode(i, this, options.behaviour?.(i) ?? {}));
  }

  at(index: number): TestNode {
    return this.nodes[index] as TestNode;
  }

  connect(a: number, b: number): void {
    this.#firstLink ??= [a, b];
    this.at(a).gossip.peerUp(b, true, this.now);
    this.at(b).gossip.peerUp(a, false, this.now);
  }

  /** The two ends of the link that was opened first. */
  firstLink(): readonly [number, number] {
    return this.#firstLink ?? [0, 0];
  }

  disconnect(a: number, b: number): void {
    this.at(a).gossip.peerDown(b, this.now);
    this.at(b).gossip.peerDown(a, this.now);
  }

  /** Every node dials `degree` others, drawn by a fixed stream. */
  connectRandomly(degree: number, seed = 1): void {
    const random = new Random(number(seed));
    const count = this.nodes.length;
    const linked = new Set<number>();
    for (let a = 0; a < count; a++) {
      for (let dialled = 0, tries = 0; dialled < degree && tries < 20 * degree; tries++) {
        const b = random.below(count);
        if (b === a || linked.has(a * count + b) || linked.has(b * count + a)) continue;
        linked.add(a * count + b);
        this.connect(a, b);
        dialled++;
      }
    }
  }

  /** All nodes enter a window with all of them active, and stand in its first round. */
  enter(window: number, standing: Standing | undefined = standingAt(window)): void {
    const roster = rosterOf(window, this.nodeIds);
    for (const { gossip } of this.nodes) {
      gossip.entered(window, roster, this.now);
      if (standing !== undefined) gossip.standing(standing, this.now);
    }
  }

  deliver(from: number, to: number, message: Message): void {
    const size = sizeOnWire(message);
    this.bytes += size;
    const type = message.type === 'object' ? message.object.kind : message.type;
    this.bytesByType.set(type, (this.bytesByType.get(type) ?? 0) + size);
    if (this.nodes[to] === undefined || this.#options.lost?.(from, to, message, this.now) === true) return;
    const link = from * this.nodes.length + to;
    const latency = this.#options.latency?.(from, to) ?? 20_000 + ((from * 7919 + to * 104_729) % 60_000);
    const at = Math.max(this.now + latency, (this.#lastArrival.get(link) ?? 0) + 1);
    this.#lastArrival.set(link, at);
    this.#queue.push(at, { at, from, to, message });
  }

  /** Calls `action` at a later moment. */
  schedule(at: Micros, action: () => void): void {
    this.#actions.push(at, action);
  }

  /** Runs until `until`, or for ever while anything happens when it is left out. */
  run(until: Micros): void {
    for (;;) {
      let at = Math.min(this.#queue.first(), this.#actions.first());
      let waking: TestNode | undefined;
      for (const node of this.nodes) {
        if (node.wake !== undefined && node.wake < at) {
          at = node.wake;
          waking = node;
        }
      }
      if (at > until) break;
      this.now = Math.max(this.now, at);
      if (waking !== undefined) {
        waking.wake = undefined;
        waking.gossip.timer(this.now);
      } else if (this.#actions.first() <= this.#queue.first()) {
        (this.#actions.pop() as () => void)();
      } else {
        const { from, to, message } = this.#queue.pop() as Delivery;
        this.deliveries++;
        this.at(to).gossip.message(from, message, this.now);
      }
    }
    this.now = until;
  }

  /** How many nodes have accepted an object. */
  coverage(id: Id): number {
    return this.nodes.filter((node) => node.accepted.has(id)).length;
  }

  /** A digest of everything every node sent, in order, with receiver and moment. */
  transcript(): Id {
    const lines = this.nodes.flatMap(({ sent }) =>
      sent.map(({ to, at, message }) => `${at} ${to} ${summary(message)}`),
    );
    return toHex(sha256(ascii(lines.join('\n'))));
  }
}

const summary = (message: Message): string => {
  switch (message.type) {
    case 'object':
      return message.object.id;
    case 'stem':
      return `stem ${message.object.id}`;
    case 'have':
    case 'want':
      return `${message.type} ${message.sets.map(({ kind, round, bitmap }) => `${kind}/${round}/${toHex(bitmap)}`)}`;
    case 'announce':
    case 'object-request':
      return `${message.type} ${message.names.map(({ id }) => id)}`;
    case 'object-response':
      return `${message.requestId} ${message.objects.map(({ id }) => id)}`;
    default:
      return JSON.stringify(message);
  }
};

/** A binary heap by time, ties in the order they were pushed. */
class Queue {
  readonly #times: number[] = [];
  readonly #serials: number[] = [];
  readonly #values: unknown[] = [];
  #serial = 0;

  first(): number {
    return this.#times[0] ?? Number.MAX_SAFE_INTEGER;
  }

  push(time: number, value: unknown): void {
    let at = this.#times.length;
    this.#times.push(time);
    this.#serials.push(this.#serial++);
    this.#values.push(value);
    while (at > 0 && this.#isBefore(at, (at - 1) >> 1)) {
      this.#swap(at, (at - 1) >> 1);
      at = (at - 1) >> 1;
    }
  }

  pop(): unknown {
    const last = this.#times.length - 1;
    this.#swap(0, last);
    const value = this.#values.pop();
    this.#times.pop();
    this.#serials.pop();
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < last && this.#isBefore(child, least)) least = child;
      if (least === at) return value;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#times[a] as number) - (this.#times[b] as number);
    return difference !== 0 ? difference < 0 : (this.#serials[a] as number) < (this.#serials[b] as number);
  }

  #swap(a: number, b: number): void {
    for (const list of [this.#times, this.#serials, this.#values] as unknown[][]) {
      [list[a], list[b]] = [list[b], list[a]];
    }
  }
}
