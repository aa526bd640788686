import { randomBytes, randomInt } from 'node:crypto';
import { concat, type Id, toHex } from '#core/bytes/bytes.ts';
import { fail, ok, type Result } from '#core/bytes/result.ts';
import { BATCH_LOOKUP_ERRORS, BATCH_LOOKUP_K } from '#core/services/batch-lookup.ts';
import {
  ACCOUNT_REQUEST,
  HOST_REQUEST_HEAD,
  HOST_RESPONSE_HEAD,
  HOST_STATUS,
  OP_ACCOUNT,
  OP_OPERATION,
  OP_STATUS,
  OPERATION_REQUEST,
  OPERATION_SHOWN,
  STATUS_SHOWN,
} from '#core/services/host-request.ts';
import { type Fate, fateStateOf, reasonOfFate } from '#core/services/operation-fates.ts';
import { BATCH_LOOKUP_ERROR, BATCH_LOOKUP_EXISTENCE, BATCH_LOOKUP_REQUEST } from '#core/wire/payloads.ts';

/** An answer as it came: its code and payload. */
export interface Answer {
  readonly code: number;
  readonly payload: Uint8Array;
}

/** What is asked, and how its answer is read. Errors: a word of `HOST_STATUS` or `BATCH_LOOKUP_ERRORS`, or `Malformed`. */
export interface Question<T> {
  readonly code: number;
  readonly payload: Uint8Array;
  read(answer: Answer): Result<T>;
}

const ACCOUNT_EXISTS = 3;
const LOOKUP_ANSWER = 0x61;
const LOOKUP_ERROR = 0x62;

const wordOf = (words: Readonly<Record<string, number>>, number: number | undefined): string =>
  Object.keys(words).find((word) => words[word] === number) ?? 'Malformed';

/** Whether an account exists, asked among fifteen others: `decoys`, and random ones where these are too few (06 §8). */
export const existence = (account: Id, decoys: readonly Id[] = []): Question<boolean> => {
  const others = decoys.filter((id) => id !== account).slice(0, BATCH_LOOKUP_K - 1);
  while (others.length < BATCH_LOOKUP_K - 1) others.push(toHex(new Uint8Array(randomBytes(32))));
  const at = randomInt(BATCH_LOOKUP_K);
  // The others in random order too: how they stood in the caller's list tells of it.
  const accountIds = others.map((id) => ({ id, rank: randomInt(1 << 30) })).sort((a, b) => a.rank - b.rank);
  const asked = accountIds.map(({ id }) => id).toSpliced(at, 0, account);
  return {
    code: 0x60,
    payload: BATCH_LOOKUP_REQUEST.encode({ queryType: ACCOUNT_EXISTS, accountIds: asked }),
    read({ code, payload }) {
      if (code === LOOKUP_ERROR) {
        const error = BATCH_LOOKUP_ERROR.decode(payload);
        return fail(wordOf(BATCH_LOOKUP_ERRORS, error.ok ? error.value.code : undefined));
      }
      const found = code === LOOKUP_ANSWER ? BATCH_LOOKUP_EXISTENCE.decode(payload) : undefined;
      const exists = found?.ok && found.value.results.length === asked.length ? found.value.results[at] : undefined;
      return exists === undefined ? fail('Malformed') : ok(exists);
    },
  };
};

/** A HostRequest, whose answer is read by `read` where its status is ok. */
const hostQuestion = <T>(op: number, body: Uint8Array, read: (body: Uint8Array) => Result<T>): Question<T> => ({
  code: 0x66,
  payload: concat(HOST_REQUEST_HEAD.encode({ op }), body),
  read({ code, payload }) {
    const head = code === 0x67 ? HOST_RESPONSE_HEAD.decode(payload.subarray(0, HOST_RESPONSE_HEAD.minimum)) : undefined;
    if (head?.ok !== true || head.value.op !== op) return fail('Malformed');
    const rest = payload.subarray(HOST_RESPONSE_HEAD.minimum);
    if (head.value.status === HOST_STATUS.ok) return read(rest);
    return fail(rest.length > 0 ? 'Malformed' : wordOf(HOST_STATUS, head.value.status));
  },
});

/** Op 11 with all that proves it; nothing of it is judged yet. */
export const accountQuestion = (accountId: Id): Question<Uint8Array> =>
  hostQuestion(OP_ACCOUNT, ACCOUNT_REQUEST.encode({ accountId, isProofWanted: true }), ok);

/** Where a host says that its network stands: nobody else says so. */
export interface SaidStatus {
  readonly finalWindow: number;
  readonly stateRoot: Id;
}

export const statusQuestion = (): Question<SaidStatus> =>
  hostQuestion(OP_STATUS, new Uint8Array(0), (body) => {
    const shown = STATUS_SHOWN.decode(body);
    if (!shown.ok) return fail('Malformed');
    const { finalWindow, stateRoot } = shown.value;
    return ok({ finalWindow: Number(finalWindow), stateRoot });
  });

/** What a host says became of an operation: what is settled stands in the account, which can be proven. */
export const fateQuestion = (operation: Id): Question<Fate> =>
  hostQuestion(OP_OPERATION, OPERATION_REQUEST.encode({ operation }), (body) => {
    const shown = OPERATION_SHOWN.decode(body);
    const state = shown.ok ? fateStateOf(shown.value.state) : undefined;
    if (!shown.ok || state === undefined) return fail('Malformed');
    const { window, reason } = shown.value;
    // 0 stands for none too: only of these two there always is one.
    const hasWindow = window > 0n || state === 'confirming' || state === 'settled';
    return ok({ state, window: hasWindow ? Number(window) : null, reason: reasonOfFate(reason) ?? null });
  });
