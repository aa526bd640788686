import { type Id, toHex } from '../bytes/bytes.ts';
import { blob, layout, u8 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { sha256 } from '../crypto/hash.ts';
import { decodeBundle } from './bundle.ts';
import { decodeHeader } from './header.ts';
import {
  type Bundle,
  EVIDENCE_BUNDLE,
  EVIDENCE_HEADER,
  EVIDENCE_REVEAL,
  EVIDENCE_VOTE,
  type Evidence,
  type EvidenceKind,
  type Header,
  type Reveal,
  type Vote,
} from './objects.ts';
import { decodeReveal } from './reveal.ts';
import { decodeVote } from './vote.ts';

/** Payload of 0x25 (09 §3). */
export const evidenceLayout = layout('Evidence', { kind: u8, a: blob, b: blob });

/** Message code of evidence, the first byte of what its identifier hashes (09 §12.8). */
const EVIDENCE_CODE = 0x25;

type Convicted = Bundle | Vote | Header | Reveal;

const decodeConvicted = (kind: number, bytes: Uint8Array): Result<Convicted, 'Malformed'> => {
  switch (kind) {
    case EVIDENCE_BUNDLE:
      return decodeBundle(bytes);
    case EVIDENCE_VOTE:
      return decodeVote(bytes);
    case EVIDENCE_HEADER:
      return decodeHeader(bytes);
    case EVIDENCE_REVEAL:
      return decodeReveal(bytes);
    default:
      return fail('Malformed');
  }
};

/** Decodes the payload of 0x25. Error: Malformed, also where `a` has not the lower identifier. */
export const decodeEvidence = (bytes: Uint8Array): Result<Evidence, 'Malformed'> => {
  const decoded = evidenceLayout.decode(bytes);
  if (!decoded.ok) return fail('Malformed');
  const { kind } = decoded.value;
  const a = decodeConvicted(kind, decoded.value.a);
  const b = decodeConvicted(kind, decoded.value.b);
  if (!a.ok || !b.ok || a.value.id >= b.value.id) return fail('Malformed');
  return ok(evidenceFrom(bytes, kind as EvidenceKind, a.value, b.value));
};

/** Evidence of two conflicting objects of one kind, in either order. */
export const makeEvidence = (evidenceKind: EvidenceKind, first: Convicted, second: Convicted): Evidence => {
  const [a, b] = first.id < second.id ? [first, second] : [second, first];
  return evidenceFrom(evidenceLayout.encode({ kind: evidenceKind, a: a.bytes, b: b.bytes }), evidenceKind, a, b);
};

const evidenceFrom = (bytes: Uint8Array, evidenceKind: EvidenceKind, a: Convicted, b: Convicted): Evidence => {
  const preimage = new Uint8Array(1 + bytes.length);
  preimage[0] = EVIDENCE_CODE;
  preimage.set(bytes, 1);
  return {
    kind: 'evidence',
    id: toHex(sha256(preimage)),
    bytes,
    evidenceKind,
    signer: signerOf(a),
    window: a.window,
    a,
    b,
  };
};

const signerOf = (object: Convicted): Id => (object.kind === 'header' ? object.proposerNodeId : object.nodeId);

/** Where a signer may sign one thing only: evidence speaks of two objects of one slot. */
const slotOf = (object: Convicted): string => {
  switch (object.kind) {
    case 'bundle':
    case 'reveal':
      return `${object.kind}/${object.window}`;
    case 'vote':
      return `vote/${object.window}/${object.round}/${object.phase}`;
    case 'header':
      return `header/${object.window}/${object.fallbackDepth}`;
  }
};

/** Signer, kind and slot: one evidence each is enough (09 §12.11). */
export const evidenceSlot = ({ signer, a }: Evidence): string => `${signer}/${slotOf(a)}`;

/** Whether both objects are of one signer and one slot, and differ. */
export const isConflict = ({ a, b }: Evidence): boolean =>
  a.id !== b.id && signerOf(a) === signerOf(b) && slotOf(a) === slotOf(b);
