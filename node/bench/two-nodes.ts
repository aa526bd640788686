import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Status } from '#node/api/schemas.ts';
import { configText } from '#node/config/config.ts';
import { makeNodeFolder } from '#node/config/folder.ts';
import { writeGenesisFile } from '#node/config/genesis-file.ts';
import { writeRecoverable } from '#node/config/identity.ts';
import { newMasterSeed } from '#node/config/mnemonic.ts';
import { Roots } from '#node/devnet/roots.ts';
import type { MadeFolder } from './node-folder.ts';
import { WatchedNode } from './watched-node.ts';

/** Settings of nodes that know each other and nobody else. */
export const ALONE = { discover: 'off', diversity: 'off' };

/** The node that has the state, and runs. */
export class Server {
  readonly node: WatchedNode;
  readonly #made: MadeFolder;
  #address = '';

  constructor(made: MadeFolder) {
    this.#made = made;
    this.node = new WatchedNode(made.folder);
  }

  /** Starts it at a port that it keeps; milliseconds. */
  async start(): Promise<number> {
    const took = await this.node.start();
    this.#address = (await this.node.status()).addresses[0] as string;
    writeFileSync(this.node.folder.config, configText({ ...ALONE, listen: [this.#address.replace(/\/p2p\/.*/, '')] }));
    return took;
  }

  /** Others that know it, and nobody else. */
  introduce(...others: readonly WatchedNode[]): void {
    const config = { ...ALONE, listen: ['/ip4/127.0.0.1/tcp/0'], peers: [this.#address], entry: 'off' };
    for (const { folder } of others) writeFileSync(folder.config, configText(config));
  }

  /** Waits for the snapshot of its first anchor; milliseconds from the window to the file, and bytes of it. */
  async written(): Promise<readonly [number, number]> {
    const { anchor } = this.#made;
    const file = join(this.node.folder.path, `snapshot-${anchor}.chunks`);
    await this.node.until(({ standing }) => standing.finalWindow >= anchor);
    while (!existsSync(file)) await wait(20);
    const final = this.node.log().find(({ msg, window }) => msg === 'final' && window === anchor);
    const { ctimeMs, size } = statSync(file);
    return [ctimeMs - (final?.at ?? Number.NaN), size];
  }
}

/** A node of the same network that has nothing yet. */
export const newcomer = (path: string, { genesis }: MadeFolder): WatchedNode => {
  const folder = makeNodeFolder(path);
  writeRecoverable(folder.identity, newMasterSeed().masterSeed);
  writeGenesisFile(folder.genesis, genesis);
  return new WatchedNode(folder);
};

/** Both at the same window with the same root; throws where roots differ. */
export const together = async (server: WatchedNode, joiner: WatchedNode): Promise<Status> => {
  const roots = new Roots();
  for (;;) {
    const [mine, others] = await Promise.all([joiner.status(), server.status()]);
    roots.add(0, mine);
    roots.add(1, others);
    if (roots.difference !== undefined) throw new Error('state roots differ');
    if (roots.told(mine.standing.finalWindow) === 2) return mine;
    await wait(50);
  }
};
