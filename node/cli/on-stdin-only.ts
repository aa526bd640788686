import { UsageError } from './usage.ts';

/** `--mnemonic` of a command that makes or restores keys: what stands on a command line, others can read. Throws `UsageError`. */
export const onStdinOnly = (mnemonic: string | undefined): void => {
  if (mnemonic !== undefined && mnemonic !== '-') {
    throw new UsageError('--mnemonic takes - alone: the words come from stdin, never from the command line');
  }
};
