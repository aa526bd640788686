import { selfTest } from '#node/config/self-test.ts';
import { described, describedText } from '#node/owner/described.ts';
import { type IdentityOptions, newIdentityFile } from '#node/owner/identity-file.ts';
import { restore } from '#node/owner/make-identity.ts';
import { onStdinOnly } from './on-stdin-only.ts';

export interface KeysRestoreOptions extends IdentityOptions {
  readonly mnemonic?: string;
  readonly ephemeral?: boolean;
}

/** `montana keys restore`: the identity of 24 words, which come on stdin. Exit code 0. Throws `Refused`, `UsageError`. */
export const keysRestore = async (options: KeysRestoreOptions): Promise<number> => {
  onStdinOnly(options.mnemonic);
  selfTest();
  const identity = await restore(newIdentityFile(options), options.ephemeral === true);
  process.stdout.write(describedText(described(identity)));
  return 0;
};
