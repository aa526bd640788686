import { existsSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { encodeAddress } from '#core/crypto/ids.ts';
import { wipe } from '#core/tunnel/wipe.ts';
import { configText } from '#node/config/config.ts';
import { makeNodeFolder } from '#node/config/folder.ts';
import { readGenesisFile, writeGenesisFile } from '#node/config/genesis-file.ts';
import { type Identity, wipeIdentity, writeRecoverable } from '#node/config/identity.ts';
import { newMasterSeed, recoverMasterSeed } from '#node/config/mnemonic.ts';
import { Refused } from '#node/config/refused.ts';
import { inShell } from './shell.ts';
import { UsageError } from './usage.ts';

export interface NodeInitOptions {
  readonly dir: string;
  readonly genesis?: string;
  readonly mnemonic?: string;
}

/** `montana node init`: a folder with identity, configuration and, where one is named, the genesis file. */
export const nodeInit = async ({ dir, genesis, mnemonic }: NodeInitOptions): Promise<number> => {
  if (mnemonic !== undefined && mnemonic !== '-') {
    throw new UsageError('--mnemonic takes - alone: the words come from stdin, never from the command line');
  }
  const network = genesis === undefined ? undefined : readGenesisFile(genesis);
  const folder = makeNodeFolder(dir);
  if (existsSync(folder.identity)) {
    throw new Refused(`${folder.identity}: there is an identity already; it is kept; name another folder with --dir`);
  }
  const made =
    mnemonic === undefined ? newMasterSeed() : { masterSeed: recoverMasterSeed(await readWords()), words: undefined };
  let identity: Identity;
  try {
    identity = writeRecoverable(folder.identity, made.masterSeed);
  } finally {
    wipe(made.masterSeed);
  }
  wipeIdentity(identity);
  if (!existsSync(folder.config)) writeFileSync(folder.config, configText());
  if (network !== undefined) writeGenesisFile(folder.genesis, network);
  process.stdout.write(said(identity, made.words, folder.path, network?.network.genesisHash));
  return 0;
};

const said = (identity: Identity, words: string | undefined, path: string, network: string | undefined): string => {
  const lines = words === undefined ? [] : [...inRows(words.split(' ')), '', ...ADVICE, ''];
  const start = `montana node start --dir ${inShell(path)}`;
  return [
    ...lines,
    `folder      ${path}`,
    `peer id     ${identity.peerId}`,
    `node id     ${identity.nodeId}`,
    `account id  ${identity.accountId}`,
    `address     ${encodeAddress(identity.accountId)}`,
    `network     ${network ?? 'none yet: put the genesis file of your network there as genesis.yaml'}`,
    '',
    `Next: look at montana.yaml there, name peers in it, then ${start}`,
    '',
  ].join('\n');
};

const ADVICE = [
  'Write these 24 words down on paper, in this order, and keep them where nobody else finds them.',
  'They are shown only now. Whoever has them has your account; without them nobody can bring it back.',
];

const inRows = (words: readonly string[]): readonly string[] => {
  const rows: string[] = [];
  for (let i = 0; i < words.length; i += 4) {
    rows.push(
      words
        .slice(i, i + 4)
        .map((word, k) => `${String(i + k + 1).padStart(2)} ${word.padEnd(9)}`)
        .join(' ')
        .trimEnd(),
    );
  }
  return rows;
};

/** The words as they come on stdin; a terminal does not show them. */
const readWords = async (): Promise<string> => {
  if (!process.stdin.isTTY) {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    const text = `${Buffer.concat(chunks)}`;
    for (const chunk of chunks) chunk.fill(0);
    return text;
  }
  process.stderr.write('The 24 words, in one line; they are not shown: ');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.on('line', resolve);
      terminal.on('close', () => reject(new Refused('no words were typed; nothing was made')));
    });
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
};
