import { lastOf } from '#core/anchor/header-chain.ts';
import { type AnchorProof, decodeAnchorProof } from '#core/anchor/proof.ts';
import { type AnchorFault, judgeAnchorProof } from '#core/anchor/verify.ts';
import { equalBytes, type Id, toHex } from '#core/bytes/bytes.ts';
import { fail, ok, type Result } from '#core/bytes/result.ts';
import { decodeHeader } from '#core/consensus/header.ts';
import type { Anchor, Header } from '#core/consensus/objects.ts';
import { appId } from '#core/crypto/ids.ts';
import type { Verify } from '#core/crypto/suite.ts';
import type { Network } from '#core/genesis/network.ts';
import { decodeOperation } from '#core/operations/codec.ts';
import type { Checkpoint } from '#core/sync/phase.ts';
import { type Content, shown } from './hash-files.ts';
import type { ProofFile } from './proof-file.ts';
import { type FolderFile, folderHash, hashFrom } from './tree.ts';
import { faultText } from './words.ts';

/** What a verifier has besides the proof: it asks nobody. */
export interface Question {
  readonly content: Content;
  /** Path of the file in the folder that was anchored, where the proof has a manifest. */
  readonly path?: Uint8Array;
  readonly checkpoint: Checkpoint;
  readonly network: Network;
  readonly verify: Verify;
}

/** The content existed no later than `window`. */
export interface Proved {
  readonly window: number;
  readonly anchor: Anchor;
  readonly weight: bigint;
  readonly quorum: bigint;
}

/** D of a window is below 2^32 (04 §2.2): proofs have one to recompute. */
const MOST_ITERATIONS = 1n << 32n;

/** What a proof says of itself: nothing of it is judged. */
export interface Claim {
  readonly proof: AnchorProof;
  readonly anchor: Anchor;
  readonly header: Header;
  /** The last window that it leads to. */
  readonly last: number;
}

/** undefined: no proof. */
export const claimOf = (bytes: Uint8Array): Claim | undefined => {
  const decoded = decodeAnchorProof(bytes);
  if (!decoded.ok) return undefined;
  const proof = decoded.value;
  const operation = decodeOperation(proof.anchor);
  const header = decodeHeader(proof.headers.at(-1) ?? new Uint8Array(0));
  if (!operation.ok || operation.value.type !== 'Anchor' || !header.ok) return undefined;
  return { proof, anchor: operation.value, header: header.value, last: header.value.window + proof.later.length };
};

/**
 * Whether a content existed no later than the window that a proof names (03 §10), for who believes one checkpoint (09 §9) and nobody
 * else. The error is a line that says why not.
 */
export const verifyProofFile = (file: ProofFile, question: Question): Result<Proved, string> => {
  const { checkpoint, network, verify } = question;
  if (file.genesisHash !== network.genesisHash) {
    return fail(`the proof is of the network ${file.genesisHash}, your genesis file of ${network.genesisHash}`);
  }
  const claim = claimOf(file.proof);
  if (claim === undefined) return fail(faultText('Malformed'));
  const { anchor, header, proof, last } = claim;
  if (appId(file.appName) !== anchor.appId) return fail(`the Anchor is not of the application ${file.appName}`);
  const dataHash = dataHashOf(file, question);
  if (!dataHash.ok) return dataHash;
  const { window } = header;
  if (checkpoint.window < window - 1 || checkpoint.window > last) {
    return fail(
      `the proof is for checkpoints of windows ${window - 1} to ${last}, yours is of ${checkpoint.window}; take one of those, or ask its owner for "montana anchor proof --checkpoint ${checkpoint.window}"`,
    );
  }
  const later = proof.later.slice(0, Math.max(0, checkpoint.window - window));
  const { window: at, proposalHash } = checkpoint;
  const judged = lastOf(header, proof.later)
    ? judgeAnchorProof(
        { ...proof, later },
        {
          dataHash: dataHash.value,
          tau2Windows: network.params.tau2Windows,
          trust: { type: 'checkpoint', window: at, proposalHash },
          verify,
          mostIterations: MOST_ITERATIONS,
        },
      )
    : fail<AnchorFault>('LaterNotLinked');
  return judged.ok ? judged : fail(faultText(judged.error));
};

/** What would have to be anchored for the content to be what the proof is of. */
const dataHashOf = ({ subject }: ProofFile, { content, path }: Question): Result<Id, string> => {
  if (content.type === 'folder') {
    if (subject.type !== 'folder') return fail('the proof is of one file, not of a folder; name the file');
    const difference = differenceOf(subject.files, content.files);
    return difference === undefined ? ok(toHex(folderHash(content.files))) : fail(difference);
  }
  switch (subject.type) {
    case 'file':
      return ok(toHex(content.content));
    case 'member': {
      const root = hashFrom({ path: subject.path, content: content.content }, subject);
      return root === undefined ? fail(faultText('Malformed')) : ok(toHex(root));
    }
    case 'folder': {
      const entry = subject.files.find((file) => path !== undefined && equalBytes(file.path, path));
      if (entry === undefined) {
        return fail('the proof is of a folder in which no file has this path; say which one it is with --path');
      }
      if (!equalBytes(entry.content, content.content)) {
        return fail(`the file is not ${shown(entry.path)} as it was anchored: its content is another`);
      }
      return ok(toHex(folderHash(subject.files)));
    }
  }
};

/** The first file in which a folder is not what its manifest says. */
const differenceOf = (anchored: readonly FolderFile[], found: readonly FolderFile[]): string | undefined => {
  const before = new Map(anchored.map(({ path, content }) => [toHex(path), content]));
  for (const { path, content } of found) {
    const then = before.get(toHex(path));
    if (then === undefined) return `the folder is not what was anchored: ${shown(path)} was not there`;
    if (!equalBytes(then, content)) return `the folder is not what was anchored: ${shown(path)} has another content`;
    before.delete(toHex(path));
  }
  const missing = anchored.find(({ path }) => before.has(toHex(path)));
  return missing && `the folder is not what was anchored: ${shown(missing.path)} is missing`;
};

/**
 * Which file of a folder a file on the disk is meant to be: the one whose path is the longest end of its own. undefined: none is.
 */
export const pathIn = (files: readonly FolderFile[], absolute: Uint8Array): Uint8Array | undefined => {
  const ends = (path: Uint8Array): boolean =>
    Buffer.from(absolute)
      .subarray(-path.length - 1)
      .equals(Buffer.concat([Buffer.from('/'), path]));
  let best: Uint8Array | undefined;
  for (const { path } of files) if (ends(path) && path.length > (best?.length ?? 0)) best = path;
  return best;
};

/** The last header that a proof leads to, which must itself be known to be final. undefined: no proof. */
export const checkpointOf = (bytes: Uint8Array): Checkpoint | undefined => {
  const claim = claimOf(bytes);
  const last = claim && lastOf(claim.header, claim.proof.later);
  return last && { window: Number(last.window), proposalHash: last.id };
};
