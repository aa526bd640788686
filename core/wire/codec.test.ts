import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../bytes/bytes.ts';
import { decodeMessage, decodeStemMessage, encodeMessage } from './codec.ts';
import { encodeEnvelope } from './envelope.ts';
import { messageToFrames, RECORD_OVERHEAD } from './frames.ts';
import { aHeader, anId, anyObjects, leaderOf, survives } from './fuzz.suite.ts';
import type { ArchiveEntry, Message } from './messages.ts';
import { classOf, isStemmed } from './objects.ts';
import { payloadSize, sizeOnWire } from './size.ts';

const OBJECTS = anyObjects();
const NAMED = OBJECTS.filter((object) => classOf(object) !== undefined);
const NAMES = [
  { class: 1, id: anId(1) },
  { class: 6, id: anId(2) },
] as const;
const SETS = [
  { kind: 0, round: 0, bitmap: new Uint8Array([1, 2]) },
  { kind: 2, round: 3, bitmap: new Uint8Array([0, 1]) },
] as const;
const SIGNATURES = [anId(5), anId(6)].sort().map((nodeId) => ({ nodeId, signature: new Uint8Array(3309).fill(1) }));
const ENTRY: ArchiveEntry = {
  header: aHeader(9),
  bundles: [{ nodeId: anId(1), hash: anId(2) }],
  reveals: [],
  operations: [anId(3), anId(4)],
  registrations: [anId(5)],
};

const MESSAGES: readonly Message[] = [
  ...OBJECTS.map((object): Message => ({ type: 'object', object })),
  { type: 'status', window: 5, round: 1, finalHash: anId(1), validRound: 0, validHash: anId(2) },
  { type: 'have', window: 5, sets: SETS },
  { type: 'want', window: 5, sets: SETS },
  { type: 'announce', names: NAMES },
  { type: 'snapshot-request', requestId: 11, anchorWindow: 338, resumeOffset: 4 },
  {
    ...{ type: 'snapshot-chunk', requestId: 12, chunkIndex: 4, totalChunks: 9, tableId: 2, recordCount: 2 },
    records: new Uint8Array(2 * 2098).fill(7),
  },
  { type: 'snapshot-error', requestId: 13, code: 4, message: [98, 117, 115, 121] },
  { type: 'archive-request', requestId: 7, fromWindow: 3, count: 64 },
  { type: 'archive-response', requestId: 7, entries: [ENTRY, ENTRY] },
  { type: 'object-request', requestId: 8, names: NAMES },
  { type: 'object-response', requestId: 8, objects: NAMED, stopped: true },
  { type: 'proof-request', requestId: 9, window: 5, phase: 2, round: 0, proposalHash: anId(1), from: 300 },
  {
    type: 'proof-response',
    requestId: 9,
    window: 5,
    phase: 1,
    round: 2,
    proposalHash: anId(1),
    total: 2,
    from: 0,
    signatures: SIGNATURES,
  },
];

const label = (message: Message): string =>
  message.type === 'object'
    ? message.object.kind === 'operation'
      ? message.object.type
      : message.object.kind
    : message.type;

const errorOf = (bytes: Uint8Array): string | undefined => {
  const decoded = decodeMessage(bytes, leaderOf);
  return decoded.ok ? undefined : decoded.error;
};

describe('a message on its stem (06 §10)', () => {
  const stemmed = OBJECTS.filter(isStemmed);

  it.each(stemmed.map((object) => ({ name: label({ type: 'object', object }), object })))(
    '$name: the envelope of the object, told apart by its stream alone',
    ({ object }) => {
      const message: Message = { type: 'stem', object };
      const bytes = encodeMessage(message);
      expect(bytes).toEqual(encodeMessage({ type: 'object', object }));
      expect(sizeOnWire(message)).toBe(sizeOnWire({ type: 'object', object }));
      expect(decodeMessage(bytes, leaderOf)).toEqual({ ok: true, value: { type: 'object', object } });
      expect(decodeStemMessage(bytes)).toEqual({ ok: true, value: message });
    },
  );

  it('is an operation or a registration, and nothing else', () => {
    expect(new Set(stemmed.map(({ kind }) => kind))).toEqual(new Set(['operation', 'registration']));
    for (const message of MESSAGES) {
      if (message.type === 'object' && isStemmed(message.object)) continue;
      const decoded = decodeStemMessage(encodeMessage(message));
      expect(decoded.ok ? '' : decoded.error).toMatch(/^(NotStemmed|UnknownLeader)$/);
    }
    const cut = encodeEnvelope({ code: 0x01, requestId: 0n, payload: new Uint8Array(3) });
    expect(decodeStemMessage(cut)).toEqual({ ok: false, error: 'MalformedObject' });
    expect(decodeStemMessage(new Uint8Array(3)).ok).toBe(false);
  });
});

describe('messages', () => {
  it.each(MESSAGES.map((message) => ({ name: label(message), message })))('$name: survives the wire', ({ message }) => {
    const bytes = encodeMessage(message);
    expect(decodeMessage(bytes, leaderOf)).toEqual({ ok: true, value: message });
    const refused = survives(
      [bytes],
      (input) => decodeMessage(input, leaderOf),
      (input) => {
        const decoded = decodeMessage(input, leaderOf);
        if (decoded.ok) expect(sizeOnWire(decoded.value)).toBeGreaterThan(0);
      },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('size on the wire is what encoding, framing and sealing give', () => {
    for (const message of MESSAGES) {
      const bytes = encodeMessage(message);
      expect(payloadSize(message)).toBe(bytes.length - 14);
      let size = 0;
      for (const frame of messageToFrames(bytes, new Uint8Array(1021))) size += frame.length + RECORD_OVERHEAD;
      expect(sizeOnWire(message)).toBe(size);
    }
  });

  it('carry the printed codes and sizes', () => {
    const codes = MESSAGES.map((message) => encodeMessage(message)[0]?.toString(16));
    expect(codes.join(' ')).toBe('1 1 3 4 10 10 20 21 22 22 23 25 26 27 28 29 40 41 42 43 44 45 46 47 48');
    const sizes = OBJECTS.map((object) => payloadSize({ type: 'object', object }));
    expect(sizes).toEqual([
      3422,
      5376,
      5328,
      3438,
      10_605,
      10_605 + 41 + 8 + 2 * 166,
      3385 + 96,
      3381,
      3984,
      3984 + 3311,
      3384,
      1 + 2 * 3388,
    ]);
  });

  it('gossip and link messages have request id 0, responses that of their request', () => {
    for (const message of MESSAGES) {
      const expected = 'requestId' in message ? message.requestId : 0;
      expect(encodeMessage(message)[2]).toBe(expected);
    }
  });

  it('an operation stands under the code of its type only', () => {
    const [transfer] = MESSAGES;
    const bytes = encodeMessage(transfer as Message);
    bytes[0] = 0x04;
    expect(errorOf(bytes)).toBe('MalformedObject');
  });

  it('a re-proposal of a round without a known leader is refused without blame', () => {
    const reproposal = MESSAGES.find(
      (message) => message.type === 'object' && message.object.kind === 'proposal' && message.object.validRound > 0,
    );
    const bytes = encodeMessage(reproposal as Message);
    expect(decodeMessage(bytes, () => undefined)).toEqual({ ok: false, error: 'UnknownLeader' });
    const response = encodeMessage({ type: 'object-response', requestId: 1, objects: NAMED, stopped: false });
    const decoded = decodeMessage(response, () => undefined);
    expect(decoded.ok && decoded.value.type === 'object-response' && decoded.value.objects.length).toBe(
      NAMED.length - 1,
    );
  });

  it('types of other layers are no message here', () => {
    expect(errorOf(fromHex('f001000000000000000000000000'))).toBe('NoMessage');
  });

  it('windows and request ids above 2^53 are refused', () => {
    const status = encodeMessage(MESSAGES[OBJECTS.length] as Message);
    const far = fromHex(toHex(status));
    far.set([0, 0, 0, 0, 0, 0, 0x20, 0], 14);
    expect(errorOf(far)).toBe('InvalidPayloadField');
    far.set([255, 255, 255, 255, 255, 255, 0x1f, 0], 14);
    expect(errorOf(far)).toBeUndefined();
    expect(errorOf(encodeEnvelope({ code: 0x45, requestId: 2n ** 53n, payload: new Uint8Array(2) }))).toBe(
      'InvalidPayloadField',
    );
  });
});
