import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { startHasher } from '#node/hasher/start-hasher.ts';
import { LiveHost } from './live-host.ts';
import type { FromProtocol, ToProtocol } from './messages.ts';
import { oneLine } from './one-line.ts';
import type { OpenStore, ProtocolSetting } from './setting.ts';
import { liveSuite } from './suite.ts';

/* The protocol's thread: everything that is signed is signed here. */

const port = parentPort as MessagePort;
const setting = workerData as ProtocolSetting;

/** Envelopes are handed over, not copied: each has a buffer of its own. With the last message the thread has nothing left to do. */
const post = (message: FromProtocol): void => {
  const letters = message.type === 'letters' ? message.letters : [];
  port.postMessage(
    message,
    letters.map(({ envelope }) => envelope.buffer as ArrayBuffer),
  );
  if (message.type === 'stopped') port.close();
};

/** What is installed without its binary, or not at all, is told with what to do. */
const storeModule = async (): Promise<{ readonly openStore: OpenStore }> => {
  try {
    return await import(setting.store);
  } catch (error) {
    throw new Error(`the store cannot be loaded: ${oneLine(error)}; run "npm install" where this program is`);
  }
};

const genesis = buildGenesis(setting.genesis);
const { openStore } = await storeModule();

/** A store that nothing goes on from is closed before the thread ends. */
const startHost = (): LiveHost => {
  const store = openStore(setting.folder, genesis);
  try {
    const suite = liveSuite({ portable: setting.portable === true });
    return new LiveHost({ setting, genesis, suite, store, startHasher, post });
  } catch (error) {
    store.close();
    throw error;
  }
};

const host = startHost();

port.on('message', (message: ToProtocol) => host.take(message));
