import type { Id } from '../bytes/bytes.ts';
import { layout, u16 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import {
  MOST_LABELS,
  RANGE_SUBSCRIBE_ERROR,
  RANGE_SUBSCRIBE_REQUEST,
  RANGE_SUBSCRIBE_RESPONSE,
} from '../wire/payloads.ts';
import { Rates } from './rates.ts';

/** Requests of one account in a window (06 §8). */
export const MAX_RANGE_SUBSCRIBES = 16;
/** Most bytes of one answer: what an envelope may carry (06 §6). */
export const MOST_ANSWERED = 1_048_576;

/** Code of RangeSubscribeError by its reason (06 §8). */
export const RANGE_SUBSCRIBE_ERRORS = { RateLimited: 1, RangeTooLarge: 2 } as const;
export type RangeSubscribeError = keyof typeof RANGE_SUBSCRIBE_ERRORS;

const HEAD = layout('RangeSubscribeHead', { count: u16 });

/** Blobs that wait under a label, in the order they arrived. */
export type BlobsOf = (label: Id) => Iterable<Uint8Array>;

/** An answer as it goes out: 0x64, or 0x65 with the reason. */
export type RangeSubscribeAnswer =
  | { readonly type: 'response'; readonly payload: Uint8Array }
  | { readonly type: 'error'; readonly error: RangeSubscribeError; readonly payload: Uint8Array };

interface Blob {
  readonly label: Id;
  readonly data: Uint8Array;
}

/** RangeSubscribe (06 §8): blobs by label, up to 1 MiB, cut between two blobs; the client asks again for the rest. */
export class RangeSubscribe {
  readonly #rates = new Rates(MAX_RANGE_SUBSCRIBES);

  /**
   * The answer to the payload of a 0x63 that `client` sent in `window`. `Malformed`: a length that its count does not have; a penalty,
   * no answer.
   */
  answer(payload: Uint8Array, client: Id, window: number, blobs: BlobsOf): Result<RangeSubscribeAnswer, 'Malformed'> {
    const head = HEAD.decode(payload.subarray(0, HEAD.minimum));
    if (!head.ok) return fail('Malformed');
    if (head.value.count > MOST_LABELS) return refused('RangeTooLarge');
    const request = RANGE_SUBSCRIBE_REQUEST.decode(payload);
    if (!request.ok) return fail('Malformed');
    if (!this.#rates.take(client, window)) return refused('RateLimited');
    const served = fitting(request.value.labels, blobs);
    return ok({ type: 'response', payload: RANGE_SUBSCRIBE_RESPONSE.encode({ blobs: served }) });
  }
}

/** Labels in the order asked, blobs of one in the order they arrived, until the next would pass the limit (10 §4). */
const fitting = (labels: readonly Id[], blobs: BlobsOf): readonly Blob[] => {
  const served: Blob[] = [];
  let size = RANGE_SUBSCRIBE_RESPONSE.kind.sizeOf({ blobs: [] });
  for (const label of labels) {
    for (const data of blobs(label)) {
      size += BLOB_HEAD + data.length;
      if (size > MOST_ANSWERED) return served;
      served.push({ label, data });
    }
  }
  return served;
};

/** Bytes of a blob besides its data: label and size. */
const BLOB_HEAD =
  RANGE_SUBSCRIBE_RESPONSE.kind.sizeOf({ blobs: [{ label: '0'.repeat(64), data: new Uint8Array(0) }] }) -
  RANGE_SUBSCRIBE_RESPONSE.kind.sizeOf({ blobs: [] });

const refused = (error: RangeSubscribeError): Result<RangeSubscribeAnswer, never> =>
  ok({ type: 'error', error, payload: RANGE_SUBSCRIBE_ERROR.encode({ code: RANGE_SUBSCRIBE_ERRORS[error] }) });
