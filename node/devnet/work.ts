import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import seedrandom from 'seedrandom';
import { readProofFile } from '#node/anchor/files.ts';
import { hashContent } from '#node/anchor/hash-files.ts';
import { claimOf, verifyProofFile } from '#node/anchor/verify.ts';
import { accountOf, anchorProof } from '#node/api/client.ts';
import { Refused } from '#node/config/refused.ts';
import { recordOf } from '#node/owner/chain.ts';
import { liveSuite } from '#node/shell/suite.ts';
import { runCommand } from './command.ts';
import type { Devnet } from './devnet.ts';
import { MOST_ALIVE, returned } from './kills.ts';
import { WORKING } from './make.ts';
import { Owner } from './owner.ts';
import { Questions } from './questions.ts';

/** Owners that pay each other, at most one of a founder's: an account may make one other in τ₂. */
const OWNERS = 2;

/** What each of them begins with, in moneta. */
const FUNDS = 1_000_000n;

/** How far a newcomer has to be behind to take a snapshot, in windows. */
const FAR = 68;

/** How often a newcomer is killed before it is where the others are. */
export const KILLS_OF_NEWCOMER = 3;

export interface WorkPlan {
  /** Where owners have their folders. */
  readonly dir: string;
  readonly seed: string;
  /** Milliseconds a window may take. */
  readonly patience: number;
  /** Breaks everything off. */
  readonly signal: AbortSignal;
}

/** Owners' commands and API requests in a devnet whose nodes are killed, all by chance from one seed; and what must be true in the end. */
export class Work {
  readonly owners: readonly Owner[];
  readonly #devnet: Devnet;
  readonly #patience: number;
  readonly #questions: Questions;
  /** Nothing new is begun. */
  readonly #over = new AbortController();
  readonly #deeds: readonly Promise<void>[];
  /** Of an owner or a request. */
  #fault: unknown;
  #newcomer: number | undefined;
  /** Newcomers that had to make room for the next one. */
  readonly #left: number[] = [];

  /** Resolves when everybody has something to pay with, and works. */
  static async begin(devnet: Devnet, { dir, seed, patience, signal }: WorkPlan): Promise<Work> {
    const owners = Array.from({ length: Math.min(OWNERS, devnet.founders.length) }, (_, index) => {
      return new Owner(devnet, join(dir, `owner-${index}`), seedrandom(`${seed}/owner-${index}`), signal);
    });
    await Promise.all(owners.map((owner, index) => fund(devnet, owner, index, patience, signal)));
    return new Work(devnet, owners, { dir, seed, patience, signal });
  }

  private constructor(devnet: Devnet, owners: readonly Owner[], { seed, patience, signal: broken }: WorkPlan) {
    this.#devnet = devnet;
    this.owners = owners;
    this.#patience = patience;
    this.#questions = new Questions(devnet, owners, seedrandom(`${seed}/questions`));
    const signal = AbortSignal.any([this.#over.signal, broken]);
    const working = owners.map(async (owner) => {
      const others = owners.filter((other) => other !== owner);
      await owner.forgetSeed();
      while (!signal.aborted) await owner.act(others);
    });
    this.#deeds = [...working, this.#questions.ask(signal)].map((deed) =>
      deed.catch((error: unknown) => {
        this.#fault ??= error;
      }),
    );
  }

  /** Throws what an owner or a request found. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** The nodes that are meant to run: founders and the last newcomer. */
  get running(): readonly number[] {
    return [...this.#devnet.nodes.keys()].filter((index) => !this.#left.includes(index));
  }

  /**
   * A newcomer joins by a snapshot and is killed in the midst of it, again and again, until it is let be and is where the others are. The
   * one before it stops. Its index. Throws `Refused`.
   */
  async join(random: () => number, signal: AbortSignal): Promise<number> {
    const devnet = this.#devnet;
    if (this.#newcomer !== undefined) {
      await devnet.stop(this.#newcomer);
      this.#left.push(this.#newcomer);
    }
    // So that there is something to take: each of these windows may need as long.
    for (let window = 0; window <= FAR; window += FAR / 4) await devnet.waitForWindow(window, this.#patience * 2, [0]);
    const index = await devnet.newcomer(WORKING);
    this.#newcomer = index;
    for (let kills = 0; kills < KILLS_OF_NEWCOMER; kills++) {
      const started = devnet.start(index);
      // The first time while it starts, as far as that takes; afterwards while it catches up.
      const alive = kills === 0 ? started.catch(() => {}) : await started;
      await wait(random() * MOST_ALIVE, undefined, { signal });
      await devnet.kill(index);
      await alive;
    }
    await devnet.start(index);
    await returned(devnet, index, { patience: this.#patience, signal });
    return index;
  }

  /** Ends the work; everything under way comes to its end. What is wrong then, and in a few lines what was done. All nodes run. */
  async end(): Promise<{ readonly faults: readonly string[]; readonly lines: readonly string[] }> {
    this.#over.abort();
    await Promise.all(this.#deeds);
    this.check();
    const devnet = this.#devnet;
    await Promise.all(this.#left.map((index) => devnet.start(index)));
    const heads = (await devnet.statuses()).map((status) => status?.standing.finalWindow ?? 0);
    await devnet.waitForWindow(Math.max(...heads), this.#patience);
    const faults = [...(await this.#accountFaults()), ...(await this.#proofFaults())];
    const sum = (of: (owner: Owner) => number): number => this.owners.reduce((total, owner) => total + of(owner), 0);
    const { answered, refused } = this.#questions;
    return {
      faults,
      lines: [
        `${sum(({ commands }) => commands)} commands of owners, ${sum(({ killed }) => killed)} of them killed: ` +
          `${sum(({ settled }) => settled.length)} operations settled, each once at ${devnet.nodes.length} nodes`,
        `${sum(({ kept }) => kept.length)} Anchors kept, each proved up to the last final window; ` +
          `${sum(({ lost }) => lost)} times their node was down and said so`,
        `${answered} requests answered, ${refused} not: their node was down`,
      ],
    };
  }

  /** Every node has of each account what its owner was told. */
  async #accountFaults(): Promise<readonly string[]> {
    const faults: string[] = [];
    for (const [index, { folder }] of this.#devnet.nodes.entries()) {
      for (const { account, settled, balance } of this.owners) {
        const record = recordOf(await accountOf(folder.socket, account));
        const isEqual =
          record?.opHeight === settled.length &&
          record.balance === FUNDS + balance &&
          (settled.length === 0 || record.frontierHash === settled.at(-1));
        if (!isEqual) {
          faults.push(
            `node-${index}: account ${account} has ${record?.balance} moneta after ${record?.opHeight} operations; ` +
              `${FUNDS + balance} after ${settled.length} were said to be settled`,
          );
        }
      }
    }
    return faults;
  }

  /** Every proof verifies by a checkpoint that another node has. */
  async #proofFaults(): Promise<readonly string[]> {
    const devnet = this.#devnet;
    const { network } = devnet.genesis;
    const faults: string[] = [];
    for (const owner of this.owners) {
      for (const { path, proof, node } of owner.kept) {
        const kept = readProofFile(proof);
        const operation = claimOf(kept.proof)?.anchor.id ?? '';
        if (!owner.settled.includes(operation)) faults.push(`${proof}: is of an Anchor that never settled`);
        const [other] = await devnet.waitForWindow(0, this.#patience, [(node + 1) % devnet.founders.length]);
        const { standing } = other!;
        const checkpoint = { window: standing.finalWindow, proposalHash: standing.finalHash };
        await devnet.waitForWindow(checkpoint.window, this.#patience, [node]);
        const { socket } = devnet.nodes[node]!.folder;
        const longer = { ...kept, proof: await anchorProof(socket, operation, checkpoint.window) };
        const content = await hashContent(path, () => {});
        const judged = verifyProofFile(longer, { content, checkpoint, network, verify: liveSuite().verify });
        if (!judged.ok) faults.push(`${proof}: ${judged.error}`);
      }
    }
    return faults;
  }
}

/** The first payment to an owner, by the operator of a founder, as soon as that one has earned something. */
const fund = async (
  devnet: Devnet,
  owner: Owner,
  founder: number,
  patience: number,
  signal: AbortSignal,
): Promise<void> => {
  const dir = devnet.founders[founder]!.folder.path;
  const until = performance.now() + patience;
  for (;;) {
    const { code, stderr } = await runCommand([
      'account',
      'send',
      owner.request,
      `${FUNDS}moneta`,
      '--yes',
      '--dir',
      dir,
    ]);
    if (code === 0) return;
    if (performance.now() > until) throw new Refused(`${dir}: cannot pay an owner: ${stderr.trim()}`);
    await wait(MOST_ALIVE, undefined, { signal });
  }
};
