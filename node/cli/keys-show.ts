import { readIdentity } from '#node/config/identity.ts';
import { selfTest } from '#node/config/self-test.ts';
import { described, describedText } from '#node/owner/described.ts';
import { type IdentityOptions, identityFile } from '#node/owner/identity-file.ts';

export interface KeysShowOptions extends IdentityOptions {
  readonly json?: boolean;
}

/** `montana keys show`: ids, address and fingerprints of an identity; no secret. Exit code 0. Throws `Refused`. */
export const keysShow = (options: KeysShowOptions): number => {
  selfTest();
  const of = described(readIdentity(identityFile(options)));
  process.stdout.write(options.json === true ? `${JSON.stringify(of)}\n` : describedText(of));
  return 0;
};
