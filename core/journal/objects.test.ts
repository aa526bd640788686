import { describe, expect, test } from 'vitest';
import type { ProtocolObject, Vote } from '../consensus/objects.ts';
import { voteOf } from '../consensus/vote.ts';
import { SIGNATURE_SIZE } from '../crypto/suite.ts';
import { anId, anyObjects } from '../wire/fuzz.suite.ts';
import type { Message } from '../wire/messages.ts';
import { isStemmed } from '../wire/objects.ts';
import { flatMessage, messageOf } from './flatten.ts';
import { decodeStored, encodeStored, JOURNAL_OBJECT, MOST_OBJECTS, ObjectTable } from './objects.ts';

const OBJECTS = anyObjects();

const aVote = (round: number, signature = new Uint8Array(SIGNATURE_SIZE)): Vote =>
  voteOf({ phase: 1, round, window: 5, proposalHash: anId(1), nodeId: anId(2), signature });

describe('an object in a journal', () => {
  test.each(OBJECTS.map((object) => [object.kind, object] as const))('%s comes back', (_, object) => {
    const encoded = JOURNAL_OBJECT.encode(encodeStored(new ObjectTable().add(object)));
    const decoded = JOURNAL_OBJECT.decode(encoded);
    if (!decoded.ok) throw new Error(decoded.error);
    expect(decodeStored(decoded.value)).toEqual({ ok: true, value: object });
  });

  test('is stored without the zeros it ends with, at most those of a signature', () => {
    const stored = encodeStored(new ObjectTable().add(aVote(1)));
    expect(stored).toMatchObject({ code: 0x23, zeros: SIGNATURE_SIZE });
    expect(stored.bytes).toHaveLength(1 + 2 + 8 + 32 + 32);
    expect(decodeStored({ ...stored, zeros: SIGNATURE_SIZE + 1 })).toEqual({ ok: false, error: 'TooManyZeros' });
    expect(decodeStored({ ...stored, zeros: SIGNATURE_SIZE - 1 })).toEqual({ ok: false, error: 'MalformedObject' });
    expect(decodeStored({ ...stored, code: 0x26 })).toEqual({ ok: false, error: 'NoObject' });
  });
});

describe('the objects of a journal', () => {
  test('are numbered as they come; a copy is the same object, one with another signature is not', () => {
    const table = new ObjectTable();
    expect(OBJECTS.map((object) => table.add(object).number)).toEqual(OBJECTS.map((_, i) => i));
    const vote = aVote(1);
    expect(table.numberOf(vote)).toBeUndefined();
    const { number } = table.add(vote);
    expect(table.numberOf(aVote(1))).toBe(number);
    const other = aVote(1, new Uint8Array(SIGNATURE_SIZE).fill(1));
    expect(other.id).toBe(vote.id);
    expect(table.numberOf(other)).toBeUndefined();
    expect(table.add(other).number).toBe(number + 1);
    expect([table.numberOf(vote), table.numberOf(other)]).toEqual([number, number + 1]);
    expect(table.get(number)).toBe(vote);
  });

  test('are forgotten, oldest first, when told to, and then get a new number', () => {
    const table = new ObjectTable();
    const votes = Array.from({ length: MOST_OBJECTS + 2 }, (_, i) => aVote(1 + i));
    for (const vote of votes) table.add(vote);
    const [first, second, third] = votes as [Vote, Vote, Vote];
    expect(table.numberOf(first)).toBe(0);
    table.forget();
    expect([first, second, third].map((vote) => table.numberOf(vote))).toEqual([undefined, undefined, 2]);
    expect(table.get(1)).toBeUndefined();
    expect(table.add(first).number).toBe(MOST_OBJECTS + 2);
  });
});

describe('a message in a journal', () => {
  const signatures = [anId(5), anId(6)]
    .sort()
    .map((nodeId, i) => ({ nodeId, signature: new Uint8Array(SIGNATURE_SIZE).fill(i) }));
  const proof = { requestId: 9, window: 5, phase: 2, round: 2, proposalHash: anId(1), total: 2, from: 0 } as const;
  const messages: readonly Message[] = [
    ...OBJECTS.map((object): Message => ({ type: 'object', object })),
    ...OBJECTS.filter(isStemmed).map((object): Message => ({ type: 'stem', object })),
    { type: 'status', window: 5, round: 1, finalHash: anId(1), validRound: 0, validHash: anId(2) },
    { type: 'have', window: 5, sets: [{ kind: 2, round: 3, bitmap: new Uint8Array([0, 1]) }] },
    { type: 'snapshot-request', requestId: 7, anchorWindow: 338, resumeOffset: 4 },
    { type: 'snapshot-error', requestId: 7, code: 1, message: [] },
    { type: 'archive-request', requestId: 7, fromWindow: 3, count: 64 },
    { type: 'object-response', requestId: 8, objects: OBJECTS, stopped: true },
    { type: 'proof-response', ...proof, signatures },
    { type: 'proof-response', ...proof, round: 0, total: 0, signatures: [] },
  ];

  test.each(messages.map((message) => [message.type, message] as const))('%s comes back', (_, message) => {
    const table = new ObjectTable();
    const numberOf = (object: ProtocolObject): number => table.numberOf(object) ?? table.add(object).number;
    const flat = flatMessage(message, numberOf);
    expect(messageOf(flat, (number) => table.get(number))).toEqual(message);
    expect(flatMessage(message, numberOf)).toEqual(flat);
  });

  test('a proof refers to the votes that are held already', () => {
    const table = new ObjectTable();
    const votes = signatures.map((signature) => voteOf({ ...proof, ...signature }));
    for (const vote of votes) table.add(vote);
    const flat = flatMessage(
      { type: 'proof-response', ...proof, signatures },
      (object) => table.numberOf(object) ?? 99,
    );
    expect(flat).toMatchObject({ votes: [0, 1] });
  });

  test('is none where an object is missing, is no vote, or the bytes are no message', () => {
    const bundle = OBJECTS.find(({ kind }) => kind === 'bundle');
    const get = (number: number) => (number === 0 ? bundle : undefined);
    expect(messageOf({ type: 'object', object: 1 }, get)).toBeUndefined();
    expect(messageOf({ type: 'stem', object: 1 }, get)).toBeUndefined();
    expect(messageOf({ type: 'stem', object: 0 }, get)).toBeUndefined();
    expect(messageOf({ type: 'object-response', requestId: 1, stopped: false, objects: [0, 1] }, get)).toBeUndefined();
    expect(messageOf({ type: 'proof-response', ...proof, votes: [0] }, get)).toBeUndefined();
    expect(messageOf({ type: 'proof-response', ...proof, phase: 3, votes: [] }, get)).toBeUndefined();
    expect(messageOf({ type: 'wire', bytes: new Uint8Array(3) }, get)).toBeUndefined();
  });
});
