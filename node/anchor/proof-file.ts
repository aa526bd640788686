import { createHash } from 'node:crypto';
import { ascii, concat, equalBytes } from '#core/bytes/bytes.ts';
import { blob, id32, layout, list, raw, u32 } from '#core/bytes/layout.ts';
import { blobUpTo, oneOf, text } from '#core/journal/kinds.ts';
import { isFolder, isPath, MOST_FILES } from './tree.ts';

/** First bytes of every proof file; the last one is the version of what follows. */
const MAGIC = ascii('mtproof1');

/** Of a path, in bytes. */
const MOST_PATH = 4_096;

/** Levels of a tree of 2^20 leaves. */
const MOST_SIBLINGS = 20;

const path = blobUpTo(MOST_PATH);

/** What the Anchor's data_hash is of. */
const SUBJECT = oneOf({
  /** SHA-256 of one file. */
  file: layout('AnchoredFile', {}),
  /** A folder, with its manifest: every file of it, by path. */
  folder: layout('AnchoredFolder', {
    files: list(layout('AnchoredEntry', { path, content: raw(32) }), u32, MOST_FILES),
  }),
  /** One file of a folder, which says nothing of the others. */
  member: layout('AnchoredMember', {
    path,
    index: u32,
    count: u32,
    siblings: list(raw(32), u32, MOST_SIBLINGS),
  }),
});

/**
 * `<name>.proof`: 81 bytes, the name of the application, the manifest or path, and the proof itself (03 §10). The last 32 are SHA-256 of
 * all before: a checkpoint vouches for no header after it, so without them the last header could be damaged unnoticed.
 */
export const proofFileLayout = layout('ProofFile', {
  magic: raw(MAGIC.length),
  /** Genesis State Hash of the network. */
  genesisHash: id32,
  /** app_id = H("mt-app", name). */
  appName: text,
  subject: SUBJECT,
  /** `AnchorProof`; its checkpoint is the last header it leads to. */
  proof: blob,
});

export type ProofFile = Omit<ReturnType<typeof proofFileLayout.read>, 'magic'>;

export type Subject = ProofFile['subject'];

const SUM_SIZE = 32;

const sum = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

export const encodeProofFile = (file: ProofFile): Uint8Array => {
  const bytes = proofFileLayout.encode({ magic: MAGIC, ...file });
  return concat(bytes, sum(bytes));
};

/** Whether that is how a proof file begins, of whichever version. */
export const isProofFile = (bytes: Uint8Array): boolean =>
  equalBytes(bytes.subarray(0, MAGIC.length - 1), MAGIC.subarray(0, -1));

/** undefined: no proof file of this version, one that is damaged, or one with a manifest or path that is none. */
export const decodeProofFile = (bytes: Uint8Array): ProofFile | undefined => {
  const end = Math.max(0, bytes.length - SUM_SIZE);
  const body = bytes.subarray(0, end);
  if (!equalBytes(bytes.subarray(end), sum(body))) return undefined;
  const decoded = proofFileLayout.decode(body);
  if (!decoded.ok || !equalBytes(decoded.value.magic, MAGIC)) return undefined;
  const { magic: _, ...file } = decoded.value;
  const { subject } = file;
  if (subject.type === 'folder' && !isFolder(subject.files)) return undefined;
  if (subject.type === 'member' && !isPath(subject.path)) return undefined;
  return file;
};
