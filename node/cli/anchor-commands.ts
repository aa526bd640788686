import type { Command } from 'commander';
import { DEFAULT_FOLDER } from '#node/config/folder.ts';
import type { AnchorCommitOptions } from './anchor-commit.ts';
import type { AnchorProofOptions } from './anchor-proof.ts';
import type { AnchorShowOptions } from './anchor-show.ts';
import type { AnchorVerifyOptions } from './anchor-verify.ts';

const DIR = ['--dir <folder>', "the node's folder", DEFAULT_FOLDER] as const;
const JSON_LINE = ['--json', 'one JSON object on stdout'] as const;

/** `montana anchor …` */
export const addAnchorCommands = (program: Command): void => {
  const anchor = program.command('anchor').description('prove that a file or a folder existed no later than a window');

  anchor
    .command('commit')
    .description('anchor a file or a folder by the running node, and write its proof')
    .argument('<path>', 'a file, or a folder with all that is below it')
    .option(...DIR)
    .option('--node <folder>', 'the folder of the running node, where it is not --dir')
    .option('--identity <file>', 'the identity that signs, where it is not that of --dir')
    .option('--account <address>', 'the account, where it is not the first one of the identity')
    .option('--app <name>', 'the application that the Anchor names', 'timestamp')
    .option('--out <file>', 'the proof file (default: <path>.proof)')
    .option(...JSON_LINE)
    .addHelpText(
      'after',
      `
Only a hash leaves this machine: SHA-256 of the file, or the root of a tree over paths and contents of the folder. It takes
the place of one operation of the account, which is one a window, and costs nothing else. The proof file holds all that a
verifier needs besides the content; of a folder also the paths and hashes of its files. Keep it: the network forgets what
it is made of after four windows.

Symbolic links, and what cannot be read, are refused. Empty folders, times and permissions leave no trace.

Exit code 0: the proof is written and has been verified; 1: not, and why; 2: wrong usage.

Examples:
  montana anchor commit contract.pdf --dir alice
  montana anchor commit thesis --dir alice --out thesis-2026.proof`,
    )
    .action(async (path: string, options: AnchorCommitOptions) => {
      process.exitCode = await (await import('./anchor-commit.ts')).anchorCommit(path, options);
    });

  anchor
    .command('proof')
    .description('make a proof file that leads to a later checkpoint, or is of one file of a folder alone')
    .argument('<proof>', 'the proof file')
    .option(...DIR)
    .option('--checkpoint <window>', 'the window that verifiers trust (default: the last final one)')
    .option('--path <path>', 'of a folder: this file alone, without the names of the others')
    .option('--out <file>', 'where to write (default: in its place; with --path, <name of the file>.proof)')
    .addHelpText(
      'after',
      `
A proof leads to every checkpoint from the window before its own up to the last header in it. The node that anchored has
later headers for as long as it keeps windows. With --path and no --checkpoint no node is asked.

Exit code 0: written; 1: not, and why; 2: wrong usage.

Examples:
  montana anchor proof thesis.proof --checkpoint 20160 --dir alice
  montana anchor proof thesis.proof --path chapter-1/draft.md --out draft.proof`,
    )
    .action(async (proof: string, options: AnchorProofOptions) => {
      process.exitCode = await (await import('./anchor-proof.ts')).anchorProofFile(proof, options);
    });

  anchor
    .command('verify')
    .description('verify a proof without any node: only a checkpoint and the genesis file are believed')
    .argument('<path>', 'the file or the folder')
    .argument('<proof>', 'its proof file')
    .requiredOption('--checkpoint <window:proposal_hash>', 'required: a final proposal that you trust')
    .requiredOption('--genesis <file>', 'required: the genesis file of the network')
    .option('--path <path>', 'of a file of an anchored folder: its path there (default: the longest that fits)')
    .option(...JSON_LINE)
    .addHelpText(
      'after',
      `
Take the checkpoint from somebody you trust, never from whoever shows you the proof: "final" of \`montana node status\` of
your own node is one. All signatures are verified and the timechain of one window is computed again.

Exit code 0: it existed no later than the window that is said; 1: that is not proved, and why; 2: wrong usage.

Examples:
  montana anchor verify contract.pdf contract.pdf.proof --checkpoint 812:9f0c…11 --genesis genesis.yaml
  montana anchor verify thesis/chapter-1/draft.md thesis.proof --checkpoint 812:9f0c…11 --genesis genesis.yaml`,
    )
    .action(async (path: string, proof: string, options: AnchorVerifyOptions) => {
      process.exitCode = await (await import('./anchor-verify.ts')).anchorVerify(path, proof, options);
    });

  anchor
    .command('show')
    .description('what a proof file says of itself; nothing of it is verified')
    .argument('<proof>', 'the proof file')
    .option(...JSON_LINE)
    .addHelpText(
      'after',
      '\nExit code 0: shown; 1: not, and why; 2: wrong usage.\n\nExample:\n  montana anchor show thesis.proof',
    )
    .action(async (proof: string, options: AnchorShowOptions) => {
      process.exitCode = await (await import('./anchor-show.ts')).anchorShow(proof, options);
    });
};
