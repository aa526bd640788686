import { equalBytes, type Id } from '#core/bytes/bytes.ts';
import { fail } from '#core/bytes/result.ts';
import type { Operation } from '#core/consensus/objects.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import type { Fate } from '#core/services/operation-fates.ts';
import { judgeProvenAccount, type ProvenAccount, type TrustedNodes } from '#core/services/proven-account.ts';
import { decodeNodeRecord } from '#core/state/records.ts';
import type { Checkpoint } from '#core/sync/phase.ts';
import { LEVEL_ACCOUNT } from '#core/tunnel/online-proof.ts';
import { encodeMessage } from '#core/wire/codec.ts';
import { decodeEnvelope, encodeEnvelope } from '#core/wire/envelope.ts';
import { parseAddress } from '#node/config/addresses.ts';
import { Refused } from '#node/config/refused.ts';
import { oneLine } from '#node/shell/one-line.ts';
import { liveSuite } from '#node/shell/suite.ts';
import { createTransport } from '#node/transport/create.ts';
import type { LiveTransport } from '#node/transport/options.ts';
import {
  type Answer,
  accountQuestion,
  existence,
  fateQuestion,
  type Question,
  type SaidStatus,
  statusQuestion,
} from './questions.ts';

export interface ClientOptions {
  /** Of the account's current key, 32 bytes; it goes to the handshake's thread and nowhere else. */
  readonly seed: Uint8Array;
  /** The network, whose founders are trusted (09 §9). */
  readonly genesis: Genesis;
  /** Header that history has to lead through. */
  readonly checkpoint?: Checkpoint;
  /** Nodes of a later state that the caller trusts instead: its own node's, or of a state it verified. */
  readonly trust?: TrustedNodes;
  /** Multiaddr of somebody's node, with `/p2p/Qm…`: the account shows itself to that key and no other. */
  readonly address: string;
  /** Milliseconds an answer may take, τ₁/2 (06 §6). */
  readonly patience?: number;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** What a node does not answer now, but may in the next window. */
export class NotNow extends Refused {}

const PATIENCE = 30_000;
/** Refusals that the next window ends. */
const PASSING: readonly string[] = ['rateLimited', 'RateLimited', 'busy'];
/** Bye reason of 06 §6: normal. */
const BYE_NORMAL = 0;

const foundersOf = ({ records }: Genesis, checkpoint: Checkpoint | undefined): TrustedNodes => ({
  window: -1,
  nodes: records.node.map(([, bytes]) => {
    const record = decodeNodeRecord(bytes);
    if (!record.ok) throw new Refused('genesis: a founder is no node; get the file again from where it came from');
    return record.value;
  }),
  ...(checkpoint === undefined ? {} : { checkpoint }),
});

/**
 * An account at somebody else's node (06 §8, 10 §4): what it is told of accounts is believed only with a proof under a header that a
 * quorum of the trusted nodes signed (09 §9). Every method throws `Refused` with one line of what is wrong.
 */
export class AccountClient {
  readonly #genesis: Genesis;
  readonly #trust: TrustedNodes;
  readonly #patience: number;
  readonly #address: string;
  readonly #verify = liveSuite().verify;
  readonly #waiting = new Map<bigint, Waiting>();
  #transport: LiveTransport | undefined;
  #link = -1;
  #isOver = false;
  #requests = 0n;
  /** The latest window that was proven here. */
  #proven = -1;

  private constructor({ genesis, checkpoint, trust, address, patience = PATIENCE }: ClientOptions) {
    this.#genesis = genesis;
    this.#trust = trust ?? foundersOf(genesis, checkpoint);
    this.#address = address;
    this.#patience = patience;
  }

  /** Dials the node and shows it the account's key. Throws `Refused`. */
  static async connect(options: ClientOptions): Promise<AccountClient> {
    const client = new AccountClient(options);
    try {
      await client.#connect(options.seed);
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  /** Whether an account exists, as this node says: asked among fifteen others, so that it does not learn whom it was asked for. */
  exists(account: Id, decoys: readonly Id[] = []): Promise<boolean> {
    return this.#ask(existence(account, decoys));
  }

  /** An account after a final window, proven; what was proven before is never taken back by an older window. */
  async account(id: Id): Promise<ProvenAccount> {
    const bytes = await this.#ask(accountQuestion(id));
    const proven = judgeProvenAccount(bytes, id, this.#trust, this.#genesis.network, this.#verify);
    if (!proven.ok) {
      throw new Refused(`${this.#address}: its answer proves nothing (${proven.error}); ask another node`);
    }
    const { window } = proven.value;
    if (window < this.#proven) {
      throw new Refused(`${this.#address}: shows window ${window}, but ${this.#proven} is final; ask another node`);
    }
    this.#proven = window;
    return proven.value;
  }

  /** Where the node says that the network stands. */
  status(): Promise<SaidStatus> {
    return this.#ask(statusQuestion());
  }

  /** Hands in a signed operation (06 §6: 0x01, 0x03, 0x04). Nothing is answered: `fate` says what became of it. */
  submit(operation: Operation): void {
    this.#open().send(this.#link, encodeMessage({ type: 'object', object: operation }));
  }

  /** What the node says became of an operation. What settled stands in the account as its frontier, which `account` proves. */
  fate(operation: Id): Promise<Fate> {
    return this.#ask(fateQuestion(operation));
  }

  async close(): Promise<void> {
    const transport = this.#transport;
    this.#transport = undefined;
    this.#end('closed');
    transport?.close(this.#link, BYE_NORMAL);
    await transport?.stop();
  }

  async #connect(seed: Uint8Array): Promise<void> {
    const address = this.#address;
    if (parseAddress(address)?.peerId === undefined) {
      throw new Refused(`${address}: is no address of a node; write /ip4/…/tcp/…/p2p/Qm…, as its operator tells it`);
    }
    let ownKey = new Uint8Array(0);
    const transport = await createTransport({
      seed,
      listen: [],
      difficulty: this.#genesis.network.params.bootstrapPowDifficulty,
      doorkeeper: {
        head: () => 0n,
        judge: async () => fail('UnknownKey'),
        // In its own tables an account is an account: it brings no work until it is asked for it.
        classify: async (key) => (equalBytes(key, ownKey) ? { level: LEVEL_ACCOUNT, startWindow: 0 } : undefined),
      },
      events: {
        opened: () => {},
        message: (_link, envelope) => this.#take(envelope),
        closed: (_link, reason) => this.#end(reason),
        roundTrip: () => {},
        refused: () => {},
        failed: (reason) => this.#end(reason),
      },
    });
    ownKey = new Uint8Array(transport.publicKey);
    this.#transport = transport;
    await transport.start();
    try {
      this.#link = (await transport.dial(address)).number;
    } catch (error) {
      const advice = 'look whether the node runs there, and whether your account exists with this key';
      throw new Refused(`${address}: does not let the account in (${oneLine(error)}); ${advice}`);
    }
  }

  async #ask<T>(question: Question<T>): Promise<T> {
    const answer = question.read(await this.#request(question));
    if (answer.ok) return answer.value;
    const fault = `${this.#address}: does not answer the question (${answer.error})`;
    if (PASSING.includes(answer.error)) throw new NotNow(`${fault}; wait for the next window, or ask another node`);
    throw new Refused(`${fault}; ask another node`);
  }

  #request({ code, payload }: Question<unknown>): Promise<Answer> {
    const requestId = ++this.#requests;
    return new Promise((resolve, reject) => {
      // Throws into the promise.
      const transport = this.#open();
      const timer = setTimeout(() => {
        this.#waiting.delete(requestId);
        reject(new Refused(`${this.#address}: no answer in ${this.#patience} ms; ask another node`));
      }, this.#patience);
      this.#waiting.set(requestId, { resolve, reject, timer });
      transport.send(this.#link, encodeEnvelope({ code, requestId, payload }));
    });
  }

  /** What was not asked for is not read. */
  #take(bytes: Uint8Array): void {
    const envelope = decodeEnvelope(bytes);
    if (!envelope.ok) return;
    const { requestId, code, payload } = envelope.value;
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return;
    this.#waiting.delete(requestId);
    clearTimeout(waiting.timer);
    waiting.resolve({ code, payload });
  }

  /** What is sent is sent somewhere. Throws `Refused` where the node, or the caller, ended the connection. */
  #open(): LiveTransport {
    if (this.#transport !== undefined && !this.#isOver) return this.#transport;
    throw new Refused(`${this.#address}: the connection is closed; connect again`);
  }

  #end(reason: string): void {
    this.#isOver = true;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Refused(`${this.#address}: the connection ended (${reason}); connect again`));
    }
    this.#waiting.clear();
  }
}
