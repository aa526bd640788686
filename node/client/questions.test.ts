import { describe, expect, test } from 'vitest';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { ClientDesk } from '#core/services/client-desk.ts';
import { OperationFates } from '#core/services/operation-fates.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import { decodeEnvelope, encodeEnvelope } from '#core/wire/envelope.ts';
import { BATCH_LOOKUP_REQUEST } from '#core/wire/payloads.ts';
import { anchorOf, genesisOf } from '#node/shell/net.suite.ts';
import { accountQuestion, existence, fateQuestion, type Question, statusQuestion } from './questions.ts';

const settled = genesisSettled(buildGenesis(genesisOf(1, 1_000)), new MemoryBase());
const { sender } = anchorOf(0);
const source = { settled: { ...settled, window: 3 }, certified: undefined, fates: new OperationFates(() => undefined) };

/** What becomes of a question at a node's desk. */
const asked = <T>({ code, payload, read }: Question<T>, desk = new ClientDesk()) => {
  const answer = desk.take(encodeEnvelope({ code, payload, requestId: 1n }), sender, 0, source);
  const decoded = answer.type === 'reply' ? decodeEnvelope(answer.envelope) : undefined;
  if (decoded?.ok !== true) throw new Error(answer.type);
  return read(decoded.value);
};

const strangers = Array.from({ length: 40 }, (_, i) => `${10 + i}`.repeat(32));

describe('questions of an account client', () => {
  test('after one account ask for sixteen, each time at another place', () => {
    const places = new Set<number>();
    for (let i = 0; i < 60; i++) {
      const { payload } = existence(sender, [sender, ...strangers]);
      const request = BATCH_LOOKUP_REQUEST.decode(payload);
      if (!request.ok) throw new Error(request.error);
      const { accountIds } = request.value;
      expect(new Set(accountIds).size).toBe(16);
      expect(accountIds.filter((id) => id !== sender && !strangers.includes(id))).toEqual([]);
      places.add(accountIds.indexOf(sender));
    }
    expect(places.size).toBeGreaterThan(5);
    expect(asked(existence(sender))).toEqual({ ok: true, value: true });
    expect(asked(existence(strangers[0]!))).toEqual({ ok: true, value: false });
  });

  test('are told why there is no answer', () => {
    const desk = new ClientDesk();
    for (let i = 0; i < 16; i++) asked(existence(sender), desk);
    expect(asked(existence(sender), desk)).toEqual({ ok: false, error: 'RateLimited' });
    expect(asked(accountQuestion(sender))).toEqual({ ok: false, error: 'busy' });
    expect(asked(statusQuestion())).toMatchObject({ ok: true, value: { finalWindow: 3 } });
    const unknown = { state: 'unknown', window: null, reason: null };
    expect(asked(fateQuestion(sender))).toEqual({ ok: true, value: unknown });
  });

  test('take no answer to another question, nor one of another length', () => {
    const malformed = { ok: false, error: 'Malformed' };
    const bytes = (...values: number[]) => Uint8Array.from(values);
    expect(existence(sender).read({ code: 0x67, payload: bytes(3, 0) })).toEqual(malformed);
    expect(existence(sender).read({ code: 0x61, payload: bytes(3, 1, 1) })).toEqual(malformed);
    expect(existence(sender).read({ code: 0x62, payload: bytes(3, 9) })).toEqual(malformed);
    expect(statusQuestion().read({ code: 0x61, payload: bytes(15, 0) })).toEqual(malformed);
    expect(statusQuestion().read({ code: 0x67, payload: bytes(16, 0) })).toEqual(malformed);
    expect(statusQuestion().read({ code: 0x67, payload: bytes(15, 4, 0) })).toEqual(malformed);
    expect(statusQuestion().read({ code: 0x67, payload: bytes(15, 99) })).toEqual(malformed);
    expect(statusQuestion().read({ code: 0x67, payload: bytes(15) })).toEqual(malformed);
    expect(statusQuestion().read({ code: 0x67, payload: bytes(15, 4) })).toEqual({ ok: false, error: 'rateLimited' });
    expect(fateQuestion(sender).read({ code: 0x67, payload: bytes(16, 0, 7, ...new Array(9).fill(0)) })).toEqual(
      malformed,
    );
  });
});
