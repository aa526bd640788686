import { writeSync } from 'node:fs';
import { Net } from '#core/host/net.suite.ts';
import { foundation } from '#core/participant/party.suite.ts';
import { openStore } from './lmdb-store.ts';

/**
 * A process that does nothing but close windows: a network of one, kept in the store of the folder it is told. It says a letter
 * after each write that returned, and runs until it is killed.
 */
const store = openStore(process.argv[2] as string, foundation({ count: 1 }).built);
writeSync(1, 'o');
const net = new Net(1, 0, {
  keeps: () => ({
    opened: () => store.opened(),
    write(final, open) {
      store.write(final, open);
      writeSync(1, 'w');
    },
  }),
});
net.start();
net.until(() => false, 1_000_000_000);
