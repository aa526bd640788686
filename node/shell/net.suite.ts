import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Id, ZERO_ID } from '#core/bytes/bytes.ts';
import { hashId } from '#core/crypto/hash.ts';
import { accountId, nodeId } from '#core/crypto/ids.ts';
import { type SigningKey, SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import type { GenesisInput } from '#core/genesis/genesis.ts';
import type { Constants } from '#core/genesis/params.ts';
import { DEVNET } from '#core/genesis/profiles.ts';
import { MONTANA } from '#core/genesis/rules.ts';
import { makeOperation } from '#core/operations/codec.ts';
import type { CatchUp } from '#core/sync/progress.ts';
import type { ProofMade } from './anchor-proofs.ts';
import type { Standing } from './protocol.ts';
import type { ProtocolSetting } from './setting.ts';
import { type ProtocolThread, type ProtocolWorker, startProtocol } from './start-protocol.ts';
import { liveSuite } from './suite.ts';

/* Live protocols in one process: links between all of them, envelopes passed on by hand. */

const { key } = liveSuite();
const nodeSeed = (index: number): Uint8Array => new Uint8Array(32).fill(index + 1);
const accountSeed = (index: number): Uint8Array => new Uint8Array(32).fill(index + 101);

export const nodeKey = (index: number): SigningKey => key(nodeSeed(index));
export const accountKey = (index: number): SigningKey => key(accountSeed(index));

/** An operation of a founder that needs nothing before it. */
export const anchorOf = (index: number) => {
  const account = accountKey(index);
  const sender = accountId(SUITE_ML_DSA_65, account.publicKey);
  const prevHash = hashId('mt-genesis', sender);
  return makeOperation({ type: 'Anchor', sender, prevHash, appId: ZERO_ID, dataHash: ZERO_ID }, account);
};

export const nodeIdOf = (index: number): Id => nodeId(nodeKey(index).publicKey);

export const genesisOf = (founders: number, d0: number, params: Partial<Constants> = {}): GenesisInput => ({
  params: { ...DEVNET, d0: BigInt(d0), ...params },
  rules: MONTANA,
  founders: Array.from({ length: founders }, (_, index) => ({
    accountPubkey: accountKey(index).publicKey,
    nodePubkey: nodeKey(index).publicKey,
  })),
});

/** A seat at the table: its thread if it runs, and what it told. */
export interface Seat {
  readonly folder: string;
  protocol: ProtocolThread | undefined;
  /** State roots by window, as each process told them. */
  readonly finals: Map<number, Id>;
  /** Proposals by window. */
  readonly hashes: Map<number, Id>;
  readonly penalties: string[];
  /** Links that are paused now. */
  paused: readonly number[];
  readonly submitted: string[];
  readonly confirmed: Id[];
  readonly proofs: ProofMade[];
  /** Windows of snapshots that it adopted. */
  readonly adopted: number[];
  readonly progress: CatchUp[];
  readonly advice: string[];
  stopped: string | undefined;
}

/** A message that is on its way. */
interface Carried {
  readonly from: number;
  readonly to: number;
  readonly onStem: boolean;
}

/** Milliseconds without a word of anybody after which nothing will happen any more. A slow machine is bounded by the test's own time. */
const PATIENCE = 45_000;

export class LiveNet {
  readonly seats: readonly Seat[];
  readonly #root = mkdtempSync(join(tmpdir(), 'montana-shell-'));
  readonly #genesis: GenesisInput;
  readonly #changes: Partial<ProtocolSetting>;
  #watch: (carried: Carried, envelope: Uint8Array) => void = () => {};
  readonly #links = new Map<string, number>();
  #wake: () => void = () => {};
  #heardAt = 0;

  /** Of `count` seats the first are founders, by default all. */
  constructor(
    count: number,
    d0: number,
    changes: Partial<ProtocolSetting> = {},
    { founders = count, params = {} }: { readonly founders?: number; readonly params?: Partial<Constants> } = {},
  ) {
    this.#genesis = genesisOf(founders, d0, params);
    this.#changes = changes;
    this.seats = Array.from({ length: count }, (_, index) => {
      const folder = join(this.#root, String(index));
      mkdirSync(folder);
      return {
        folder,
        protocol: undefined,
        finals: new Map(),
        hashes: new Map(),
        penalties: [],
        paused: [],
        submitted: [],
        confirmed: [],
        proofs: [],
        adopted: [],
        progress: [],
        advice: [],
        stopped: undefined,
      };
    });
  }

  seat(index: number): Seat {
    return this.seats[index] as Seat;
  }

  protocol(index: number): ProtocolThread {
    return this.seat(index).protocol as ProtocolThread;
  }

  /** Starts a seat's process, and links it to all that run once it stands. `on`: what it runs on, by default a thread. */
  async start(
    index: number,
    changes: Partial<ProtocolSetting> = {},
    on?: (setting: ProtocolSetting) => ProtocolWorker,
  ): Promise<void> {
    const seat = this.seat(index);
    const told = (): void => {
      this.#heardAt = performance.now();
      this.#wake();
    };
    seat.protocol = startProtocol(
      {
        genesis: this.#genesis,
        folder: seat.folder,
        store: new URL('./file-store.suite.ts', import.meta.url).href,
        seed: nodeSeed(index),
        account: accountId(SUITE_ML_DSA_65, accountKey(index).publicKey),
        timers: 'ordinary',
        journal: false,
        stem: false,
        isBootstrap: false,
        admitsObservers: true,
        snapshots: false,
        fastSync: true,
        tau1: 60_000_000,
        ...this.#changes,
        ...changes,
      },
      {
        send: (link, envelope, onStem) => this.#pass(index, link, envelope, onStem),
        useful: () => {},
        pause(link) {
          seat.paused = [...seat.paused, link];
        },
        resume(link) {
          seat.paused = seat.paused.filter((other) => other !== link);
          told();
        },
        crowded: (link) => seat.protocol?.room(link),
        warning: () => {},
        final({ finalWindow, finalHash, stateRoot }: Standing) {
          seat.finals.set(finalWindow, stateRoot);
          seat.hashes.set(finalWindow, finalHash);
          told();
        },
        adopted({ finalWindow, stateRoot }: Standing) {
          seat.finals.set(finalWindow, stateRoot);
          seat.adopted.push(finalWindow);
          told();
        },
        catchUp(progress) {
          seat.progress.push(progress);
          told();
        },
        advice(text) {
          seat.advice.push(text);
          told();
        },
        penalty(_link, reason) {
          seat.penalties.push(reason);
          told();
        },
        submitted(_operation, verdict) {
          seat.submitted.push(verdict);
          told();
        },
        confirmed(operation) {
          seat.confirmed.push(operation);
          told();
        },
        proof(made) {
          seat.proofs.push(made);
          told();
        },
        stopped(reason) {
          seat.stopped = reason;
          told();
        },
      },
      on,
    );
    await seat.protocol.standing();
    this.seats.forEach((other, to) => {
      if (to === index || other.protocol === undefined) return;
      // A process never uses a number twice; the number of a link names its far end and how often it was dialled.
      const link = (this.#links.get(`${index}-${to}`) ?? 0) + 1;
      this.#links.set(`${index}-${to}`, link);
      this.#links.set(`${to}-${index}`, link);
      seat.protocol?.peerUp(100 * link + to, true, nodeIdOf(to));
      other.protocol.peerUp(100 * link + index, false, nodeIdOf(index));
    });
  }

  #pass(from: number, link: number, envelope: Uint8Array, onStem: boolean): void {
    const to = link % 100;
    if (Math.floor(link / 100) !== this.#links.get(`${from}-${to}`)) return;
    this.#watch({ from, to, onStem }, envelope);
    this.seat(to).protocol?.message(link - to + from, envelope, onStem);
  }

  /** Who carries these bytes to whom from now on, in order. */
  carrying(bytes: Uint8Array): readonly Carried[] {
    return this.#carried((envelope) => Buffer.from(envelope).includes(Buffer.from(bytes)));
  }

  /** Who sends messages of this code to whom from now on, in order. */
  ofCode(code: number): readonly Carried[] {
    return this.#carried(([first]) => first === code);
  }

  #carried(isMeant: (envelope: Uint8Array) => boolean): readonly Carried[] {
    const all: Carried[] = [];
    this.#watch = (carried, envelope) => {
      if (isMeant(envelope)) all.push(carried);
    };
    return all;
  }

  /** As kill -9 would. */
  async kill(index: number): Promise<void> {
    const { protocol } = this.seat(index);
    this.seat(index).protocol = undefined;
    await protocol?.kill();
    this.seats.forEach((other, to) => {
      const link = this.#links.get(`${index}-${to}`);
      if (link !== undefined) other.protocol?.peerDown(100 * link + index);
    });
  }

  /** The last window that a seat has told to be final; -1 before. */
  head(index: number): number {
    return Math.max(-1, ...this.seat(index).finals.keys());
  }

  /** Throws where it does not come true, with what the seats said. */
  async until(condition: () => boolean): Promise<void> {
    this.#heardAt = performance.now();
    while (!condition()) {
      if (performance.now() > this.#heardAt + PATIENCE) {
        throw new Error(
          `not in time: ${this.seats.map(({ finals, stopped }) => `${finals.size} ${stopped}`).join(', ')}`,
        );
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 1_000);
      });
    }
  }

  async close(): Promise<void> {
    for (const { protocol } of this.seats) await protocol?.stop();
    rmSync(this.#root, { recursive: true });
  }
}
