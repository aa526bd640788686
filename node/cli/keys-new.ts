import { selfTest } from '#node/config/self-test.ts';
import { described, describedText } from '#node/owner/described.ts';
import { type IdentityOptions, newIdentityFile } from '#node/owner/identity-file.ts';
import { makeEphemeral, makeRecoverable } from '#node/owner/make-identity.ts';
import { showWords } from '#node/owner/shown.ts';

export interface KeysNewOptions extends IdentityOptions {
  readonly ephemeral?: boolean;
}

/** `montana keys new`: a new identity, and its words once. Exit code 0. Throws `Refused`. */
export const keysNew = (options: KeysNewOptions): number => {
  selfTest();
  const file = newIdentityFile(options);
  if (options.ephemeral === true) {
    process.stdout.write(describedText(described(makeEphemeral(file))));
    return 0;
  }
  const { identity, words } = makeRecoverable(file);
  showWords(words);
  process.stdout.write(describedText(described(identity)));
  return 0;
};
