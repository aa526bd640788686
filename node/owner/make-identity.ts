import { existsSync } from 'node:fs';
import { roleSeeds } from '#core/crypto/keys.ts';
import { wipe } from '#core/tunnel/wipe.ts';
import { freshBytes } from '#node/config/fresh-bytes.ts';
import { type Identity, writeEphemeral, writeRecoverable } from '#node/config/identity.ts';
import { newMasterSeed, recoverMasterSeed } from '#node/config/mnemonic.ts';
import { Refused } from '#node/config/refused.ts';
import { readTyped } from './typed.ts';

/** Throws `Refused` where an identity stands already, before anybody has typed a word. */
export const refuseOther = (file: string): void => {
  if (!existsSync(file)) return;
  throw new Refused(
    `${file}: there is an identity already; it is kept; name another place, or move it away if it is new and its words were never shown`,
  );
};

/** Writes a new identity. Its words are the caller's to show. */
export const makeRecoverable = (file: string): { readonly identity: Identity; readonly words: Uint16Array } => {
  refuseOther(file);
  const { masterSeed, words } = newMasterSeed();
  try {
    return { identity: writeRecoverable(file, masterSeed), words };
  } catch (error) {
    words.fill(0);
    throw error;
  } finally {
    wipe(masterSeed);
  }
};

/** Writes a new identity that no words recover. */
export const makeEphemeral = (file: string): Identity => {
  refuseOther(file);
  const seeds = { account: freshBytes(32), node: freshBytes(32), app: freshBytes(64) };
  return writeEphemeral(file, seeds);
};

/** Writes the identity of words that come on stdin; with `ephemeral` its keys alone. `before`: what is done once the words are good. */
export const restore = async (file: string, ephemeral: boolean, before = () => {}): Promise<Identity> => {
  refuseOther(file);
  const masterSeed = recoverMasterSeed(await readTyped('The 24 words; they are not shown, Ctrl-C gives up: '));
  try {
    before();
    return ephemeral ? writeEphemeral(file, roleSeeds(masterSeed)) : writeRecoverable(file, masterSeed);
  } finally {
    wipe(masterSeed);
  }
};
