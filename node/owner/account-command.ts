import { DEFAULT_FOLDER } from '#node/config/folder.ts';
import { inShell } from '#node/config/in-shell.ts';
import type { RemoteOptions } from './wallet.ts';

/** What says which account it is, and whom to ask. */
type Which = Pick<RemoteOptions, 'dir' | 'identity' | 'node' | 'account' | 'remote' | 'genesis' | 'checkpoint'>;

/** `montana account <name>` as it has to be typed to be about the same account, by way of the same node. */
export const accountCommand = (name: 'resume' | 'history' | 'receive', options: Which): string => {
  const { dir, identity, node, account, remote, genesis, checkpoint } = options;
  const given = {
    dir: dir === DEFAULT_FOLDER ? undefined : dir,
    identity,
    ...(name === 'receive' ? {} : { node, account }),
    ...(name === 'resume' ? { remote, genesis, checkpoint } : {}),
  };
  const words = Object.entries(given).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option}`, inShell(value)],
  );
  return ['montana account', name, ...words].join(' ');
};
