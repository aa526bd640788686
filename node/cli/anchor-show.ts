import { toHex } from '#core/bytes/bytes.ts';
import { encodeAddress } from '#core/crypto/ids.ts';
import { readProofFile } from '#node/anchor/files.ts';
import { shown } from '#node/anchor/hash-files.ts';
import type { Subject } from '#node/anchor/proof-file.ts';
import { checkpointOf, claimOf } from '#node/anchor/verify.ts';
import { Refused } from '#node/config/refused.ts';

export interface AnchorShowOptions {
  readonly json?: boolean;
}

/** `montana anchor show`: exit code 0. Throws `Refused`. Nothing is verified. */
export const anchorShow = async (path: string, { json = false }: AnchorShowOptions): Promise<number> => {
  const { genesisHash, appName, subject, proof } = readProofFile(path);
  const claim = claimOf(proof);
  const last = checkpointOf(proof);
  if (claim === undefined || last === undefined) throw new Refused(`${path}: the proof in it is damaged; get it again`);
  const { anchor, header } = claim;
  const said = {
    network: genesisHash,
    window: header.window,
    account: encodeAddress(anchor.sender),
    app: appName,
    operation: anchor.id,
    dataHash: anchor.dataHash,
    subject: subject.type,
    files: filesOf(subject),
    checkpoints: { from: header.window - 1, to: last.window, proposalHash: last.proposalHash },
    bytes: proof.length,
  };
  if (json) process.stdout.write(`${JSON.stringify(said)}\n`);
  else {
    const { checkpoints } = said;
    const rows = [
      ['says', `existed no later than window ${header.window}; "montana anchor verify" finds out`],
      ['network', genesisHash],
      ['account', said.account],
      ['app', appName],
      ['operation', anchor.id],
      ['data_hash', anchor.dataHash],
      ['for', `checkpoints of windows ${checkpoints.from} to ${checkpoints.to}`],
      ['last', `${last.window}:${last.proposalHash}`],
      ['size', `${proof.length} bytes, ${claim.proof.later.length} later headers among them`],
      [
        'of',
        subject.type === 'file'
          ? 'one file'
          : subject.type === 'folder'
            ? `${said.files.length} files`
            : 'one file of a folder',
      ],
      ...said.files.map((file) => ['', `${file.sha256 ?? ''} ${file.path}`.trim()]),
    ] as const;
    process.stdout.write(rows.map(([name, value]) => `${name.padEnd(12)}${value}\n`).join(''));
  }
  return 0;
};

const filesOf = (subject: Subject): readonly { readonly path: string; readonly sha256?: string }[] => {
  if (subject.type === 'folder') {
    return subject.files.map(({ path, content }) => ({ path: shown(path), sha256: toHex(content) }));
  }
  return subject.type === 'member' ? [{ path: shown(subject.path) }] : [];
};
