import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { nodeFolder } from '#node/config/folder.ts';
import { Refused, systemReason } from '#node/config/refused.ts';

/** Where an identity is: in a file of its own, else in a node's folder. */
export interface IdentityOptions {
  readonly dir: string;
  readonly identity?: string;
}

export const identityFile = ({ dir, identity }: IdentityOptions): string => identity ?? nodeFolder(dir).identity;

/** Of an identity to be written: its folder is made where there is none, for its owner only. Throws `Refused`. */
export const newIdentityFile = (options: IdentityOptions): string => {
  const file = identityFile(options);
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Refused(`${folder}: cannot be made: ${systemReason(error)}; name another place`);
  }
  return file;
};
