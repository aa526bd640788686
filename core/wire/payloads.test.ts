import { describe, expect, it } from 'vitest';
import { concat, fromHex, littleEndian, toHex } from '../bytes/bytes.ts';
import { anId, survives } from './fuzz.suite.ts';
import type { Payload } from './payloads.ts';
import * as payloads from './payloads.ts';

const ids = (count: number) => Array.from({ length: count }, (_, i) => anId(i));
const bytes = (...values: readonly number[]) => new Uint8Array(values);
const names = (count: number) => ids(count).map((id, i) => ({ class: 1 + (i % 6), id }));
const peer = (ipVersion: number, ip: Uint8Array) => ({ ipVersion, ip, port: 8444, nodeId: anId(1), startWindow: 9n });
const IPV4 = concat(new Uint8Array(12), bytes(127, 0, 0, 1));
const signatures = (count: number) =>
  ids(count)
    .sort()
    .map((nodeId) => ({ nodeId, signature: new Uint8Array(3309) }));
const proof = { window: 7n, phase: 1, round: 2, proposalHash: anId(3), total: 2, from: 0, signatures: signatures(2) };

/** A codec with values it must carry, types apart. */
const sample = <T>(name: string, codec: Payload<T>, ...values: readonly T[]) => ({
  name,
  encoded: values.map((value) => codec.encode(value)),
  decode: (input: Uint8Array) => codec.decode(input),
  roundtrip: (input: Uint8Array): Uint8Array => {
    const decoded = codec.decode(input);
    return decoded.ok ? codec.encode(decoded.value) : new Uint8Array(0);
  },
  values,
});

const SAMPLES = [
  sample('Status', payloads.STATUS, { window: 5n, round: 2, finalHash: anId(1), validRound: 1, validHash: anId(2) }),
  sample('Announce', payloads.ANNOUNCE, { names: [] }, { names: names(7) }),
  sample(
    'Have',
    payloads.HAVE,
    { window: 5n, sets: [] },
    {
      window: 5n,
      sets: [
        { kind: 0, round: 0, bitmap: bytes(1, 2) },
        { kind: 3, round: 9, bitmap: bytes(255, 1) },
      ],
    },
  ),
  sample('Want', payloads.WANT, { window: 5n, sets: [{ kind: 2, round: 1, bitmap: bytes(255) }] }),
  sample('ArchiveRangeRequest', payloads.ARCHIVE_REQUEST, { fromWindow: 5n, count: 64 }),
  sample('ArchiveRangeResponse', payloads.ARCHIVE_RESPONSE, { entries: [bytes(1, 2, 3), bytes()] }),
  sample('ObjectRequest', payloads.OBJECT_REQUEST, { names: names(6) }),
  sample('ObjectResponse', payloads.OBJECT_RESPONSE, { objects: [{ class: 4, bytes: bytes(1, 2) }], stopped: true }),
  sample('CertificateRequest', payloads.PROOF_REQUEST, {
    window: 5n,
    phase: 2,
    round: 0,
    proposalHash: anId(1),
    from: 9,
  }),
  sample('CertificateResponse', payloads.PROOF_RESPONSE, proof, { ...proof, total: 0, signatures: [] }),
  sample('FastSyncRequest', payloads.FAST_SYNC_REQUEST, { anchorWindow: 12_345n, resumeOffset: 0n }),
  sample('FastSyncResponse', payloads.FAST_SYNC_RESPONSE, {
    chunkIndex: 0,
    totalChunks: 1,
    tableId: 1,
    recordCount: 1,
    records: new Uint8Array(64).fill(0x55),
  }),
  sample('FastSyncError', payloads.FAST_SYNC_ERROR, { code: 1, message: [104, 105] }),
  sample('PeerListRequest', payloads.PEER_LIST_REQUEST, { maxCount: 64 }),
  sample('PeerListResponse', payloads.PEER_LIST_RESPONSE, {
    peers: [peer(4, IPV4), peer(6, new Uint8Array(16).fill(1))],
  }),
  sample('BatchLookupRequest', payloads.BATCH_LOOKUP_REQUEST, { queryType: 3, accountIds: ids(16) }),
  sample('BatchLookupResponse 1', payloads.BATCH_LOOKUP_BUNDLES, { queryType: 1, results: [bytes(1), bytes()] }),
  sample('BatchLookupResponse 3', payloads.BATCH_LOOKUP_EXISTENCE, { queryType: 3, results: [true, false] }),
  sample('BatchLookupError', payloads.BATCH_LOOKUP_ERROR, { queryType: 1, code: 1 }),
  sample('RangeSubscribeRequest', payloads.RANGE_SUBSCRIBE_REQUEST, { labels: ids(4) }),
  sample('RangeSubscribeResponse', payloads.RANGE_SUBSCRIBE_RESPONSE, { blobs: [{ label: anId(1), data: bytes(7) }] }),
  sample('RangeSubscribeError', payloads.RANGE_SUBSCRIBE_ERROR, { code: 2 }),
  sample('Ping', payloads.EMPTY_PAYLOAD, {}),
  sample('Bye', payloads.BYE, { reason: 0 }),
];

describe('payloads (06 §6, 09 §3, §10)', () => {
  it.each(SAMPLES)('$name: decodes what it encodes, and refuses or re-encodes any other bytes', (codec) => {
    for (const [i, encoded] of codec.encoded.entries()) {
      expect(codec.decode(encoded)).toEqual({ ok: true, value: codec.values[i] });
    }
    const refused = survives(codec.encoded, codec.decode, (input) => expect(codec.roundtrip(input)).toEqual(input));
    expect(refused).toBeGreaterThan(1000);
  });

  it('have the printed layouts', () => {
    expect(toHex(payloads.FAST_SYNC_REQUEST.encode({ anchorWindow: 12_345n, resumeOffset: 0n }))).toBe(
      '39300000000000000000000000000000',
    );
    expect(toHex(payloads.PEER_LIST_REQUEST.encode({ maxCount: 64 }))).toBe('4000');
    expect(toHex(payloads.ARCHIVE_REQUEST.encode({ fromWindow: 159n, count: 42 }))).toBe('9f000000000000002a00');
    const sets = [
      { kind: 3, round: 1, bitmap: bytes(0) },
      { kind: 0, round: 0, bitmap: bytes(1) },
    ];
    expect(toHex(payloads.HAVE.encode({ window: 260_359n, sets }))).toBe('07f9030000000000020301000000000001');
  });
});

const errorOf = <T>(codec: Payload<T>, input: Uint8Array): string | undefined => {
  const decoded = codec.decode(input);
  return decoded.ok ? undefined : decoded.error;
};

describe('payload errors', () => {
  it('a fixed payload of another length is a mismatch, whatever is missing', () => {
    expect(errorOf(payloads.FAST_SYNC_REQUEST, bytes(1))).toBe('PayloadLengthMismatch');
    expect(errorOf(payloads.BYE, bytes())).toBe('PayloadLengthMismatch');
    expect(errorOf(payloads.BYE, bytes(1, 2))).toBe('PayloadLengthMismatch');
  });

  it('an incomplete head is truncated, a wrong list length a mismatch', () => {
    expect(errorOf(payloads.OBJECT_REQUEST, bytes(0))).toBe('TruncatedPayload');
    expect(errorOf(payloads.OBJECT_REQUEST, bytes(1, 0, 4))).toBe('PayloadLengthMismatch');
    expect(errorOf(payloads.FAST_SYNC_RESPONSE, new Uint8Array(12))).toBe('TruncatedPayload');
    expect(errorOf(payloads.HAVE, new Uint8Array(8))).toBe('TruncatedPayload');
  });

  it('an inner length that runs out is truncated, bytes left over are a mismatch', () => {
    const response = payloads.OBJECT_RESPONSE.encode({ objects: [{ class: 4, bytes: bytes(1, 2) }], stopped: false });
    expect(errorOf(payloads.OBJECT_RESPONSE, response.subarray(0, -1))).toBe('TruncatedPayload');
    expect(errorOf(payloads.OBJECT_RESPONSE, concat(response, bytes(0)))).toBe('PayloadLengthMismatch');
  });

  it('bitmaps of one message have one length', () => {
    const head = concat(littleEndian(5, 8), bytes(2));
    expect(errorOf(payloads.HAVE, concat(head, bytes(0, 0, 0, 9, 1, 0, 0, 9)))).toBeUndefined();
    expect(errorOf(payloads.HAVE, concat(head, bytes(0, 0, 0, 9, 1, 0, 0, 9, 9)))).toBe('PayloadLengthMismatch');
    expect(errorOf(payloads.HAVE, concat(head, bytes(0, 0, 0)))).toBe('PayloadLengthMismatch');
  });

  it('limits stand on both sides', () => {
    const sets = (count: number) => ({
      window: 1n,
      sets: Array.from({ length: count }, () => ({ kind: 0, round: 0, bitmap: bytes(0) })),
    });
    expect(errorOf(payloads.HAVE, payloads.HAVE.encode(sets(8)))).toBeUndefined();
    expect(errorOf(payloads.HAVE, payloads.HAVE.encode(sets(9)))).toBe('InvalidPayloadField');
    const want = (bits: number) => ({
      window: 1n,
      sets: [
        {
          kind: 0,
          round: 0,
          bitmap: new Uint8Array(33).fill(255, 0, bits >> 3).fill((1 << (bits & 7)) - 1, bits >> 3),
        },
      ],
    });
    expect(errorOf(payloads.WANT, payloads.WANT.encode(want(256)))).toBeUndefined();
    expect(errorOf(payloads.WANT, payloads.WANT.encode(want(257)))).toBe('InvalidPayloadField');
    expect(errorOf(payloads.ANNOUNCE, payloads.ANNOUNCE.encode({ names: names(1024) }))).toBeUndefined();
    expect(errorOf(payloads.ANNOUNCE, payloads.ANNOUNCE.encode({ names: names(1025) }))).toBe('InvalidPayloadField');
    expect(errorOf(payloads.OBJECT_REQUEST, payloads.OBJECT_REQUEST.encode({ names: names(256) }))).toBeUndefined();
    expect(errorOf(payloads.OBJECT_REQUEST, payloads.OBJECT_REQUEST.encode({ names: names(257) }))).toBe(
      'InvalidPayloadField',
    );
    expect(errorOf(payloads.ARCHIVE_REQUEST, payloads.ARCHIVE_REQUEST.encode({ fromWindow: 1n, count: 65 }))).toBe(
      'InvalidPayloadField',
    );
    const parts = (count: number) => ({ ...proof, total: 301, signatures: signatures(count) });
    expect(errorOf(payloads.PROOF_RESPONSE, payloads.PROOF_RESPONSE.encode(parts(300)))).toBeUndefined();
    expect(errorOf(payloads.PROOF_RESPONSE, payloads.PROOF_RESPONSE.encode(parts(301)))).toBe('InvalidPayloadField');
  });

  it('values out of range are refused', () => {
    const set = (kind: number, round: number) =>
      payloads.HAVE.encode({ window: 1n, sets: [{ kind, round, bitmap: bytes(0) }] });
    expect(errorOf(payloads.HAVE, set(3, 1))).toBeUndefined();
    for (const [kind, round] of [
      [0, 1],
      [1, 1],
      [2, 0],
      [4, 1],
    ] as const) {
      expect(errorOf(payloads.HAVE, set(kind, round))).toBe('InvalidPayloadField');
    }
    expect(errorOf(payloads.ANNOUNCE, payloads.ANNOUNCE.encode({ names: [{ class: 7, id: anId(1) }] }))).toBe(
      'InvalidPayloadField',
    );
    expect(errorOf(payloads.PROOF_RESPONSE, payloads.PROOF_RESPONSE.encode({ ...proof, from: 1 }))).toBe(
      'InvalidPayloadField',
    );
    const swapped = { ...proof, signatures: [...proof.signatures].reverse() };
    expect(errorOf(payloads.PROOF_RESPONSE, payloads.PROOF_RESPONSE.encode(swapped))).toBe('InvalidPayloadField');
    const mapped = fromHex(toHex(payloads.PEER_LIST_RESPONSE.encode({ peers: [peer(4, IPV4)] })));
    expect(errorOf(payloads.PEER_LIST_RESPONSE, mapped)).toBeUndefined();
    mapped[3] = 1;
    expect(errorOf(payloads.PEER_LIST_RESPONSE, mapped)).toBe('InvalidPayloadField');
    mapped[2] = 5;
    expect(errorOf(payloads.PEER_LIST_RESPONSE, mapped)).toBe('InvalidPayloadField');
    expect(payloads.isKnownByeReason(5)).toBe(true);
    expect(payloads.isKnownByeReason(6)).toBe(false);
  });
});
