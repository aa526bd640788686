import type { Id } from '#core/bytes/bytes.ts';
import { Reader } from '#core/bytes/layout.ts';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import type { Block } from '#core/journal/container.ts';
import { EFFECT, ENTRY, type Entry, type FlatRecord } from '#core/journal/layouts.ts';
import { decodeStored } from '#core/journal/objects.ts';
import type { NodeJournals } from './closure.ts';

/** What the journals of a network say of signatures. */
export interface Slots {
  /** Slots that a node of these journals signed something for. */
  readonly signed: number;
  /** Second signatures, in words. */
  readonly twice: readonly string[];
}

/** Who may sign one thing only where, and what was signed. */
interface Slot {
  readonly signer: Id;
  readonly slot: string;
  readonly id: Id;
}

const slotsOf = (object: ProtocolObject): readonly Slot[] => {
  switch (object.kind) {
    case 'bundle':
    case 'reveal':
      return [{ signer: object.nodeId, slot: `${object.kind} of window ${object.window}`, id: object.id }];
    case 'vote': {
      const { nodeId: signer, window, round, phase, id } = object;
      return [{ signer, slot: `vote of window ${window}, round ${round}, phase ${phase}`, id }];
    }
    case 'proposal': {
      const { header, reproposal, id } = object;
      const { proposerNodeId: signer, window, fallbackDepth } = header;
      const fresh = { signer, slot: `header of window ${window}, depth ${fallbackDepth}`, id: header.id };
      if (reproposal === undefined) return [fresh];
      return [
        fresh,
        { signer: reproposal.leader, slot: `proposal of window ${window}, round ${reproposal.round}`, id },
      ];
    }
    case 'operation':
      return [{ signer: object.sender, slot: `operation after ${object.prevHash}`, id: object.id }];
    default:
      return [];
  }
};

/**
 * Whether every node signed at most one bundle, reveal, header, proposal and vote for each slot (09 §8.8), and each of `accounts` one
 * operation after another (03 §6.3): of all that it made durable, in whichever process, and of all that anybody heard.
 */
export const signedOnce = (nodes: readonly NodeJournals[], accounts: readonly Id[] = []): Slots => {
  const names = new Map(nodes.map(({ nodeId, name }) => [nodeId, name]));
  for (const account of accounts) names.set(account, `account ${account}`);
  const signed = new Map<string, Id>();
  const twice = new Set<string>();
  for (const { processes } of nodes) {
    for (const object of objectsIn(processes)) {
      for (const { signer, slot, id } of slotsOf(object)) {
        const name = names.get(signer);
        if (name === undefined) continue;
        const key = `${name}: ${slot}`;
        const before = signed.get(key);
        if (before === undefined) signed.set(key, id);
        else if (before !== id) twice.add(`${key}: signed more than once`);
      }
    }
  }
  return { signed: signed.size, twice: [...twice] };
};

/**
 * The objects that a node's journals name. Not those of an input whose records the next process did not find: a journal is on the disk
 * before the store, and what is not durable was not said (09 §8.8); had it been said, the journals of others would name it.
 */
function* objectsIn(processes: NodeJournals['processes']): Generator<ProtocolObject> {
  const found = processes.map(foundAtStart);
  for (const [index, blocks] of processes.entries()) {
    const durable = found.slice(index + 1).find((count) => count !== undefined) ?? Number.POSITIVE_INFINITY;
    let written = found[index] ?? 0;
    let named: ProtocolObject[] = [];
    for (const entry of entriesIn(blocks)) {
      if (entry.type === 'object') {
        const object = decodeStored(entry);
        if (object.ok) named.push(object.value);
      }
      if (entry.type !== 'record') continue;
      written += persistsOf(entry);
      if (written > durable) break;
      yield* named;
      named = [];
    }
  }
}

/** How many records a process found on its disk; undefined: it ended before it said so. */
const foundAtStart = (blocks: Iterable<Block>): number | undefined => {
  for (const entry of entriesIn(blocks)) {
    if (entry.type === 'record') return entry.input.type === 'start' ? entry.input.durable : undefined;
  }
  return undefined;
};

const persistsOf = ({ effects }: FlatRecord): number => {
  const reader = new Reader(effects);
  let count = 0;
  while (reader.offset < effects.length && reader.error === undefined) {
    const { type } = EFFECT.read(reader);
    if (type === 'persist' || type === 'adopt') count++;
  }
  return count;
};

function* entriesIn(blocks: Iterable<Block>): Generator<Entry> {
  for (const { payload } of blocks) {
    const reader = new Reader(payload);
    while (reader.offset < payload.length && reader.error === undefined) yield ENTRY.read(reader);
  }
}
