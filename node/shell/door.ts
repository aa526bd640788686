import type { Id } from '#core/bytes/bytes.ts';
import { fail, ok, type Result } from '#core/bytes/result.ts';
import { nodeId } from '#core/crypto/ids.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import type { Settled } from '#core/transition/settled.ts';
import {
  accessLevel,
  type Grant,
  type ListenerConfig,
  ProofListener,
  type ProofRejected,
  type Tables,
} from '#core/tunnel/listener.ts';
import { GroupRates } from '#node/transport/group-rates.ts';
import type { Known } from '#node/transport/transport.ts';
import { AccountKeys } from './account-keys.ts';
import type { Admission } from './messages.ts';

/** Proofs of unknown keys that are verified for one source group, in a second and at once (06 §11). */
const UNKNOWN = 8;

/** Who may come in (06 §4.1), by the tables of the last final window. */
export class Door {
  readonly #listener: ProofListener;
  #accountKeys = new AccountKeys();
  readonly #unknown = new GroupRates(UNKNOWN, UNKNOWN);
  #settled: Settled;
  /** Those that take one of the places for observers, by number. */
  readonly #observers = new Map<number, Grant>();
  #grants = 0;
  readonly #tables: Tables = {
    isNode: (id) => this.#settled.state.node(id) !== undefined,
    candidateKey: (id) => this.#settled.state.candidate(id)?.nodePubkey,
    isCurrentAccountKey: (key) => this.accountOf(key) !== undefined,
  };

  constructor(config: ListenerConfig, settled: Settled) {
    this.#listener = new ProofListener(config);
    this.#settled = settled;
  }

  final(record: FinalRecord): void {
    this.#settled = record.settled;
    this.#accountKeys.final(record);
  }

  /** One step of learning whose key is whose, some milliseconds; false: it is done. */
  advance(): boolean {
    return this.#accountKeys.advance(this.#settled.state);
  }

  /** The state is another one. */
  adopted(settled: Settled): void {
    this.#settled = settled;
    this.#accountKeys = new AccountKeys();
  }

  /** The account whose current key this is. */
  accountOf(key: Uint8Array): Id | undefined {
    return this.#accountKeys.accountOf(this.#settled.state, key);
  }

  /** While the open window is the head; `now` in milliseconds. */
  judge(advertisement: Uint8Array, key: Uint8Array, group: string, now: number): Result<Admission, ProofRejected> {
    if (this.classify(key) === undefined) {
      const unknown = this.#unknown.of(group, now);
      if (unknown.at(now) < 1) return fail('TooManyUnknown');
      unknown.take();
    }
    const judged = this.#listener.judge(advertisement, key, BigInt(this.#settled.window + 1), this.#tables);
    if (!judged.ok) return judged;
    const grant = this.#grants++;
    if (judged.value.isObserver) this.#observers.set(grant, judged.value);
    const { level, reply } = judged.value;
    return ok({ level, startWindow: this.#startWindow(nodeId(key)), reply, grant });
  }

  /** The connection of a grant is closed. */
  leave(number: number): void {
    const grant = this.#observers.get(number);
    if (grant !== undefined) this.#listener.leave(grant);
    this.#observers.delete(number);
  }

  classify(key: Uint8Array): Known | undefined {
    const id = nodeId(key);
    const level = accessLevel(this.#tables, key, id);
    return level && { level, startWindow: this.#startWindow(id) };
  }

  #startWindow(id: Id): number {
    return Number(this.#settled.state.node(id)?.startWindow ?? 0n);
  }
}
