import { type Id, toHex } from '#core/bytes/bytes.ts';
import { fail, ok, type Result } from '#core/bytes/result.ts';
import { accountProof } from '#core/services/account-proof.ts';
import type { OperationFates } from '#core/services/operation-fates.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { AccountAnswer, AccountProofAnswer, HistoryAnswer, OperationState } from '#node/api/account-schemas.ts';
import type { Store } from '#node/store/store.ts';
import { operationState } from './fates.ts';
import { headerScopes } from './header-scopes.ts';
import { History } from './history.ts';
import type { FromProtocol } from './messages.ts';
import { oneLine } from './one-line.ts';

/** A question that only the protocol's thread can answer: of the settled state, or of what is kept. */
export type Query =
  | { readonly type: 'account'; readonly account: Id }
  | { readonly type: 'account-proof'; readonly account: Id }
  | { readonly type: 'history'; readonly account: Id; readonly before: number | undefined; readonly count: number }
  | { readonly type: 'operation'; readonly operation: Id }
  | { readonly type: 'header-scopes'; readonly from: number; readonly count: number };

interface Answers {
  readonly account: AccountAnswer;
  readonly 'account-proof': AccountProofAnswer;
  readonly history: HistoryAnswer;
  readonly operation: OperationState;
  readonly 'header-scopes': readonly Uint8Array[];
}

export type QueryAnswer<Q extends Query> = Answers[Q['type']];

/** What a question came to, and the microseconds that it cost the thread. An error is a fault of the store, in one line. */
export interface Answered {
  readonly result: Result<Answers[Query['type']], string>;
  readonly micros: number;
}

/** A question in pieces: between two of them something else may happen. */
export type Steps<T> = Generator<undefined, T>;

/** Milliseconds until an input has its turn. */
const SLICE = 2;

export interface QueryPorts {
  readonly store: Pick<Store, 'entry' | 'object'>;
  readonly fates: OperationFates;
  settled(): Settled;
  post(message: FromProtocol): void;
}

/** Answers questions beside the host (design: reads never pass through it), a slice at a time. */
export class Queries {
  readonly #ports: QueryPorts;
  readonly #history: History;
  #isOver = false;

  constructor(ports: QueryPorts) {
    this.#ports = ports;
    this.#history = new History(ports.store);
  }

  take(request: number, query: Query): void {
    this.#run(request, this.#answer(query), 0);
  }

  /** The store is about to be closed. */
  stop(): void {
    this.#isOver = true;
  }

  #run(request: number, steps: Steps<Answers[Query['type']]>, before: number): void {
    if (this.#isOver) return;
    const begun = performance.now();
    const micros = (): number => before + Math.ceil((performance.now() - begun) * 1_000);
    try {
      do {
        const { done, value } = steps.next();
        if (done === true) {
          this.#ports.post({ type: 'answered', request, answered: { result: ok(value), micros: micros() } });
          return;
        }
      } while (performance.now() < begun + SLICE);
    } catch (error) {
      this.#ports.post({ type: 'answered', request, answered: { result: fail(oneLine(error)), micros: micros() } });
      return;
    }
    const spent = micros();
    setImmediate(() => this.#run(request, steps, spent));
  }

  *#answer(query: Query): Steps<Answers[Query['type']]> {
    const settled = this.#ports.settled();
    switch (query.type) {
      case 'account':
        return accountAnswer(settled, query.account);
      case 'account-proof': {
        const { window, state } = settled;
        return { window, stateRoot: state.stateRoot(), proof: toHex(accountProof(settled, query.account)) };
      }
      case 'history':
        return yield* this.#history.of(query, settled.window);
      case 'header-scopes':
        return yield* headerScopes(this.#ports.store, query.from, query.count);
      case 'operation':
        return operationState(query.operation, this.#ports.fates.of(query.operation, settled.state));
    }
  }
}

const accountAnswer = ({ window, state }: Settled, id: Id): AccountAnswer => {
  const record = state.account(id);
  const account =
    record === undefined
      ? null
      : { ...record, balance: String(record.balance), currentPubkey: toHex(record.currentPubkey) };
  return { window, stateRoot: state.stateRoot(), account };
};
