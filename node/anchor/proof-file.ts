import { ascii, equalBytes } from '#core/bytes/bytes.ts';
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

/** `<name>.proof`: 49 bytes, the name of the application, the manifest or path, and the proof itself (03 §10). */
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

export const encodeProofFile = (file: ProofFile): Uint8Array => proofFileLayout.encode({ magic: MAGIC, ...file });

/** undefined: no proof file of this version, or one with a manifest or path that is none. */
export const decodeProofFile = (bytes: Uint8Array): ProofFile | undefined => {
  const decoded = proofFileLayout.decode(bytes);
  if (!decoded.ok || !equalBytes(decoded.value.magic, MAGIC)) return undefined;
  const { magic: _, ...file } = decoded.value;
  const { subject } = file;
  if (subject.type === 'folder' && !isFolder(subject.files)) return undefined;
  if (subject.type === 'member' && !isPath(subject.path)) return undefined;
  return file;
};
