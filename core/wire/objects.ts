import { ZERO_ID } from '../bytes/bytes.ts';
import { id32, layout, list, raw, u16, u32 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { decodeBundle } from '../consensus/bundle.ts';
import { decodeEvidence } from '../consensus/evidence.ts';
import { decodeHeader, HEADER_SIZE } from '../consensus/header.ts';
import type { Openings, Operation, Proposal, ProtocolObject, Registration } from '../consensus/objects.ts';
import { decodeProposal, encodeProposal, type LeaderOf } from '../consensus/proposal.ts';
import { decodeReveal } from '../consensus/reveal.ts';
import { decodeVote } from '../consensus/vote.ts';
import { decodeOpenings } from '../entry/openings.ts';
import { decodeRegistration, REGISTRATION_SIZE } from '../entry/registration.ts';
import { decodeOperation } from '../operations/codec.ts';
import {
  type ArchiveEntry,
  CLASS_BUNDLE,
  CLASS_EVIDENCE,
  CLASS_OPERATION,
  CLASS_PROPOSAL,
  CLASS_REGISTRATION,
  CLASS_REVEAL,
  type ObjectClass,
  type Stemmed,
} from './messages.ts';

/**
 * `MalformedObject`: the bytes are no object of that kind. `UnknownLeader`: a re-proposal of a round whose leader is not known
 * here, so its identifier cannot be computed (09 §12.8); nobody's fault.
 */
export type ObjectError = 'MalformedObject' | 'UnknownLeader';

/** Message code of an object (06 §6). */
export const codeOfObject = (object: ProtocolObject): number => {
  switch (object.kind) {
    case 'operation':
      return codeOfOperation(object);
    case 'registration':
    case 'openings':
      return 0x10;
    case 'bundle':
      return 0x20;
    case 'reveal':
      return 0x21;
    case 'proposal':
      return 0x22;
    case 'vote':
      return 0x23;
    case 'evidence':
      return 0x25;
  }
};

const codeOfOperation = ({ type }: Operation): number => {
  switch (type) {
    case 'Transfer':
    case 'TransferModeB':
      return 0x01;
    case 'ChangeKey':
      return 0x03;
    case 'Anchor':
      return 0x04;
  }
};

/** Class of an object in 0x29, 0x45 and 0x46 (09 §3); undefined for a vote, which has no name. */
export const classOf = (object: ProtocolObject): ObjectClass | undefined => {
  switch (object.kind) {
    case 'operation':
      return CLASS_OPERATION;
    case 'registration':
    case 'openings':
      return CLASS_REGISTRATION;
    case 'bundle':
      return CLASS_BUNDLE;
    case 'reveal':
      return CLASS_REVEAL;
    case 'proposal':
      return CLASS_PROPOSAL;
    case 'evidence':
      return CLASS_EVIDENCE;
    case 'vote':
      return undefined;
  }
};

/** Whether an object travels over a stem first; bundles never do (06 §10, 09 §10.8). */
export const isStemmed = (object: ProtocolObject): object is Stemmed =>
  object.kind === 'operation' || object.kind === 'registration';

/** Canonical bytes of an object: the payload of its own message, and its body in 0x46. */
export const encodeObject = (object: ProtocolObject): Uint8Array =>
  object.kind === 'proposal' ? encodeProposal(object) : object.bytes;

const orMalformed = <T>(result: Result<T>): Result<T, ObjectError> => (result.ok ? result : fail('MalformedObject'));

/** A registration, or with more bytes behind it its openings: as with the two modes of Transfer the length tells them apart. */
const decodeEntry = (bytes: Uint8Array): Result<Registration | Openings> =>
  bytes.length > REGISTRATION_SIZE ? decodeOpenings(bytes) : decodeRegistration(bytes);

const proposal = (bytes: Uint8Array, leaderOf: LeaderOf): Result<Proposal, ObjectError> => {
  const decoded = decodeProposal(bytes, leaderOf);
  if (!decoded.ok) return fail('MalformedObject');
  return decoded.value.reproposal?.leader === ZERO_ID ? fail('UnknownLeader') : decoded;
};

/** The object in the payload of a gossip message; undefined for codes that carry none. */
export const decodeObject = (
  code: number,
  bytes: Uint8Array,
  leaderOf: LeaderOf,
): Result<ProtocolObject, ObjectError> | undefined => {
  switch (code) {
    case 0x01:
    case 0x03:
    case 0x04: {
      const operation = decodeOperation(bytes);
      return operation.ok && codeOfOperation(operation.value) === code ? operation : fail('MalformedObject');
    }
    case 0x10:
      return orMalformed(decodeEntry(bytes));
    case 0x20:
      return orMalformed(decodeBundle(bytes));
    case 0x21:
      return orMalformed(decodeReveal(bytes));
    case 0x22:
      return proposal(bytes, leaderOf);
    case 0x23:
      return orMalformed(decodeVote(bytes));
    case 0x25:
      return orMalformed(decodeEvidence(bytes));
    default:
      return undefined;
  }
};

/** The object of a body in 0x46. */
export const decodeBody = (
  objectClass: ObjectClass,
  bytes: Uint8Array,
  leaderOf: LeaderOf,
): Result<ProtocolObject, ObjectError> => {
  switch (objectClass) {
    case CLASS_OPERATION:
      return orMalformed(decodeOperation(bytes));
    case CLASS_REGISTRATION:
      return orMalformed(decodeEntry(bytes));
    case CLASS_BUNDLE:
      return orMalformed(decodeBundle(bytes));
    case CLASS_REVEAL:
      return orMalformed(decodeReveal(bytes));
    case CLASS_PROPOSAL:
      return proposal(bytes, leaderOf);
    case CLASS_EVIDENCE:
      return orMalformed(decodeEvidence(bytes));
  }
};

const listed = list(layout('Listed', { nodeId: id32, hash: id32 }));

/** One entry of 0x44 (09 §3). */
export const ARCHIVE_ENTRY = layout('ArchiveEntry', {
  header: raw(HEADER_SIZE),
  bundles: listed,
  reveals: listed,
  operations: list(id32, u32, 0xffff_ffff),
  registrations: list(id32, u16),
});

export const encodeArchiveEntry = (entry: ArchiveEntry): Uint8Array =>
  ARCHIVE_ENTRY.encode({ ...entry, header: entry.header.bytes });

export const decodeArchiveEntry = (bytes: Uint8Array): Result<ArchiveEntry, ObjectError> => {
  const decoded = ARCHIVE_ENTRY.decode(bytes);
  if (!decoded.ok) return fail('MalformedObject');
  const header = decodeHeader(decoded.value.header);
  return header.ok ? ok({ ...decoded.value, header: header.value }) : fail('MalformedObject');
};
