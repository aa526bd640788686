import { tooBusy } from '#node/api/api-error.ts';
import { TokenBucket } from '#node/transport/token-bucket.ts';
import type { Answered, Query, QueryAnswer } from './queries.ts';

/** Questions that wait for their turn; beyond, they are refused. */
const MOST_WAITING = 64;
/** Questions at the protocol's thread at once: what any other message has to wait for. */
const MOST_ASKED = 2;
/** Answers kept until the next window is final. */
const MOST_KEPT = 1_024;
/** Microseconds of the protocol's thread that the API may take in a second, and at once: a fifth. */
const SHARE = 200_000;
/** What judging an operation costs: a signature, above all. */
const JUDGING = 1_000;

interface Waiting {
  readonly query: Query;
  resolve(answer: QueryAnswer<Query>): void;
  reject(error: Error): void;
}

/** The API's access to the protocol's thread: the same is asked once a window, and nobody gets more than a share of it. */
export class Reads {
  readonly #ask: (query: Query) => Promise<Answered>;
  readonly #time = new TokenBucket(SHARE, SHARE, performance.now());
  readonly #waiting: Waiting[] = [];
  /** Under way, or good until the next window is final, by the question. */
  readonly #answers = new Map<string, Promise<QueryAnswer<Query>>>();
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `ask`: of the protocol's thread. */
  constructor(ask: (query: Query) => Promise<Answered>) {
    this.#ask = ask;
  }

  /** Rejects with `ApiError` where too many wait. */
  read<Q extends Query>(query: Q): Promise<QueryAnswer<Q>> {
    const key = JSON.stringify(query);
    const known = this.#answers.get(key);
    if (known !== undefined) return known as Promise<QueryAnswer<Q>>;
    if (this.#waiting.length >= MOST_WAITING) throw tooBusy('too many questions to the protocol wait');
    const answer = new Promise<QueryAnswer<Query>>((resolve, reject) => {
      this.#waiting.push({ query, resolve, reject });
    });
    this.#answers.set(key, answer);
    const forget = (): void => {
      if (this.#answers.get(key) === answer) this.#answers.delete(key);
    };
    // What only a final window changes stays good until there is one.
    const isKept = (query.type === 'account' || query.type === 'account-proof') && this.#answers.size <= MOST_KEPT;
    answer.then(isKept ? () => {} : forget, forget);
    this.#next();
    return answer as Promise<QueryAnswer<Q>>;
  }

  /** An operation is about to be judged. Throws `ApiError` where the share is used up. */
  charge(): void {
    if (this.#time.at(performance.now()) < 1) throw tooBusy('too many operations were handed in at once');
    this.#time.take(JUDGING);
  }

  /** What was read is out of date. */
  final(): void {
    this.#answers.clear();
  }

  stop(error: Error): void {
    clearTimeout(this.#timer);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #next(): void {
    while (this.#asked < MOST_ASKED && this.#waiting.length > 0) {
      if (this.#time.at(performance.now()) < 1) {
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          this.#next();
        }, this.#time.wait);
        return;
      }
      void this.#put(this.#waiting.shift() as Waiting);
    }
  }

  async #put({ query, resolve, reject }: Waiting): Promise<void> {
    this.#asked++;
    try {
      const { result, micros } = await this.#ask(query);
      this.#time.take(micros);
      if (result.ok) resolve(result.value);
      else reject(new Error(result.error));
    } catch (error) {
      reject(error as Error);
    }
    this.#asked--;
    this.#next();
  }
}
