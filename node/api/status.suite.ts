import type { Status } from './schemas.ts';

const ID = '0123456789abcdef'.repeat(4);

/** A status as a node of a small network gives it. */
export const sampleStatus = (change: Partial<Status> = {}): Status => ({
  version: '0.1.0',
  pid: process.pid,
  uptimeSeconds: 61,
  genesisHash: ID,
  peerId: 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
  nodeId: ID,
  accountId: ID,
  addresses: ['/ip4/127.0.0.1/tcp/8444/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'],
  standing: { window: 7, round: 1, finalWindow: 6, finalHash: ID, stateRoot: ID },
  catchUp: null,
  recent: [{ window: 6, stateRoot: ID }],
  windowSeconds: 8.5,
  hashRate: 8_000_000,
  difficulty: 4_194_304,
  peers: [
    {
      link: 3,
      nodeId: ID,
      peerId: 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
      address: '/ip4/127.0.0.1/tcp/8445',
      level: 'node',
      isOutgoing: true,
      seconds: 60,
    },
  ],
  known: 12,
  banned: 1,
  counters: {
    finalWindows: 7,
    operationsFinal: 0,
    messagesIn: 10,
    messagesOut: 11,
    bytesIn: 1_000,
    bytesOut: 1_100,
    linksOpened: 1,
    linksClosed: 0,
    dialsFailed: 2,
    refused: 0,
    penalties: 0,
  },
  reasons: { refused: {}, closed: {}, penalties: {} },
  ...change,
});
