import { forgetSeed } from '#node/config/identity.ts';
import { selfTest } from '#node/config/self-test.ts';
import { confirm } from '#node/owner/confirm.ts';
import { type IdentityOptions, identityFile } from '#node/owner/identity-file.ts';

export interface KeysForgetSeedOptions extends IdentityOptions {
  readonly yes?: boolean;
}

/** `montana keys forget-seed`: from then on the file holds keys alone (01 §7.5). Exit code 0. Throws `Refused`. */
export const keysForgetSeed = async (options: KeysForgetSeedOptions): Promise<number> => {
  selfTest();
  const file = identityFile(options);
  const question = `${file} will hold keys without the master seed. Only your 24 words bring it back.`;
  await confirm(question, options.yes === true, 'the file is as it was');
  const said = forgetSeed(file) ? 'the master seed is gone; the keys are the same' : 'there was no master seed in it';
  process.stdout.write(`montana: ${file}: ${said}\n`);
  return 0;
};
