import { decodeGenesisInput } from '#core/genesis/decode.ts';
import { createTransport } from '#node/transport/create.ts';
import { DEFAULT_LIMITS } from '#node/transport/limits.ts';
import type { NodeParts } from './node-parts.ts';
import { places } from './places.ts';
import { startProtocol } from './start-protocol.ts';

/** A node's own chain as a candidate may begin at once: a participant that is in the table seeks no entry (05 §8). */
const ENTRY_FROM = 0;

/** What a live node is composed of: the protocol on its thread, libp2p on this one. */
export const liveParts: NodeParts = {
  protocol: async ({ folder, config, genesis, identity }, events) => {
    const input = decodeGenesisInput(genesis.paramsBytes);
    if (!input.ok) throw new Error(`genesis: ${input.error}`);
    return startProtocol(
      {
        genesis: input.value,
        folder: folder.path,
        store: new URL('../store/lmdb-store.ts', import.meta.url).href,
        seed: identity.seeds.node,
        account: identity.accountId,
        ...(config.entry ? { entry: { operatorSeed: identity.seeds.account, from: ENTRY_FROM } } : {}),
        ...(config.checkpoint === undefined ? {} : { checkpoint: config.checkpoint }),
        timers: config.timers,
        journal: config.journal,
        stem: config.stem,
        snapshots: config.snapshots,
        fastSync: config.fastSync,
        tau1: 1_000_000 * config.tau1Seconds,
        isBootstrap: config.bootstrap,
        admitsObservers: config.admitObservers,
      },
      events,
    );
  },
  transport: ({ config, genesis, identity }, doorkeeper, events) =>
    createTransport({
      seed: identity.seeds.node,
      listen: config.listen,
      doorkeeper,
      events,
      difficulty: genesis.network.params.bootstrapPowDifficulty,
      limits: {
        ...places(config),
        // In a test network all come from one address.
        ...(config.diversity ? {} : { unfinishedOfGroup: DEFAULT_LIMITS.unfinished }),
      },
      tau1: 1_000 * config.tau1Seconds,
    }),
};
