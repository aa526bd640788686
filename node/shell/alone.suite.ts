import type { Id } from '#core/bytes/bytes.ts';
import type { Anchor } from '#core/consensus/objects.ts';
import { hashId } from '#core/crypto/hash.ts';
import { accountId } from '#core/crypto/ids.ts';
import { SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { Disk } from '#core/journal/disk.ts';
import { makeOperation } from '#core/operations/codec.ts';
import type { ChainJob, FinalRecord, OpenRecord } from '#core/participant/types.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import type { HasherEvents } from '#node/hasher/hasher.ts';
import { storeOn } from './file-store.suite.ts';
import { LiveHost } from './live-host.ts';
import type { FromProtocol } from './messages.ts';
import { accountKey, genesisOf } from './net.suite.ts';
import { ProofFolder } from './proof-folder.ts';
import { liveSuite } from './suite.ts';

/* A live host that is the whole network: a window is final whenever the test says that its stretch is hashed. */

export const D0 = 1_000;
export const SENDER = accountId(SUITE_ML_DSA_65, accountKey(0).publicKey);
export const suite = liveSuite();

/** The first operation of the founder's account. */
export const firstAnchor = (appId: Id, dataHash: Id): Anchor => {
  const prevHash = hashId('mt-genesis', SENDER);
  return makeOperation({ type: 'Anchor', sender: SENDER, prevHash, appId, dataHash }, accountKey(0)) as Anchor;
};

/** A founder alone, whose hasher does what the test says. Window 0 is final at once. */
export const alone = (folder: string, account: Id) => {
  const genesis = buildGenesis(genesisOf(1, D0));
  const disk = new Disk(genesisSettled(genesis, new MemoryBase()));
  const finals: FinalRecord[] = [];
  const opens: OpenRecord[] = [];
  const told: FromProtocol[] = [];
  const order: string[] = [];
  let job: ChainJob | undefined;
  let hasher: HasherEvents | undefined;
  let iterations = 0;
  const proofs = new ProofFolder(folder);
  const host = new LiveHost({
    setting: {
      genesis: genesisOf(1, D0),
      folder,
      store: '',
      seed: new Uint8Array(32).fill(1),
      account,
      timers: 'ordinary',
      journal: false,
      stem: false,
      isBootstrap: false,
      admitsObservers: true,
      snapshots: false,
      fastSync: false,
      tau1: 60_000_000,
    },
    genesis,
    suite,
    store: storeOn(disk, {
      write(final, open) {
        if (final !== undefined) {
          finals.push(final);
          for (const { id } of final.operations) order.push(`${proofs.read(id)?.type} before the window`);
        }
        if (open !== undefined) opens.push(open);
        disk.write({ final, open });
      },
    }),
    startHasher(events) {
      hasher = events;
      return {
        count: () => iterations,
        work: (next) => {
          job = next;
        },
        cancel: () => {},
        alarm: () => {},
        stop: async () => {},
      };
    },
    post: (message) => told.push(message),
  });
  const close = (): void => {
    const { type, window, from, iterations: d } = job!;
    iterations += d;
    hasher!.done(job!, { type, window, from, value: timechainStep(from, d) });
  };
  const submit = ({ bytes }: Anchor): void => host.take({ type: 'submit', operation: bytes, notBefore: 0 });
  const headers = {
    final: async () => finals.at(-1)!.settled.window,
    scopes: async (from: number, count: number) => {
      const kept = finals.filter(({ settled: { window } }) => window >= from && window < from + count);
      return kept.map(({ entry }) => entry.header.scope);
    },
  };
  return { host, finals, opens, told, order, proofs, headers, disk, close, submit, network: genesis.network };
};
