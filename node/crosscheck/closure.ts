import { type Id, toHex } from '#core/bytes/bytes.ts';
import { Reader } from '#core/bytes/layout.ts';
import { sha256 } from '#core/crypto/hash.ts';
import type { Block } from '#core/journal/container.ts';
import { messageOf } from '#core/journal/flatten.ts';
import { EFFECT, type FlatMessage, type FlatRecord } from '#core/journal/layouts.ts';
import { encodeMessage } from '#core/wire/codec.ts';
import type { Message } from '#core/wire/messages.ts';
import { HostSteps } from '#sim/trace/host-steps.ts';

/** The journals of a node, one a process, in order. */
export interface NodeJournals {
  readonly nodeId: Id;
  readonly name: string;
  readonly processes: readonly Iterable<Block>[];
}

/** What the journals of a network say of the messages between its nodes. */
export interface Closure {
  /** Messages that a node received from another whose journals are here, but for chunks of snapshots. */
  readonly received: number;
  /** Those that are in no journal of their sender, at most the first few, in words. */
  readonly missing: readonly string[];
}

/** Of messages without a sender no more are told. */
const MOST_TOLD = 10;

/** How often a message went from one node to another, by `<from><to><digest>`. */
type Sent = Map<string, number>;

interface Reading {
  sent(key: string): void;
  received(key: string, inWords: () => string): void;
}

/**
 * Whether the journals are causally closed: every message that a node received was sent to it by its sender's journal, as often, or by a
 * node whose journals are not here. Of an answer with objects a receiver may have left out re-proposals. Not looked at are chunks of
 * snapshots and their refusals (0x41, 0x42): they are reads of what is final, which no host makes, and the journal of the one who reads
 * replays only if all of them have the state root that a certificate proves. Holds a digest for each message sent.
 */
export const closureOf = (nodes: readonly NodeJournals[]): Closure => {
  const known = new Set(nodes.map(({ nodeId }) => nodeId));
  const sent: Sent = new Map();
  for (const node of nodes) {
    read(node, known, { sent: (key) => sent.set(key, (sent.get(key) ?? 0) + 1), received: () => {} });
  }
  let received = 0;
  const missing: string[] = [];
  for (const node of nodes) {
    read(node, known, {
      sent: () => {},
      received: (key, inWords) => {
        received++;
        const left = sent.get(key) ?? 0;
        if (left > 0) sent.set(key, left - 1);
        else if (missing.length < MOST_TOLD) missing.push(`${node.name}: ${inWords()}: its sender did not send it`);
      },
    });
  }
  return { received, missing };
};

/** Without what a receiver may leave out of an answer: re-proposals of leaders it does not know (09 §11.2). */
const comparable = (message: Message): Message =>
  message.type === 'object-response'
    ? { ...message, objects: message.objects.filter((object) => object.kind !== 'proposal' || !object.reproposal) }
    : message;

/** SnapshotChunk and its refusal (06 §6). */
const isOfSnapshot = (message: FlatMessage): boolean =>
  message.type === 'wire' && (message.bytes[0] === 0x41 || message.bytes[0] === 0x42);

const read = ({ nodeId, name, processes }: NodeJournals, known: ReadonlySet<Id>, reading: Reading): void => {
  for (const blocks of processes) {
    const steps = new HostSteps(name, blocks);
    /** Whom a number means in this process. */
    const far = new Map<number, Id>();
    const digest = (message: FlatMessage): Id => {
      const whole = messageOf(message, steps.get);
      return whole === undefined ? '' : toHex(sha256(encodeMessage(comparable(whole))));
    };
    for (const { entry } of steps.steps()) {
      if (entry.type === 'setting') continue;
      const { input } = entry;
      if (input.type === 'start') far.clear();
      if (input.type === 'peer-up' && input.far !== undefined) far.set(input.peer, input.far);
      if (input.type === 'message' && !isOfSnapshot(input.message)) {
        const from = far.get(input.peer);
        if (from !== undefined && known.has(from)) {
          reading.received(`${from}${nodeId}${digest(input.message)}`, () => steps.inWords(entry));
        }
      }
      for (const { peer, message } of sendsOf(entry)) {
        const to = far.get(peer);
        if (to !== undefined && known.has(to)) reading.sent(`${nodeId}${to}${digest(message)}`);
      }
    }
  }
};

function* sendsOf({ effects }: FlatRecord): Generator<{ readonly peer: number; readonly message: FlatMessage }> {
  const reader = new Reader(effects);
  while (reader.offset < effects.length && reader.error === undefined) {
    const effect = EFFECT.read(reader);
    if (effect.type === 'send' && reader.error === undefined) yield effect;
  }
}
