import type { Id } from '#core/bytes/bytes.ts';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import type { Notice } from '#core/host/host.ts';
import type { DiskRecord } from '#core/journal/disk.ts';
import type { ChainJob } from '#core/participant/types.ts';
import type { Message } from '#core/wire/messages.ts';

/** Kinds of messages in reports. */
export const KINDS = [
  'bundle',
  'reveal',
  'proposal',
  'vote',
  'evidence',
  'operation',
  'registration',
  'status',
  'have',
  'want',
  'announce',
  'archive-request',
  'archive-response',
  'object-request',
  'object-response',
  'proof-request',
  'proof-response',
  'openings',
  'stem',
  'snapshot-request',
  'snapshot-chunk',
  'snapshot-error',
] as const;

const kindIndex = new Map<string, number>(KINDS.map((kind, i) => [kind, i]));

export const kindOf = (message: Message): number =>
  kindIndex.get(message.type === 'object' ? message.object.kind : message.type) as number;

/** 32 bits of an identifier: its first eight digits. */
const bitsOf = (id: Id): number => {
  let bits = 0;
  for (let i = 0; i < 8; i++) {
    const code = id.charCodeAt(i);
    bits = (bits << 4) | (code < 58 ? code - 48 : code - 87);
  }
  return bits;
};

const mix = (a: number, b: number): number => {
  const x = Math.imul(a ^ (b + 0x9e3779b9), 0x85ebca6b);
  return x ^ (x >>> 15);
};

const mixBytes = (start: number, bytes: Uint8Array): number => {
  let x = start;
  for (const byte of bytes) x = mix(x, byte);
  return x;
};

/** Identifiers leave signature bytes out, which differ between suites; evidence has them inside, so its objects speak for it. */
const objectBits = (object: ProtocolObject): number =>
  mix(
    kindIndex.get(object.kind) as number,
    object.kind === 'evidence' ? mix(bitsOf(object.a.id), bitsOf(object.b.id)) : bitsOf(object.id),
  );

/** 32-bit hash of a message's content: the same for equal messages, whatever their signatures' bytes (design §1). */
export const identifyMessage = (message: Message): number => {
  const kind = kindOf(message);
  switch (message.type) {
    case 'object':
      return objectBits(message.object);
    case 'stem':
      return mix(kind, objectBits(message.object));
    case 'status':
      return mix(
        mix(mix(kind, message.window), mix(message.round, message.validRound)),
        mix(bitsOf(message.finalHash), bitsOf(message.validHash)),
      );
    case 'have':
    case 'want': {
      let x = mix(kind, message.window);
      for (const set of message.sets) x = mixBytes(mix(x, set.kind * 65_536 + set.round), set.bitmap);
      return x;
    }
    case 'announce':
      return message.names.reduce((x, name) => mix(x, bitsOf(name.id) ^ name.class), kind);
    case 'archive-request':
      return mix(mix(kind, message.requestId), mix(message.fromWindow, message.count));
    case 'archive-response':
      return message.entries.reduce((x, entry) => mix(x, bitsOf(entry.header.id)), mix(kind, message.requestId));
    case 'snapshot-request':
      return mix(mix(kind, message.requestId), mix(message.anchorWindow, message.resumeOffset));
    case 'snapshot-chunk':
      return mix(mix(kind, message.requestId), mix(message.chunkIndex, message.totalChunks));
    case 'snapshot-error':
      return mix(mix(kind, message.requestId), message.code);
    case 'object-request':
      return message.names.reduce((x, name) => mix(x, bitsOf(name.id) ^ name.class), mix(kind, message.requestId));
    case 'object-response':
      return message.objects.reduce((x, object) => mix(x, objectBits(object)), mix(kind, message.requestId));
    case 'proof-request':
      return mix(mix(kind, message.requestId), mix(message.window * 4 + message.phase, bitsOf(message.proposalHash)));
    case 'proof-response':
      return message.signatures.reduce(
        (x, { nodeId }) => mix(x, bitsOf(nodeId)),
        mix(mix(kind, message.requestId), mix(message.total, message.from)),
      );
  }
};

export const identifyNotice = (notice: Notice): number => {
  switch (notice.type) {
    case 'final':
      return mix(1, mix(bitsOf(notice.record.settled.side.proposalHash), notice.round));
    case 'confirmed':
      return mix(2, mix(bitsOf(notice.notice.operation), notice.notice.window));
    case 'standing':
      return mix(3, mix(notice.standing.window, notice.standing.round));
    case 'entered':
      return mix(4, notice.window);
    case 'accepted':
      return mix(5, objectBits(notice.object));
    case 'evidence':
      return mix(6, objectBits(notice.evidence));
    case 'submitted':
      return mix(7, mix(bitsOf(notice.operation.id), notice.verdict.type.length));
    case 'penalty':
      return mix(8, notice.peer);
    case 'timechain':
      return mix(9, notice.window);
    case 'published':
      return mix(10, objectBits(notice.object));
    case 'stop':
      return 11;
    case 'catch-up':
      return mix(12, mix(notice.phase.length, notice.done));
    case 'advice':
      return 13;
  }
};

export const identifyRecord = ({ final, open, adopted }: DiskRecord): number =>
  mix(
    adopted !== undefined
      ? bitsOf(adopted.side.proposalHash)
      : final === undefined
        ? 0
        : bitsOf(final.settled.side.proposalHash),
    open === undefined ? 0 : mix(open.window, mix(open.round, open.signed.length)),
  );

export const identifyJob = (job: ChainJob): number => mix(bitsOf(job.from), job.iterations);

const short = (id: Id): string => id.slice(0, 8);

/** One line for a person. `nameOf`: what a node is called. */
export const describe = (message: Message, nameOf: (nodeId: Id) => string = short): string => {
  if (message.type === 'object') return describeObject(message.object, nameOf);
  if (message.type === 'stem') return `${describeObject(message.object, nameOf)} on its stem`;
  return 'window' in message ? `${message.type} of window ${message.window}` : message.type;
};

export const describeObject = (object: ProtocolObject, nameOf: (nodeId: Id) => string = short): string => {
  const name = `${object.kind} ${short(object.id)}`;
  switch (object.kind) {
    case 'bundle':
    case 'reveal':
      return `${name} of ${nameOf(object.nodeId)} for window ${object.window}`;
    case 'vote': {
      const phase = object.phase === 1 ? 'prevote' : 'precommit';
      return `${phase} of ${nameOf(object.nodeId)} in window ${object.window}, round ${object.round}, for ${short(object.proposalHash)}`;
    }
    case 'proposal':
      return `${name} of ${nameOf(object.header.proposerNodeId)} for window ${object.header.window}`;
    default:
      return name;
  }
};
