import { resolve, sep } from 'node:path';
import { type Id, toHex } from '#core/bytes/bytes.ts';
import { appId, encodeAddress } from '#core/crypto/ids.ts';
import type { Network } from '#core/genesis/network.ts';
import { hashShown, mustBeFree, writeProofFile } from '#node/anchor/files.ts';
import type { Content } from '#node/anchor/hash-files.ts';
import type { ProofFile } from '#node/anchor/proof-file.ts';
import { folderHash } from '#node/anchor/tree.ts';
import { checkpointOf, verifyProofFile } from '#node/anchor/verify.ts';
import { anchorProof } from '#node/api/client.ts';
import { nodeFolder } from '#node/config/folder.ts';
import { Refused } from '#node/config/refused.ts';
import { judge, publish, refuseWhileUnderWay, senderOf } from '#node/owner/publish.ts';
import { type AccountOptions, type Wallet, withWallet } from '#node/owner/wallet.ts';
import { liveSuite } from '#node/shell/suite.ts';
import { UsageError } from './usage.ts';

export interface AnchorCommitOptions extends AccountOptions {
  readonly app: string;
  readonly out?: string;
}

/** `montana anchor commit`: exit code 0: the proof is written. Throws `Refused`. */
export const anchorCommit = async (path: string, options: AnchorCommitOptions): Promise<number> => {
  const { app, json = false, node, dir } = options;
  if (!/^[ -~]{1,255}$/.test(app)) throw new UsageError('--app: write a name of 1 to 255 characters of ASCII');
  const out = options.out ?? `${path.replace(/\/+$/, '')}.proof`;
  mustBeFree(out);
  const content = await hashShown(path);
  if (content.type === 'folder' && resolve(out).startsWith(resolve(path) + sep)) {
    throw new Refused(`${out}: the proof of a folder cannot stand in it; name another place with --out`);
  }
  const tell = (words: string): boolean => process.stderr.write(`${words}\n`);
  return withWallet(options, async (wallet) => {
    const dataHash = toHex(content.type === 'file' ? content.content : folderHash(content.files));
    const { socket } = nodeFolder(node ?? dir);
    const wish = { appId: appId(app), dataHash };
    const file: ProofFile = {
      genesisHash: wallet.network.genesisHash,
      appName: app,
      subject: content.type === 'file' ? { type: 'file' } : { type: 'folder', files: content.files },
      proof: (await provedBefore(wallet, wish, socket, tell)) ?? (await anchorNow(wallet, wish, socket, tell)),
    };
    const proved = verified(file, content, wallet.network);
    const bytes = writeProofFile(out, file);
    const { window, anchor, checkpoint } = proved;
    const said = { operation: anchor.id, window, proof: out, bytes, dataHash, checkpoint };
    process.stdout.write(json ? `${JSON.stringify(said)}\n` : text(path, content, said, anchor.sender));
    return 0;
  });
};

type Wish = { readonly appId: Id; readonly dataHash: Id };
type Tell = (words: string) => void;

/** Proof of a recent Anchor of the same, as after a crash: an earlier window is as good. undefined: there is none. */
const provedBefore = async (
  { account, chain }: Wallet,
  wish: Wish,
  socket: string,
  tell: Tell,
): Promise<Uint8Array | undefined> => {
  for (const operation of (await chain.history?.(account))?.operations ?? []) {
    if (operation.type !== 'Anchor' || operation.sender !== account) continue;
    if (operation.appId !== wish.appId || operation.dataHash !== wish.dataHash) continue;
    try {
      const proof = await anchorProof(socket, operation.id);
      tell('anchored already: this is its proof');
      return proof;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  return undefined;
};

/** Anchors, waits until it is settled, and asks for the proof. */
const anchorNow = async (wallet: Wallet, wish: Wish, socket: string, tell: Tell): Promise<Uint8Array> => {
  refuseWhileUnderWay(wallet);
  const sender = await senderOf(wallet);
  const prevHash = sender.record.frontierHash;
  const fields = { type: 'Anchor', sender: wallet.account, prevHash, ...wish } as const;
  const { id } = judge(wallet, fields, sender, undefined);
  const outcome = await publish(wallet, fields, tell);
  if (outcome.type !== 'settled') throw new Refused(`not anchored: ${outcome.words}`);
  return anchorProof(socket, id);
};

/** What an owner stores it has verified once itself (03 §10). */
const verified = (file: ProofFile, content: Content, network: Network) => {
  const checkpoint = checkpointOf(file.proof);
  if (checkpoint === undefined)
    throw new Refused('the node gave no proof; see its log, and whether it is of this version');
  const { verify } = liveSuite();
  const judged = verifyProofFile(file, { content, checkpoint, network, verify });
  if (!judged.ok) throw new Refused(`the node gave a wrong proof: ${judged.error}`);
  return { ...judged.value, checkpoint: `${checkpoint.window}:${checkpoint.proposalHash}` };
};

const text = (
  path: string,
  content: Content,
  { operation, window, proof, bytes, dataHash, checkpoint }: Record<string, unknown>,
  account: Id,
): string =>
  [
    `${path} is anchored in window ${window}: it existed no later than that`,
    `content     ${content.type === 'file' ? 'one file' : `${content.files.length} files`}, ${content.bytes} bytes`,
    `data_hash   ${dataHash}`,
    `account     ${encodeAddress(account)}`,
    `operation   ${operation}`,
    `proof       ${proof}, ${bytes} bytes, verified up to ${checkpoint}`,
    '',
  ].join('\n');
