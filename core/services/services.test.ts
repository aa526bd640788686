import { describe, expect, test } from 'vitest';
import { concat, type Id, toHex, ZERO_ID } from '../bytes/bytes.ts';
import { sha256 } from '../crypto/hash.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { foundation } from '../participant/party.suite.ts';
import {
  BATCH_LOOKUP_BUNDLES,
  BATCH_LOOKUP_ERROR,
  BATCH_LOOKUP_EXISTENCE,
  BATCH_LOOKUP_REQUEST,
  RANGE_SUBSCRIBE_ERROR,
  RANGE_SUBSCRIBE_REQUEST,
  RANGE_SUBSCRIBE_RESPONSE,
} from '../wire/payloads.ts';
import { accountProof, verifyAccountProof } from './account-proof.ts';
import { BATCH_LOOKUP_K, BatchLookup, MAX_BATCH_LOOKUPS } from './batch-lookup.ts';
import { MAX_RANGE_SUBSCRIBES, MOST_ANSWERED, RangeSubscribe } from './range-subscribe.ts';
import { MOST_CLIENTS, Rates } from './rates.ts';

const { genesis } = foundation({ count: 3 });
const known = [...genesis.state.accounts()].map(({ accountId }) => accountId);
const strangers = Array.from({ length: BATCH_LOOKUP_K - known.length }, (_, i) => idOf(i + 1));
const accountIds = [...strangers, ...known];
const CLIENT = idOf(99);
const preKeys = (account: Id): Uint8Array | undefined => (account === known[0] ? new Uint8Array([1, 2, 3]) : undefined);
const source = { accounts: genesis.state, preKeys };
const request = (queryType: number, ids: readonly Id[] = accountIds): Uint8Array =>
  BATCH_LOOKUP_REQUEST.encode({ queryType, accountIds: ids });

describe('batch lookup', () => {
  test('says of sixteen accounts which exist, in the order asked', () => {
    const answer = new BatchLookup().answer(request(3), CLIENT, 5, source);
    expect(answer).toMatchObject({ ok: true, value: { type: 'response' } });
    const payload = answer.ok ? answer.value.payload : new Uint8Array(0);
    const results = accountIds.map((id) => known.includes(id));
    expect(BATCH_LOOKUP_EXISTENCE.decode(payload)).toEqual({ ok: true, value: { queryType: 3, results } });
  });

  test('gives pre-key bundles, nothing where an account left none', () => {
    const answer = new BatchLookup().answer(request(1), CLIENT, 5, source);
    const decoded = BATCH_LOOKUP_BUNDLES.decode(answer.ok ? answer.value.payload : new Uint8Array(0));
    const sizes = decoded.ok ? decoded.value.results.map(({ length }) => length) : [];
    expect(sizes).toEqual(accountIds.map((id) => (id === known[0] ? 3 : 0)));
  });

  test('is refused for another type, then for another count, and nothing is counted for that', () => {
    const lookup = new BatchLookup();
    const errorOf = (payload: Uint8Array): unknown => {
      const answer = lookup.answer(payload, CLIENT, 5, source);
      if (!answer.ok || answer.value.type !== 'error') return answer;
      const code = BATCH_LOOKUP_ERROR.decode(answer.value.payload);
      return [answer.value.error, code.ok && code.value.code];
    };
    for (let i = 0; i <= MAX_BATCH_LOOKUPS; i++) {
      expect(errorOf(request(2, accountIds.slice(1)))).toEqual(['UnsupportedType', 2]);
      expect(errorOf(request(3, accountIds.slice(1)))).toEqual(['InvalidCount', 3]);
      expect(errorOf(request(3, [...accountIds, ZERO_ID]))).toEqual(['InvalidCount', 3]);
    }
    expect(errorOf(request(3))).toMatchObject({ ok: true });
  });

  test('of another length than its count has gets no answer', () => {
    const lookup = new BatchLookup();
    for (const payload of [new Uint8Array(0), Uint8Array.of(3), concat(request(3), Uint8Array.of(0))]) {
      expect(lookup.answer(payload, CLIENT, 5, source)).toEqual({ ok: false, error: 'Malformed' });
    }
    expect(lookup.answer(request(3).subarray(0, -1), CLIENT, 5, source)).toEqual({ ok: false, error: 'Malformed' });
  });

  test('is answered sixteen times for one account in a window', () => {
    const lookup = new BatchLookup();
    const types = (client: Id, window: number): string => {
      const answer = lookup.answer(request(3), client, window, source);
      return answer.ok ? answer.value.type : answer.error;
    };
    for (let i = 0; i < MAX_BATCH_LOOKUPS; i++) expect(types(CLIENT, 5)).toBe('response');
    expect(types(CLIENT, 5)).toBe('error');
    expect(types(idOf(98), 5)).toBe('response');
    expect(types(CLIENT, 6)).toBe('response');
  });
});

describe('range subscribe', () => {
  const labels = [1, 2, 3].map((n) => idOf(n));
  const ask = RANGE_SUBSCRIBE_REQUEST.encode({ labels });
  const sizes = (payload: Uint8Array): unknown => {
    const decoded = RANGE_SUBSCRIBE_RESPONSE.decode(payload);
    return decoded.ok && decoded.value.blobs.map(({ label, data }) => [labels.indexOf(label), data.length]);
  };

  test('gives blobs by label, in the order asked and of their arrival', () => {
    const blobs = (label: Id) => (label === labels[1] ? [] : [new Uint8Array(3), new Uint8Array(1)]);
    const answer = new RangeSubscribe().answer(ask, CLIENT, 1, blobs);
    expect(sizes(answer.ok ? answer.value.payload : ask)).toEqual([
      [0, 3],
      [0, 1],
      [2, 3],
      [2, 1],
    ]);
  });

  test('stops before the blob that would pass 1 MiB, and fills it to the last byte', () => {
    const head = 2 + 36;
    const exactly = MOST_ANSWERED - head - 36 - 7;
    const answerTo = (first: number): Uint8Array => {
      const blobs = (label: Id) => [new Uint8Array(label === labels[0] ? first : label === labels[1] ? 7 : 0)];
      const answer = new RangeSubscribe().answer(ask, CLIENT, 1, blobs);
      return answer.ok ? answer.value.payload : ask;
    };
    expect(answerTo(exactly)).toHaveLength(MOST_ANSWERED);
    expect(sizes(answerTo(exactly))).toEqual([
      [0, exactly],
      [1, 7],
    ]);
    expect(sizes(answerTo(exactly + 1))).toEqual([[0, exactly + 1]]);
  });

  test('is refused for more than 10 000 labels, then for asking too often', () => {
    const service = new RangeSubscribe();
    const codeOf = (payload: Uint8Array): unknown => {
      const answer = service.answer(payload, CLIENT, 1, () => []);
      if (!answer.ok || answer.value.type !== 'error') return answer.ok;
      const decoded = RANGE_SUBSCRIBE_ERROR.decode(answer.value.payload);
      return decoded.ok && decoded.value.code;
    };
    expect(codeOf(Uint8Array.of(0x11, 0x27))).toBe(2);
    for (let i = 0; i < MAX_RANGE_SUBSCRIBES; i++) expect(codeOf(ask)).toBe(true);
    expect(codeOf(ask)).toBe(1);
    expect(service.answer(ask.subarray(0, -1), CLIENT, 2, () => [])).toEqual({ ok: false, error: 'Malformed' });
    expect(service.answer(new Uint8Array(1), CLIENT, 2, () => [])).toEqual({ ok: false, error: 'Malformed' });
  });
});

test('rates count a bounded number of accounts', () => {
  const rates = new Rates(2);
  for (let i = 0; i < MOST_CLIENTS; i++) rates.take(toHex(sha256(Uint8Array.of(i & 0xff, i >> 8))), 1);
  expect(rates.take('new', 1)).toBe(false);
  expect(rates.take(toHex(sha256(Uint8Array.of(0, 0))), 1)).toBe(true);
  expect(rates.take('new', 2)).toBe(true);
});

describe('an account proof', () => {
  const root = genesis.state.stateRoot();
  const [account] = known as [Id];

  test('shows the record, or that there is none, under the state root', () => {
    const shown = verifyAccountProof(accountProof(genesis, account), root, account);
    expect(shown).toEqual({ ok: true, value: genesis.state.account(account) });
    const [stranger] = strangers as [Id];
    expect(verifyAccountProof(accountProof(genesis, stranger), root, stranger)).toEqual({ ok: true, value: undefined });
  });

  test('is worth nothing for another account, under another root, or with a byte changed', () => {
    const bytes = accountProof(genesis, account);
    expect(verifyAccountProof(bytes, root, strangers[0] as Id)).toEqual({ ok: false, error: 'WrongAccount' });
    expect(verifyAccountProof(bytes, ZERO_ID, account)).toEqual({ ok: false, error: 'WrongRoot' });
    expect(verifyAccountProof(bytes.subarray(1), root, account)).toEqual({ ok: false, error: 'Malformed' });
    // All but the window, which the header says.
    for (let at = 8; at < bytes.length; at += 7) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(verifyAccountProof(changed, root, account).ok).toBe(false);
    }
  });
});
