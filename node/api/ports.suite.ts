import { Readable } from 'node:stream';
import { notRunning } from './api-error.ts';
import type { ApiPorts } from './route.ts';

const busy = (): never => {
  throw notRunning();
};

/** What a node that is starting answers; and what a test answers in its place. */
export const portsOf = (change: Partial<ApiPorts> = {}): ApiPorts => ({
  status: async () => busy(),
  health: () => ({ pid: process.pid, uptimeSeconds: 0 }),
  ready: () => ({ ready: false, finalWindow: null, heard: null, reason: 'it is starting or stopping' }),
  metrics: async () => busy(),
  stop: () => {},
  reload: busy,
  submit: async () => busy(),
  query: async () => busy(),
  nextWindow: async () => busy(),
  anchorProof: async () => busy(),
  fault: () => {},
  journal: () => ({ isOn: false, files: [] }),
  journalFile: () => undefined,
  ...change,
});

const ID = 'ab'.repeat(32);

/** A node of which everything is known. `asked`: what changed it. */
export const answeringPorts = (status: Awaited<ReturnType<ApiPorts['status']>>, asked: unknown[] = []): ApiPorts => ({
  status: async () => status,
  health: () => ({ pid: 7, uptimeSeconds: 61 }),
  ready: () => ({ ready: true, finalWindow: 6, heard: 7, reason: null }),
  metrics: async () => '# HELP montana_window The open window\n',
  stop: () => void asked.push('stop'),
  reload() {
    asked.push('reload');
    return { applied: ['logLevel'], needsRestart: [] };
  },
  async submit(operation, bytes, notBefore) {
    asked.push([bytes.length, notBefore]);
    return { operation, verdict: 'accept' };
  },
  query: async (query) => answers[query.type](ID) as never,
  nextWindow: async (after) =>
    after > 6 ? undefined : { window: 7, proposalHash: ID, stateRoot: ID, operations: null },
  anchorProof: async () => Uint8Array.of(1, 2, 3),
  fault: (error) => void asked.push(error),
  journal: () => ({ isOn: true, files: [{ name: '000001.journal', bytes: 3 }] }),
  journalFile: (name) =>
    name === '000001.journal' ? { bytes: 3, stream: Readable.from([Buffer.from('abc')]) } : undefined,
});

const common = { id: ID, window: 5, prevHash: ID, sender: ID };
const answers = {
  'header-scopes': () => [],
  account: (id: string) => ({
    window: 6,
    stateRoot: ID,
    account: {
      accountId: id,
      balance: String(2n ** 128n - 1n),
      suiteId: 1,
      isNodeOperator: false,
      frontierHash: ID,
      opHeight: 1,
      accountChainLength: 1,
      accountChainLengthSnapshot: 0,
      currentPubkey: 'ab'.repeat(1952),
      creationWindow: 0,
      lastOpWindow: 5,
      lastAccountCreationWindow: 0,
    },
  }),
  'account-proof': () => ({ window: 6, stateRoot: ID, proof: 'abcd' }),
  history: () => ({
    operations: [
      { type: 'Transfer', ...common, link: ID, amount: '1' },
      { type: 'TransferModeB', ...common, link: ID, amount: '0', suiteId: 1, receiverPubkey: 'ab'.repeat(1952) },
      { type: 'ChangeKey', ...common, newSuiteId: 1, newPubkey: 'ab'.repeat(1952) },
      { type: 'Anchor', ...common, appId: ID, dataHash: ID },
    ],
    next: 5,
    oldest: 0,
  }),
  operation: (operation: string) => ({ operation, state: 'settled', window: 5, reason: null }),
};
