import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Id } from '#core/bytes/bytes.ts';
import { encodeAddress } from '#core/crypto/ids.ts';
import type { AccountRecord } from '#core/state/records.ts';
import { makeNodeFolder } from '#node/config/folder.ts';
import { type IdentityMode, readIdentity, wipeIdentity } from '#node/config/identity.ts';
import { Refused } from '#node/config/refused.ts';
import { chainOf, recordOf } from '#node/owner/chain.ts';
import { described } from '#node/owner/described.ts';
import { makeRecoverable } from '#node/owner/make-identity.ts';
import { REQUEST_ENDING, writeRequest } from '#node/owner/payment-request.ts';
import { Pending } from '#node/owner/pending.ts';
import { runCommand, type Said } from './command.ts';
import type { Devnet } from './devnet.ts';

/** Milliseconds that whatever was begun may take to its end, with nodes and commands killed meanwhile. */
const PATIENCE = 120_000;

/** Milliseconds between two tries. */
const PAUSE = 200;

/** Milliseconds that a command lives before it is killed, at most, until one is known to take longer. */
const SPAN = 1_000;

/** Of 100 commands so many are killed. */
const KILLED = 50;

/** Of 100 things that an owner does so many are anchors; the others are payments of at most so many moneta. */
const ANCHORED = 30;
const MOST_PAID = 1_000;

/** How often an owner tries to anchor one thing: a node that was down then has no proof of it. */
const TRIES = 4;

/** A document and the proof that the command said it has written. */
export interface Kept {
  readonly path: string;
  readonly proof: string;
  /** The node that anchored it. */
  readonly node: number;
}

/** An account whose owner works by the program's commands, which are killed by chance, and notes what they say. */
export class Owner {
  readonly account: Id;
  readonly request: string;
  readonly identity: string;
  /** Operations that have settled, in order. */
  readonly settled: Id[] = [];
  readonly kept: Kept[] = [];
  /** What the account has by these. */
  balance = 0n;
  commands = 0;
  killed = 0;
  /** Anchors that settled while the node that was asked was down: it has no proof, and said so. */
  lost = 0;
  readonly #folder: string;
  readonly #devnet: Devnet;
  readonly #random: () => number;
  readonly #pending: Pending;
  readonly #signal: AbortSignal;
  /** Operations that a command has said to be settled. */
  readonly #said = new Set<Id>();
  #span = SPAN;
  #made = 0;

  /** `signal`: whatever it waits for then throws. */
  constructor(devnet: Devnet, folder: string, random: () => number, signal: AbortSignal) {
    this.#signal = signal;
    this.#devnet = devnet;
    this.#random = random;
    this.#folder = folder;
    makeNodeFolder(folder);
    this.identity = join(folder, 'identity.bin');
    const { identity } = makeRecoverable(this.identity);
    this.account = identity.accountId;
    this.request = join(folder, `owner${REQUEST_ENDING}`);
    writeRequest(this.request, identity.accountKey);
    wipeIdentity(identity);
    this.#pending = new Pending(this.identity, this.account, devnet.genesis.network.genesisHash);
  }

  /** Forgets the seed of the own identity, in commands that are killed until one says that it is done. Throws `Refused`. */
  async forgetSeed(): Promise<void> {
    await this.#until('keys forget-seed', async () => {
      const { code } = await this.#run(['keys', 'forget-seed', '--yes', '--identity', this.identity]);
      this.#mustBeWhole(code === 0 ? 'ephemeral' : undefined);
      return code === 0;
    });
  }

  #mustBeWhole(mode: IdentityMode | undefined): void {
    const found = described(readIdentity(this.identity));
    if (found.accountId !== this.account || (mode ?? found.mode) !== found.mode) {
      throw new Refused(`${this.identity}: is not what it was`);
    }
  }

  /** Pays, by way of a node by chance. Throws `Refused` for a fault. */
  async pay(to: Owner, amount: bigint): Promise<void> {
    const node = this.#anyNode();
    await this.#run(['account', 'send', encodeAddress(to.account), `${amount}moneta`, '--yes', ...this.#by(node)]);
    if (!(await this.#resolved(node))) return;
    this.balance -= amount;
    to.balance += amount;
  }

  /** Anchors a new document. Throws `Refused` for a fault. */
  async anchor(): Promise<void> {
    const node = this.#anyNode();
    const path = join(this.#folder, `document-${this.#made++}`);
    const proof = `${path}.proof`;
    writeFileSync(path, `${this.account} ${this.#random()}\n`);
    for (let tries = 0; tries < TRIES && !existsSync(proof); tries++) {
      const { code, stderr } = await this.#run(['anchor', 'commit', path, '--out', proof, ...this.#by(node)]);
      await this.#resolved(node);
      if (code === 0 && !existsSync(proof)) throw new Refused(`${proof}: was said to be written, and is not there`);
      if (stderr.includes('no proof of this Anchor: settled, but this node was away')) this.lost++;
    }
    if (existsSync(proof)) this.kept.push({ path, proof, node });
  }

  /** Takes up what is under way until nothing is. Whether an operation settled since the last time. Throws `Refused` for a fault. */
  async #resolved(node: number): Promise<boolean> {
    await this.#until('account resume', async () => {
      if (this.#pending.read() === undefined) return true;
      await this.#run(['account', 'resume', ...this.#by(this.#random() < 0.5 ? node : this.#anyNode())]);
      return false;
    });
    const { opHeight, frontierHash } = await this.#record(node);
    const before = this.settled.length;
    if (opHeight > before + 1) throw new Refused(`${this.#name}: an operation settled twice, or two did`);
    if (opHeight > before) this.settled.push(frontierHash);
    for (const id of this.#said) {
      if (!this.settled.includes(id)) throw new Refused(`${this.#name}: ${id} was said to be settled, and is not`);
    }
    if (opHeight < before) throw new Refused(`${this.#name}: an operation that had settled is gone`);
    return opHeight > before;
  }

  /** The account as a node tells it that is not behind what was seen before. */
  async #record(first: number): Promise<AccountRecord> {
    let record: AccountRecord | undefined;
    let node = first;
    await this.#until('the account', async () => {
      try {
        const answer = await chainOf(this.#devnet.nodes[node]!.folder.socket).account(this.account);
        this.#pending.see(answer.window);
        record = recordOf(answer);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        node = this.#anyNode();
      }
      return record !== undefined;
    });
    return record!;
  }

  /** Does one thing or another, by chance. Throws `Refused` for a fault. */
  async act(others: readonly Owner[]): Promise<void> {
    if (this.#random() * 100 < ANCHORED) return this.anchor();
    const to = others[Math.floor(this.#random() * others.length)];
    if (to !== undefined) await this.pay(to, 1n + BigInt(Math.floor(this.#random() * MOST_PAID)));
  }

  /** A command, which is killed by chance; what it says must agree with itself. */
  async #run(args: readonly string[]): Promise<Said> {
    const killAfter = this.#random() * 100 < KILLED ? this.#random() * this.#span : undefined;
    const begun = performance.now();
    const said = await runCommand(args, killAfter);
    this.commands++;
    if (said.code === undefined) this.killed++;
    else this.#span = Math.max(SPAN, Math.min(performance.now() - begun, 4 * SPAN));
    for (const [, id] of said.stdout.matchAll(/"operation":"([0-9a-f]{64})",("state":"settled"|"window":\d)/g)) {
      this.#said.add(id as Id);
    }
    const isPlain = said.code === undefined || said.code === 0 || /^(montana: .*\n)$/m.test(said.stderr);
    if (!isPlain || (said.code ?? 0) > 1) {
      throw new Refused(`montana ${args.join(' ')}: exit code ${said.code}: ${said.stderr.trim()}`);
    }
    const isDamaged = /damaged|is no (proof|identity) file|of this version/.exec(said.stderr);
    if (isDamaged !== null) throw new Refused(`montana ${args.join(' ')}: ${said.stderr.trim()}`);
    return said;
  }

  async #until(what: string, isDone: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await isDone())) {
      if (performance.now() > end) throw new Refused(`${this.#name}: ${what} comes to no end`);
      await wait(PAUSE, undefined, { signal: this.#signal });
    }
  }

  #by(node: number): readonly string[] {
    return ['--json', '--identity', this.identity, '--node', this.#devnet.nodes[node]!.folder.path];
  }

  #anyNode(): number {
    return Math.floor(this.#random() * this.#devnet.founders.length);
  }

  get #name(): string {
    return encodeAddress(this.account);
  }
}
