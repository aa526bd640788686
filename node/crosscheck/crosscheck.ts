import type { Id } from '#core/bytes/bytes.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import type { Scheduled } from '#core/participant/schedule.ts';
import { submitOperation } from '#node/api/client.ts';
import { nodeJournals, replayNode } from '#node/cli/replay-node.ts';
import { readIdentity } from '#node/config/identity.ts';
import { Devnet } from '#node/devnet/devnet.ts';
import { verifierOf } from '#sim/trace/host-journal.ts';
import { closureOf } from './closure.ts';
import { compareShells } from './compare.ts';
import { closedIn, wholeBlocks } from './journals.ts';
import { type CheckedNetwork, type Closed, runScript, writeScript } from './simulated.ts';
import { signedOnce } from './slots.ts';

/** The first window that an operation may be listed in: before it opens every node has been handed all of them. */
const FIRST_WINDOW = 6;

/** Milliseconds a live window may take: a machine that does other work besides is slow, not wrong. */
const PATIENCE = 120_000;

export interface CrosscheckOptions {
  readonly nodes: number;
  readonly windows: number;
  /** Where the network lives. */
  readonly dir: string;
  /** A line of progress. */
  readonly tell: (line: string) => void;
  /** Ends the live nodes early. */
  readonly signal?: AbortSignal;
}

/** The verdict of both halves. */
export interface Crosscheck {
  readonly equal: boolean;
  readonly lines: readonly string[];
}

/**
 * Both halves of design §1's promise. The same script in two shells: state roots are equal in every window. The same inputs: what each
 * live node wrote down, fed to the same core, has the same effects byte for byte, and every message was sent by whom it came from.
 */
export const crosscheck = async ({ nodes, windows, dir, tell, signal }: CrosscheckOptions): Promise<Crosscheck> => {
  const devnet = await Devnet.make({ nodes, dir, config: { timers: 'patient', journal: 'on' } });
  const network = checkedNetwork(devnet);
  tell(`network ${devnet.genesis.network.genesisHash}, ${nodes} nodes, ${windows} windows`);
  const script = writeScript(network, windows, FIRST_WINDOW);
  tell(`script: ${script.length} operations for windows ${FIRST_WINDOW} to ${windows - 1}`);
  const simulated: Closed[] = [];
  runScript(network, windows, script, (host, closed) => {
    if (host === 0) simulated.push(closed);
  });
  tell(`simulator: ${simulated.length} windows final`);
  try {
    signal?.addEventListener('abort', () => void devnet.stopAll());
    await devnet.startAll();
    await handOut(devnet, script);
    for (let window = 0; window < windows; window++) {
      await devnet.waitForWindow(window, PATIENCE);
      tell(`live: window ${window} final on ${nodes} nodes`);
    }
  } finally {
    await devnet.stopAll();
  }
  const journals = devnet.nodes.map(({ folder }) => nodeJournals(folder.path));
  const live = journals.map((files, index) => closedIn(`node-${index}`, files));
  const shells = compareShells(simulated, live, windows);
  const inputs = compareJournals(devnet, journals);
  return { equal: shells.equal && inputs.equal, lines: [...shells.lines, ...inputs.lines] };
};

/** The founders' keys, in the order of the nodes. */
const checkedNetwork = ({ founders }: Devnet): CheckedNetwork => ({
  constants: DEVNET,
  founders: founders.map(({ folder }) => {
    const { nodeId, seeds } = readIdentity(folder.identity);
    return { nodeId, node: mlDsa65.key(seeds.node), account: mlDsa65.key(seeds.account) };
  }),
});

/** Hands every operation to every node. Throws where that took too long. */
const handOut = async (devnet: Devnet, script: readonly Scheduled[]): Promise<void> => {
  await Promise.all(
    devnet.founders.map(async ({ folder }) => {
      for (const { operation, notBefore } of script) await submitOperation(folder.socket, operation.bytes, notBefore);
    }),
  );
  for (const status of await devnet.statuses()) {
    const window = status?.standing.window ?? 0;
    if (window >= FIRST_WINDOW)
      throw new Error(`the script was handed out in window ${window}: this machine is too slow`);
  }
};

/**
 * The second half: each node's journals replay; if so, together they are causally closed, and nobody signed twice for a slot in whatever
 * process; nor did `accounts`.
 */
export const compareJournals = (
  network: { readonly nodes: readonly { readonly nodeId: Id }[] },
  journals: readonly (readonly string[])[],
  accounts: readonly Id[] = [],
): Crosscheck => {
  const replays = journals.map((files) => replayNode(files, { verifier: verifierOf }));
  const replayed = replays.flatMap(({ lines }, index) => lines.map((line) => `node-${index}  ${line}`));
  if (!replays.every(({ equal }) => equal)) return { equal: false, lines: replayed };
  const nodes = network.nodes.map(({ nodeId }, index) => ({
    nodeId,
    name: `node-${index}`,
    processes: (journals[index] ?? []).map((file) => ({ [Symbol.iterator]: () => wholeBlocks(file) })),
  }));
  const { received, missing } = closureOf(nodes);
  const { signed, twice } = signedOnce(nodes, accounts);
  return {
    equal: missing.length === 0 && twice.length === 0,
    lines: [
      ...replayed,
      ...(missing.length > 0 ? missing : [`${received} messages received, each sent by its sender's journal`]),
      ...(twice.length > 0 ? twice : [`${signed} slots signed for, each once`]),
    ],
  };
};
