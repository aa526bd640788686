import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { encodeAddress } from '#core/crypto/ids.ts';
import { hashShown, readProofFile } from '#node/anchor/files.ts';
import { type Content, shown } from '#node/anchor/hash-files.ts';
import type { Subject } from '#node/anchor/proof-file.ts';
import { claimOf, pathIn, verifyProofFile } from '#node/anchor/verify.ts';
import { BY_OPTION, readGenesisFile } from '#node/config/genesis-file.ts';
import { parseCheckpoint } from '#node/config/keys.ts';
import { Refused } from '#node/config/refused.ts';
import { liveSuite } from '#node/shell/suite.ts';
import { UsageError } from './usage.ts';

export interface AnchorVerifyOptions {
  readonly checkpoint: string;
  readonly genesis: string;
  readonly path?: string;
  readonly json?: boolean;
}

/** `montana anchor verify`: exit code 0: proved; 1: not, and why. Throws `Refused`. Asks no node. */
export const anchorVerify = async (path: string, proofPath: string, options: AnchorVerifyOptions): Promise<number> => {
  const { json = false } = options;
  const checkpoint = parseCheckpoint(options.checkpoint);
  if (checkpoint === undefined) {
    throw new UsageError(
      '--checkpoint: write a window number, a colon and the 64 lower-case hex digits of its proposal',
    );
  }
  const { network } = readGenesisFile(options.genesis, BY_OPTION);
  const file = readProofFile(proofPath);
  const content = await hashShown(path);
  const member = memberOf(file.subject, content, path, options.path);
  const iterations = claimOf(file.proof)?.proof.iterations[0] ?? 0;
  if (process.stderr.isTTY) process.stderr.write(`computing a window again: ${iterations} hashes …\r`);
  const { verify } = liveSuite();
  const judged = verifyProofFile(file, {
    content,
    ...(member === undefined ? {} : { path: member }),
    checkpoint,
    network,
    verify,
  });
  if (process.stderr.isTTY) process.stderr.write('\u001b[K');
  if (!judged.ok) {
    if (!json) throw new Refused(`${path}: ${judged.error}`);
    process.stdout.write(`${JSON.stringify({ proved: false, reason: judged.error })}\n`);
    return 1;
  }
  const { window, anchor, weight, quorum } = judged.value;
  const place = member === undefined ? null : shown(member);
  const said = {
    proved: true,
    window,
    path: place,
    account: encodeAddress(anchor.sender),
    app: file.appName,
    operation: anchor.id,
    weight: String(weight),
    quorum: String(quorum),
  };
  const lines = [
    `${path} existed no later than window ${window}`,
    ...(place === null ? [] : [`as        ${place} of the folder that was anchored`]),
    `anchored  by ${said.account}, for ${file.appName}, as operation ${anchor.id}`,
    `cemented  by nodes of weight ${weight}, of which ${quorum} had been enough`,
    `trusted   ${options.checkpoint}, which is your own word for it`,
  ];
  process.stdout.write(json ? `${JSON.stringify(said)}\n` : `${lines.join('\n')}\n`);
  return 0;
};

/** Which file of a folder is meant. undefined: none, or the folder itself. */
const memberOf = (
  subject: Subject,
  content: Content,
  path: string,
  named: string | undefined,
): Uint8Array | undefined => {
  const wanted = named === undefined ? undefined : new Uint8Array(Buffer.from(named));
  if (content.type === 'folder' || subject.type === 'file') {
    if (wanted === undefined) return undefined;
    throw new UsageError('--path is for one file of an anchored folder');
  }
  if (subject.type === 'folder') return wanted ?? pathIn(subject.files, Buffer.from(realPath(path)));
  if (wanted !== undefined && !Buffer.from(subject.path).equals(wanted)) {
    throw new Refused(
      `the proof is of ${shown(subject.path)}, not of ${named}; leave --path out, or get the other proof`,
    );
  }
  return subject.path;
};

/** A folder on the way may be a link; what the file itself is called counts. */
const realPath = (path: string): string => {
  const absolute = resolve(path);
  return `${realpathSync(dirname(absolute))}/${absolute.slice(dirname(absolute).length).replace(/^\//, '')}`;
};
