import { createHash } from 'node:crypto';
import { concat, fromHex, type Id, toHex } from '#core/bytes/bytes.ts';
import { appId } from '#core/crypto/ids.ts';
import type { Verify } from '#core/crypto/suite.ts';
import { alone, firstAnchor, suite } from '#node/shell/alone.suite.ts';
import { extendedProof } from '#node/shell/extend-proof.ts';
import type { Content } from './hash-files.ts';
import type { ProofFile, Subject } from './proof-file.ts';
import { type FolderFile, folderHash } from './tree.ts';
import type { Question } from './verify.ts';

/* Proof files of a real run: a network of one founder, whose windows are final when the test says so. */

export const contentOf = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest());

export const fileAt = (path: string, text: string): FolderFile => ({
  path: new Uint8Array(Buffer.from(path)),
  content: contentOf(text),
});

export const FILES: readonly FolderFile[] = [fileAt('a/one', '1'), fileAt('a/two', '2'), fileAt('three', '3')];

/** A verifier that looks up what it has verified before: a proof differs from another one in few places. */
const memoised = (verify: Verify): Verify => {
  const valid = new Set<string>();
  return (key, message, signature) => {
    const name = createHash('sha256').update(key).update(message).update(signature).digest('hex');
    if (valid.has(name)) return true;
    const isValid = verify(key, message, signature);
    if (isValid) valid.add(name);
    return isValid;
  };
};

/** A content, anchored; its proof leads from the window before to two windows after. */
export const anchored = async (folder: string, content: Content, appName = 'timestamp') => {
  const dataHash = content.type === 'file' ? content.content : folderHash(content.files);
  const anchor = firstAnchor(appId(appName), toHex(dataHash));
  const { host, close, submit, finals, proofs, headers, network } = alone(folder, anchor.sender);
  close();
  submit(anchor);
  for (let i = 0; i < 4; i++) close();
  const window = finals.findIndex(({ operations }) => operations.length > 0);
  const subject: Subject = content.type === 'file' ? { type: 'file' } : { type: 'folder', files: content.files };
  const proof = await extendedProof(proofs, headers, anchor.id, window + 2);
  host.take({ type: 'stop' });
  const hashAt = (at: number): Id => finals[at]!.entry.header.id;
  const checkpointAt = (at: number) => ({ window: at, proposalHash: hashAt(at) });
  const file: ProofFile = { genesisHash: network.genesisHash, appName, subject, proof };
  const question: Question = {
    content,
    checkpoint: checkpointAt(window + 2),
    network,
    verify: memoised(suite.verify),
  };
  return { file, question, window, checkpointAt, anchor };
};

export const oneFile = (text: string): Content => ({ type: 'file', content: contentOf(text), bytes: text.length });

export const aFolder = (files: readonly FolderFile[]): Content => ({ type: 'folder', files, bytes: files.length });

/** A proof file of these bytes, as its encoder ends it. */
export const summed = (body: Uint8Array): Uint8Array => concat(body, createHash('sha256').update(body).digest());

export const otherId = (id: Id): Id => {
  const bytes = fromHex(id);
  bytes[0]! ^= 1;
  return toHex(bytes);
};
