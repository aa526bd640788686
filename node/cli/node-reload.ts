import { askReload } from '#node/api/client.ts';
import { nodeFolder } from '#node/config/folder.ts';

export interface NodeReloadOptions {
  readonly dir: string;
}

/** `montana node reload`: the node reads its settings again. Exit code 0. Throws `Refused`: no node runs there, or the file has a fault. */
export const nodeReload = async ({ dir }: NodeReloadOptions): Promise<number> => {
  const { applied, needsRestart } = await askReload(nodeFolder(dir).socket);
  const lines = [
    ...(applied.length === 0 ? [] : [`counts from now on: ${applied.join(', ')}`]),
    ...(needsRestart.length === 0 ? [] : [`counts after a restart: ${needsRestart.join(', ')}`]),
  ];
  process.stdout.write(`${lines.join('\n') || 'nothing has changed'}\n`);
  return 0;
};
