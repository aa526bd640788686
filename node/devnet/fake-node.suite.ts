/**
 * Stands in for `montana node start` where the network does not matter: windows become final by the clock, 50 ms each, and roots follow
 * from their number. A file `wrong-root` in the folder makes another root of every window; `dies` ends the process.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashId } from '#core/crypto/hash.ts';
import { portsOf } from '#node/api/ports.suite.ts';
import { makeApi, serveApi } from '#node/api/server.ts';
import { sampleStatus } from '#node/api/status.suite.ts';
import { readConfig } from '#node/config/config.ts';
import { nodeFolder } from '#node/config/folder.ts';
import { readIdentity } from '#node/config/identity.ts';

const dir = process.argv.at(-1)!;
const folder = nodeFolder(dir);
const { listen, peers } = readConfig(folder.config);
const { peerId, nodeId, accountId } = readIdentity(folder.identity);
const startedAt = performance.now();
const is = (name: string): boolean => existsSync(join(dir, name));
const rootOf = (window: number) =>
  hashId('mt-state-root', Uint8Array.of(window & 255, window >> 8, is('wrong-root') ? 1 : 0));

const status = async () => {
  const window = Math.floor((performance.now() - startedAt) / 50);
  const finalWindow = window - 1;
  const recent = Array.from({ length: Math.min(window, 64) }, (_, i) => finalWindow - i)
    .reverse()
    .map((final) => ({ window: final, stateRoot: rootOf(final) }));
  return sampleStatus({
    peerId,
    nodeId,
    accountId,
    addresses: [...listen, ...peers],
    standing: { window, round: 1, finalWindow, finalHash: nodeId, stateRoot: rootOf(finalWindow) },
    recent,
  });
};

const end = (): void => process.exit(0);
process.on('SIGTERM', end);
process.on('disconnect', end);
if (is('dies')) {
  process.stderr.write('montana: something is wrong; do something\n');
  process.exit(1);
}
await serveApi(makeApi(portsOf({ status, stop: end })), folder.socket);
process.send?.('started');
