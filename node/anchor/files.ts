import { existsSync, readFileSync } from 'node:fs';
import { placeNew, placeOver, SHARED } from '#node/config/durable.ts';
import { Refused, systemCode, systemReason } from '#node/config/refused.ts';
import { type Content, hashContent, type Progress } from './hash-files.ts';
import { decodeProofFile, encodeProofFile, isProofFile, type ProofFile } from './proof-file.ts';

/** Reads a proof file. Throws `Refused`. */
export const readProofFile = (path: string): ProofFile => {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(path));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new Refused(`${path}: there is no such file; name the proof file`);
    throw new Refused(`${path}: cannot be read: ${systemReason(error)}; make it readable`);
  }
  const file = decodeProofFile(bytes);
  if (file !== undefined) return file;
  throw new Refused(
    isProofFile(bytes)
      ? `${path}: is a damaged proof file, or one of another version; get it again from its owner`
      : `${path}: is no proof file; name the one that "montana anchor commit" wrote`,
  );
};

/** Writes a proof file: a new one, never over another file, or in the place of what is there. Throws `Refused`. Returns its size in bytes. */
export const writeProofFile = (path: string, file: ProofFile, place: 'new' | 'over' = 'new'): number => {
  const bytes = encodeProofFile(file);
  try {
    if (place === 'over') placeOver(path, bytes, SHARED);
    else placeNew(path, bytes, SHARED);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw isThere(path);
    throw new Refused(`${path}: cannot be written: ${systemReason(error)}; name another place with --out`);
  }
  return bytes.length;
};

/** Throws `Refused` where a file is that would be lost. */
export const mustBeFree = (path: string): void => {
  if (existsSync(path)) throw isThere(path);
};

const isThere = (path: string): Refused =>
  new Refused(`${path}: is there already; it is kept; name another place with --out`);

/** Bytes, and files, between two looks of somebody who waits at a terminal. */
const BYTES = 1 << 26;
const FILES = 1_000;

/** `hashContent`, with a line on a terminal that says how far it is. */
export const hashShown = async (path: string): Promise<Content> => {
  let before: Progress = { files: 0, of: 0, bytes: 0 };
  const content = await hashContent(path, (now) => {
    if (!process.stderr.isTTY || (now.bytes < before.bytes + BYTES && now.files < before.files + FILES)) return;
    before = now;
    process.stderr.write(`\r${now.files} of ${now.of} files, ${Math.floor(now.bytes / 1_000_000)} MB`);
  });
  if (before.of > 0) process.stderr.write('\r\u001b[K');
  return content;
};
