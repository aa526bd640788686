import { type Id, toHex } from '../bytes/bytes.ts';
import { PRECOMMIT, PREVOTE, type ProtocolObject } from '../consensus/objects.ts';
import { voteOf } from '../consensus/vote.ts';
import { sha256 } from '../crypto/hash.ts';
import type { HostPorts, Notice } from '../host/host.ts';
import type { CandidateChain, ChainJob, FinalRecord, HeldProposal, OpenRecord } from '../participant/types.ts';
import { decodeMessage, encodeMessage } from '../wire/codec.ts';
import type { Message, ProofResponse, ProofSignature } from '../wire/messages.ts';
import { encodeArchiveEntry, isStemmed } from '../wire/objects.ts';
import {
  CHAINS,
  type FlatEffect,
  type FlatFinal,
  type FlatHeld,
  type FlatMessage,
  type FlatNotice,
  type FlatOpen,
} from './layouts.ts';

/** The number that stands for an object. */
export type NumberOf = (object: ProtocolObject) => number;

/** The object of a number; undefined: the journal does not hold it. */
export type Get = (number: number) => ProtocolObject | undefined;

type FlatProof = Extract<FlatMessage, { readonly type: 'proof-response' }>;

/** `HostPorts` without its questions: what only tells. */
export type EffectPorts = Omit<HostPorts, 'archived' | 'archivedObject' | 'archivedCertificate' | 'staging'>;

/** Hands on each effect as it is written into a journal. */
export const flatPorts = (numberOf: NumberOf, emit: (effect: FlatEffect) => void): EffectPorts => ({
  send: (peer, message) => emit({ type: 'send', peer, message: flatMessage(message, numberOf) }),
  timer: (at) => emit({ type: 'timer', at }),
  alarm: (at) => emit({ type: 'alarm', at }),
  work: (job) => emit({ ...flatJob(job), type: 'work' }),
  cancel: (job) => emit({ ...flatJob(job), type: 'cancel' }),
  persist: (final, open) =>
    emit({
      type: 'persist',
      final: final && flatFinal(final, numberOf),
      open: open && flatOpen(open, numberOf),
    }),
  notice: (notice) => emit({ type: 'notice', notice: flatNotice(notice, numberOf) }),
  adopt: ({ window, state, side }) =>
    emit({
      type: 'adopt',
      window,
      proposalHash: side.proposalHash,
      stateRoot: state.stateRoot(),
      sideDigest: side.digest,
    }),
});

const flatJob = ({ type, window, from, iterations, until }: ChainJob) => ({
  chain: CHAINS.indexOf(type),
  window,
  from,
  iterations,
  until,
});

export const flatMessage = (message: Message, numberOf: NumberOf): FlatMessage => {
  switch (message.type) {
    case 'object':
    case 'stem':
      return { type: message.type, object: numberOf(message.object) };
    case 'object-response': {
      const { requestId, stopped, objects } = message;
      return { type: 'object-response', requestId, stopped, objects: objects.map(numberOf) };
    }
    case 'proof-response':
      return flatProof(message, numberOf);
    default:
      return wireMessage(message);
  }
};

const wireMessage = (message: Message): FlatMessage => ({ type: 'wire', bytes: encodeMessage(message) });

/** Signatures as the votes they are of: a node that is sent a proof holds most of them already. */
const flatProof = (message: ProofResponse, numberOf: NumberOf): FlatMessage => {
  const { signatures, ...proof } = message;
  // There are no votes in round 0.
  if (proof.round === 0) return wireMessage(message);
  return { ...proof, votes: signatures.map((signature) => numberOf(voteOf({ ...proof, ...signature }))) };
};

const proofOf = ({ votes, ...proof }: FlatProof, get: Get): ProofResponse | undefined => {
  const { phase } = proof;
  if (phase !== PREVOTE && phase !== PRECOMMIT) return undefined;
  const signatures: ProofSignature[] = [];
  for (const number of votes) {
    const vote = get(number);
    if (vote?.kind !== 'vote') return undefined;
    signatures.push({ nodeId: vote.nodeId, signature: vote.signature });
  }
  return { ...proof, phase, signatures };
};

/** The message as it was; undefined where the journal names an object it does not hold, or bytes that are no message. */
export const messageOf = (flat: FlatMessage, get: Get): Message | undefined => {
  switch (flat.type) {
    case 'object': {
      const object = get(flat.object);
      return object && { type: 'object', object };
    }
    case 'stem': {
      const object = get(flat.object);
      return object && isStemmed(object) ? { type: 'stem', object } : undefined;
    }
    case 'object-response': {
      const { requestId, stopped } = flat;
      const objects: ProtocolObject[] = [];
      for (const number of flat.objects) {
        const object = get(number);
        if (object === undefined) return undefined;
        objects.push(object);
      }
      return { type: 'object-response', requestId, objects, stopped };
    }
    case 'proof-response':
      return proofOf(flat, get);
    case 'wire': {
      const decoded = decodeMessage(flat.bytes, () => undefined);
      return decoded.ok ? decoded.value : undefined;
    }
  }
};

const flatFinal = (record: FinalRecord, numberOf: NumberOf): FlatFinal => ({
  window: record.settled.window,
  stateRoot: record.settled.state.stateRoot(),
  sideDigest: record.settled.side.digest,
  proposal: numberOf(record.proposal),
  entry: toHex(sha256(encodeArchiveEntry(record.entry))),
  operations: record.operations.map(numberOf),
  registrations: record.registrations.map(numberOf),
  certificate: record.certificate.map(numberOf),
});

const flatHeld = (held: HeldProposal, numberOf: NumberOf): FlatHeld => ({
  proposal: numberOf(held.proposal),
  bundles: held.bundles.map(numberOf),
  reveals: held.reveals.map(numberOf),
  operations: held.operations.map(numberOf),
  registrations: held.registrations.map(numberOf),
  round: held.round,
  prevotes: held.prevotes.map(numberOf),
});

/** What is signed and locked in an open window, its objects by number; of the candidate chain its length and end. */
export const flatOpen = (open: OpenRecord, numberOf: NumberOf): FlatOpen => ({
  window: open.window,
  round: open.round,
  signed: open.signed.map(numberOf),
  listed: open.listed.map(numberOf),
  locked: open.locked && flatHeld(open.locked, numberOf),
  valid: open.valid && flatHeld(open.valid, numberOf),
  certificate: open.certificate.map(numberOf),
  sticky: open.sticky,
  rejected: open.rejected,
  chain: open.chain && flatChain(open.chain),
});

const flatChain = ({ wStart, checkpoints }: CandidateChain): FlatOpen['chain'] => ({
  wStart,
  length: checkpoints.length - 1,
  last: checkpoints.at(-1) as Id,
});

/**
 * The record as it was, given the checkpoints of its candidate chain; undefined where it names an object that is not there, or one
 * of another kind.
 */
export const openOf = (flat: FlatOpen, checkpoints: readonly Id[], get: Get): OpenRecord | undefined => {
  const { locked, valid, chain, ...rest } = flat;
  const signed = objectsOf(flat.signed, ['bundle', 'reveal', 'proposal', 'vote'], get);
  const listed = objectsOf(flat.listed, ['reveal', 'operation', 'registration'], get);
  const certificate = objectsOf(flat.certificate, ['vote'], get);
  const lockedThen = locked && heldOf(locked, get);
  const validThen = valid && heldOf(valid, get);
  if (signed === undefined || listed === undefined || certificate === undefined) return undefined;
  if ((locked !== undefined && lockedThen === undefined) || (valid !== undefined && validThen === undefined)) {
    return undefined;
  }
  return {
    ...rest,
    signed,
    listed,
    certificate,
    locked: lockedThen,
    valid: validThen,
    chain: chain && { wStart: chain.wStart, checkpoints },
  };
};

const heldOf = (flat: FlatHeld, get: Get): HeldProposal | undefined => {
  const proposal = get(flat.proposal);
  const bundles = objectsOf(flat.bundles, ['bundle'], get);
  const reveals = objectsOf(flat.reveals, ['reveal'], get);
  const operations = objectsOf(flat.operations, ['operation'], get);
  const registrations = objectsOf(flat.registrations, ['registration'], get);
  const prevotes = objectsOf(flat.prevotes, ['vote'], get);
  if (proposal?.kind !== 'proposal' || bundles === undefined || reveals === undefined) return undefined;
  if (operations === undefined || registrations === undefined || prevotes === undefined) return undefined;
  return { proposal, bundles, reveals, operations, registrations, round: flat.round, prevotes };
};

type ObjectOf<K> = Extract<ProtocolObject, { readonly kind: K }>;

/** The objects of these numbers, if all are there and of these kinds. */
const objectsOf = <const K extends ProtocolObject['kind']>(
  numbers: readonly number[],
  kinds: readonly K[],
  get: Get,
): readonly ObjectOf<K>[] | undefined => {
  const isOne = (object: ProtocolObject | undefined): object is ObjectOf<K> =>
    object !== undefined && (kinds as readonly string[]).includes(object.kind);
  const objects = numbers.map(get).filter(isOne);
  return objects.length === numbers.length ? objects : undefined;
};

const flatNotice = (notice: Notice, numberOf: NumberOf): FlatNotice => {
  switch (notice.type) {
    case 'final': {
      const { settled, proposal } = notice.record;
      return {
        type: 'final',
        window: settled.window,
        round: notice.round,
        proposal: numberOf(proposal),
        stateRoot: settled.state.stateRoot(),
      };
    }
    case 'confirmed':
      return { type: 'confirmed', ...notice.notice };
    case 'standing':
      return { type: 'standing', ...notice.standing };
    case 'published':
    case 'accepted':
      return { type: notice.type, object: numberOf(notice.object) };
    case 'evidence':
      return { type: 'evidence', object: numberOf(notice.evidence) };
    case 'submitted': {
      const { operation, verdict } = notice;
      const flat = verdict.type === 'hold' ? { type: 'hold' as const, ...verdict.until } : verdict;
      return { type: 'submitted', object: numberOf(operation), verdict: flat };
    }
    case 'entered':
    case 'timechain':
    case 'penalty':
    case 'stop':
    case 'advice':
      return notice;
    case 'catch-up':
      return { ...notice, peer: notice.peer };
  }
};
