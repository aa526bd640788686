import type { ProtocolObject } from '../consensus/objects.ts';
import { proposalSize } from '../consensus/proposal.ts';
import { SIGNATURE_SIZE } from '../crypto/suite.ts';
import { ENVELOPE_HEADER_SIZE } from './envelope.ts';
import { framedSize } from './frames.ts';
import type { ArchiveEntry, Message, SlotSet } from './messages.ts';

const NAME_SIZE = 1 + 32;
const LISTED_SIZE = 32 + 32;
const PROOF_SIGNATURE_SIZE = 32 + SIGNATURE_SIZE;

/** Bytes of one gossiped object, as payload of its own message and inside 0x46. */
export const objectSize = (object: ProtocolObject): number =>
  object.kind === 'proposal' ? proposalSize(object) : object.bytes.length;

/** Bytes of one object of 0x46: class, length, body. */
export const bodySize = (object: ProtocolObject): number => 1 + 4 + objectSize(object);

/** Bytes of one archive entry of 0x44, without its length. */
export const archiveEntrySize = (entry: ArchiveEntry): number =>
  entry.header.bytes.length +
  (2 + entry.bundles.length * LISTED_SIZE) +
  (2 + entry.reveals.length * LISTED_SIZE) +
  (4 + entry.operations.length * 32) +
  (2 + entry.registrations.length * 32);

const sum = <T>(values: readonly T[], sizeOf: (value: T) => number): number => {
  let size = 0;
  for (const value of values) size += sizeOf(value);
  return size;
};

const slotSetSize = (set: SlotSet): number => 1 + 2 + set.bitmap.length;

/** Bytes of a message's payload, without encoding it. */
export const payloadSize = (message: Message): number => {
  switch (message.type) {
    case 'object':
    case 'stem':
      return objectSize(message.object);
    case 'status':
      return 8 + 2 + 32 + 2 + 32;
    case 'have':
    case 'want':
      return 8 + 1 + sum(message.sets, slotSetSize);
    case 'announce':
    case 'object-request':
      return 2 + message.names.length * NAME_SIZE;
    case 'snapshot-request':
      return 8 + 8;
    case 'snapshot-chunk':
      return 4 + 4 + 1 + 4 + message.records.length;
    case 'snapshot-error':
      return 1 + 1 + message.message.length;
    case 'archive-request':
      return 8 + 2;
    case 'archive-response':
      return 2 + sum(message.entries, (entry) => 4 + archiveEntrySize(entry));
    case 'object-response':
      return 2 + sum(message.objects, bodySize) + 1;
    case 'proof-request':
      return 8 + 1 + 2 + 32 + 2;
    case 'proof-response':
      return 8 + 1 + 2 + 32 + 2 + 2 + 2 + message.signatures.length * PROOF_SIGNATURE_SIZE;
  }
};

/** Bytes a message takes on a link: its frames, each in a record of its own (06 §3.5, §5). */
export const sizeOnWire = (message: Message): number => framedSize(ENVELOPE_HEADER_SIZE + payloadSize(message));
