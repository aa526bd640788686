import { basename } from 'node:path';
import { mustBeFree, readProofFile, writeProofFile } from '#node/anchor/files.ts';
import { shown } from '#node/anchor/hash-files.ts';
import type { ProofFile, Subject } from '#node/anchor/proof-file.ts';
import { placeOf } from '#node/anchor/tree.ts';
import { checkpointOf, claimOf } from '#node/anchor/verify.ts';
import { anchorProof } from '#node/api/client.ts';
import { nodeFolder } from '#node/config/folder.ts';
import { Refused } from '#node/config/refused.ts';
import { whole } from './whole.ts';

export interface AnchorProofOptions {
  readonly dir: string;
  readonly checkpoint?: string;
  readonly path?: string;
  readonly out?: string;
}

/** `montana anchor proof`: exit code 0: written. Throws `Refused`. */
export const anchorProofFile = async (proofPath: string, options: AnchorProofOptions): Promise<number> => {
  const { dir, path } = options;
  const checkpoint =
    options.checkpoint === undefined ? undefined : whole('--checkpoint', options.checkpoint, 0, 2 ** 48);
  const before = readProofFile(proofPath);
  const out = options.out ?? (path === undefined ? proofPath : `${basename(path)}.proof`);
  // Only what leads to another checkpoint, of the same, takes the place of the file itself.
  const place = path === undefined && out === proofPath ? 'over' : 'new';
  if (place === 'new') mustBeFree(out);
  const subject = path === undefined ? before.subject : memberOf(before.subject, path);
  const proof =
    path === undefined || checkpoint !== undefined
      ? await longer(before, nodeFolder(dir).socket, checkpoint)
      : before.proof;
  const bytes = writeProofFile(out, { ...before, subject, proof }, place);
  const last = checkpointOf(proof);
  process.stdout.write(`${out}: ${bytes} bytes, up to ${last?.window}:${last?.proposalHash}\n`);
  return 0;
};

/** The proof of the same Anchor as a node has it. */
const longer = async (file: ProofFile, socket: string, checkpoint: number | undefined): Promise<Uint8Array> => {
  const operation = claimOf(file.proof)?.anchor.id;
  if (operation === undefined) throw new Refused('the proof is damaged; get it again from its owner');
  const proof = await anchorProof(socket, operation, checkpoint);
  if (claimOf(proof)?.anchor.id === operation) return proof;
  throw new Refused('the node gave no proof of this Anchor; see whether it is of this version');
};

/** One file of a folder, with its way up the tree. */
const memberOf = (subject: Subject, path: string): Subject => {
  if (subject.type !== 'folder') throw new Refused('the proof is of one file already; leave --path out');
  const wanted = Buffer.from(path);
  const index = subject.files.findIndex((file) => wanted.equals(file.path));
  if (index >= 0) return { type: 'member', path: new Uint8Array(wanted), ...placeOf(subject.files, index) };
  const names = subject.files.slice(0, 3).map((file) => shown(file.path));
  throw new Refused(
    `--path ${path}: the folder has no such file, but ${names.join(', ')} …; "montana anchor show" lists all`,
  );
};
