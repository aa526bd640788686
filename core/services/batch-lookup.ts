import type { Id } from '../bytes/bytes.ts';
import { layout, u8 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import type { AccountView } from '../operations/accounts.ts';
import {
  BATCH_LOOKUP_BUNDLES,
  BATCH_LOOKUP_ERROR,
  BATCH_LOOKUP_EXISTENCE,
  BATCH_LOOKUP_REQUEST,
} from '../wire/payloads.ts';
import { Rates } from './rates.ts';

/** Accounts of one lookup: one real and 15 decoys, so that a host does not learn whom its client asks for (06 §8). */
export const BATCH_LOOKUP_K = 16;
/** Lookups of one account in a window. */
export const MAX_BATCH_LOOKUPS = 16;

const PRE_KEY_BUNDLE = 1;
const ACCOUNT_EXISTS = 3;

/** Code of BatchLookupError by its reason, in the order of judging (06 §8). */
export const BATCH_LOOKUP_ERRORS = { UnsupportedType: 2, InvalidCount: 3, RateLimited: 1 } as const;
export type BatchLookupError = keyof typeof BATCH_LOOKUP_ERRORS;

const HEAD = layout('BatchLookupHead', { queryType: u8, count: u8 });

/** What is judged when it answers: the last settled state, and pre-key bundles that accounts left here. */
export interface LookupSource {
  readonly accounts: AccountView;
  preKeys(account: Id): Uint8Array | undefined;
}

/** An answer as it goes out: 0x61, or 0x62 with the reason. */
export type BatchLookupAnswer =
  | { readonly type: 'response'; readonly payload: Uint8Array }
  | { readonly type: 'error'; readonly error: BatchLookupError; readonly payload: Uint8Array };

/** BatchLookup (06 §8): all of sixteen questions or none. Nothing of a question is kept. */
export class BatchLookup {
  readonly #rates = new Rates(MAX_BATCH_LOOKUPS);

  /**
   * The answer to the payload of a 0x60 that `client` sent in `window`. `Malformed`: too short to have a type and a count, or of a
   * length that its count does not have; a penalty, no answer.
   */
  answer(
    payload: Uint8Array,
    client: Id,
    window: number,
    source: LookupSource,
  ): Result<BatchLookupAnswer, 'Malformed'> {
    const head = HEAD.decode(payload.subarray(0, HEAD.minimum));
    if (!head.ok) return fail('Malformed');
    const { queryType, count } = head.value;
    if (queryType !== PRE_KEY_BUNDLE && queryType !== ACCOUNT_EXISTS) return refused(queryType, 'UnsupportedType');
    if (count !== BATCH_LOOKUP_K) return refused(queryType, 'InvalidCount');
    const request = BATCH_LOOKUP_REQUEST.decode(payload);
    if (!request.ok) return fail('Malformed');
    if (!this.#rates.take(client, window)) return refused(queryType, 'RateLimited');
    return ok({ type: 'response', payload: found(queryType, request.value.accountIds, source) });
  }
}

const found = (queryType: number, accounts: readonly Id[], source: LookupSource): Uint8Array =>
  queryType === PRE_KEY_BUNDLE
    ? BATCH_LOOKUP_BUNDLES.encode({ queryType, results: accounts.map((id) => source.preKeys(id) ?? NOTHING) })
    : BATCH_LOOKUP_EXISTENCE.encode({
        queryType,
        results: accounts.map((id) => source.accounts.account(id) !== undefined),
      });

const NOTHING = new Uint8Array(0);

const refused = (queryType: number, error: BatchLookupError): Result<BatchLookupAnswer, never> =>
  ok({ type: 'error', error, payload: BATCH_LOOKUP_ERROR.encode({ queryType, code: BATCH_LOOKUP_ERRORS[error] }) });
