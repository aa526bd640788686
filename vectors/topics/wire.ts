import { fromHex, toHex } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { decodeEnvelope, encodeEnvelope } from '#core/wire/envelope.ts';
import { decodeFrame, FRAME, type Frame, meetsPaddingRatio, messageToFrames } from '#core/wire/frames.ts';
import type { Payload } from '#core/wire/payloads.ts';
import * as payloads from '#core/wire/payloads.ts';
import { messageType } from '#core/wire/registry.ts';
import { type Handlers, outcome } from '../handler.ts';
import type { Input } from '../input.ts';

/** A payload both ways: bytes from the fields of a case, and the verdict on bytes. */
interface Entry {
  encode(input: Input): Uint8Array;
  judge(bytes: Uint8Array): { readonly ok: true } | { readonly error: string };
}

const entry = <T>(payload: Payload<T>, value: (input: Input) => T): Entry => ({
  encode: (input) => payload.encode(value(input)),
  judge: (bytes) => {
    const decoded = payload.decode(bytes);
    return decoded.ok ? { ok: true } : { error: decoded.error };
  },
});

const names = (input: Input) =>
  input.list('objects').map((name) => ({ class: name.number('class'), id: name.id('identifier') }));

const slotSets = (input: Input) => ({
  window: input.big('window'),
  sets: input.list('sets').map((set) => ({
    kind: set.number('kind'),
    round: set.number('round'),
    bitmap: set.bytes('bitmap'),
  })),
});

const lookupBundles = entry(payloads.BATCH_LOOKUP_BUNDLES, (input) => ({
  queryType: input.number('query_type'),
  results: input.byteStrings('results'),
}));

const lookupExistence = entry(payloads.BATCH_LOOKUP_EXISTENCE, (input) => ({
  queryType: input.number('query_type'),
  results: input.numbers('results').map((result) => result === 1),
}));

/** Payloads by the name that the vectors give them (06 §6–8, 09 §3, §10). */
const kinds: Readonly<Record<string, Entry>> = {
  Status: entry(payloads.STATUS, (input) => ({
    window: input.big('window'),
    round: input.number('round'),
    finalHash: input.id('final_hash'),
    validRound: input.number('valid_round'),
    validHash: input.id('valid_hash'),
  })),
  Have: entry(payloads.HAVE, slotSets),
  Want: entry(payloads.WANT, slotSets),
  Announce: entry(payloads.ANNOUNCE, (input) => ({ names: names(input) })),
  ArchiveRangeRequest: entry(payloads.ARCHIVE_REQUEST, (input) => ({
    fromWindow: input.big('from_window'),
    count: input.number('count'),
  })),
  ArchiveRangeResponse: entry(payloads.ARCHIVE_RESPONSE, (input) => ({ entries: input.byteStrings('entries') })),
  ObjectRequest: entry(payloads.OBJECT_REQUEST, (input) => ({ names: names(input) })),
  ObjectResponse: entry(payloads.OBJECT_RESPONSE, (input) => ({
    objects: input.list('objects').map((object) => ({ class: object.number('class'), bytes: object.bytes('bytes') })),
    stopped: input.flag('stopped'),
  })),
  CertificateRequest: entry(payloads.PROOF_REQUEST, (input) => ({
    window: input.big('window'),
    phase: input.number('phase'),
    round: input.number('round'),
    proposalHash: input.id('proposal_hash'),
    from: input.number('from'),
  })),
  CertificateResponse: entry(payloads.PROOF_RESPONSE, (input) => ({
    window: input.big('window'),
    phase: input.number('phase'),
    round: input.number('round'),
    proposalHash: input.id('proposal_hash'),
    total: input.number('total'),
    from: input.number('from'),
    signatures: input.list('signatures').map((vote) => ({
      nodeId: vote.id('node_id'),
      signature: vote.bytes('signature'),
    })),
  })),
  FastSyncRequest: entry(payloads.FAST_SYNC_REQUEST, (input) => ({
    anchorWindow: input.big('anchor_window'),
    resumeOffset: input.big('resume_offset'),
  })),
  FastSyncResponse: entry(payloads.FAST_SYNC_RESPONSE, (input) => ({
    chunkIndex: input.number('chunk_index'),
    totalChunks: input.number('total_chunks'),
    tableId: input.number('table_id'),
    recordCount: input.number('record_count'),
    records: input.bytes('records'),
  })),
  FastSyncError: entry(payloads.FAST_SYNC_ERROR, (input) => ({
    code: input.number('code'),
    message: Array.from(input.bytes('message')),
  })),
  PeerListRequest: entry(payloads.PEER_LIST_REQUEST, (input) => ({ maxCount: input.number('max_count') })),
  PeerListResponse: entry(payloads.PEER_LIST_RESPONSE, (input) => ({
    peers: input.list('peers').map((peer) => ({
      ipVersion: peer.number('ip_version'),
      ip: peer.bytes('ip'),
      port: peer.number('port'),
      nodeId: peer.id('node_id'),
      startWindow: peer.big('start_window'),
    })),
  })),
  BatchLookupRequest: entry(payloads.BATCH_LOOKUP_REQUEST, (input) => ({
    queryType: input.number('query_type'),
    accountIds: input.ids('account_ids'),
  })),
  BatchLookupResponse: {
    encode: (input) => (input.number('query_type') === 3 ? lookupExistence : lookupBundles).encode(input),
    judge: (bytes) => (bytes[0] === 3 ? lookupExistence : lookupBundles).judge(bytes),
  },
  BatchLookupError: entry(payloads.BATCH_LOOKUP_ERROR, (input) => ({
    queryType: input.number('query_type'),
    code: input.number('error_code'),
  })),
  RangeSubscribeRequest: entry(payloads.RANGE_SUBSCRIBE_REQUEST, (input) => ({ labels: input.ids('labels') })),
  RangeSubscribeResponse: entry(payloads.RANGE_SUBSCRIBE_RESPONSE, (input) => ({
    blobs: input.list('blobs').map((blob) => ({ label: blob.id('label'), data: blob.bytes('data') })),
  })),
  RangeSubscribeError: entry(payloads.RANGE_SUBSCRIBE_ERROR, (input) => ({ code: input.number('error_code') })),
  Ping: entry(payloads.EMPTY_PAYLOAD, () => ({})),
  Pong: entry(payloads.EMPTY_PAYLOAD, () => ({})),
  Bye: entry(payloads.BYE, (input) => ({ reason: input.number('reason') })),
};

const kindOf = (input: Input): Entry => {
  const found = kinds[input.text('kind')];
  if (found === undefined) throw new Error(`unknown payload ${input.text('kind')}`);
  return found;
};

const lengthOf = (frame: Uint8Array): number => {
  const decoded = FRAME.decode(frame);
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.value.length;
};

/** 06 §5, §6, §8; 09 §3, §10. */
export const wire: Handlers = {
  msg_type: (input) => {
    const type = messageType(input.number('byte'));
    if (type === undefined) return { error: 'InvalidMsgType' };
    return { name: type.name, request: type.kind === 'request', response: type.kind === 'response' };
  },
  envelope_encode: (input) => ({
    bytes: encodeEnvelope({
      code: input.number('msg_type'),
      requestId: input.big('request_id'),
      payload: input.bytes('payload'),
    }),
  }),
  envelope_decode: (input) =>
    outcome(decodeEnvelope(input.bytes('bytes')), ({ code, requestId, payload }) => ({
      msg_type: code,
      request_id: requestId,
      payload_length: payload.length,
    })),
  message_to_frames: (input) => ({
    frames: messageToFrames(input.bytes('message'), input.bytes('padding_block')).map((frame) => ({
      flags: frame[0],
      length: lengthOf(frame),
      sha256: sha256(frame),
    })),
  }),
  frame_decode: (input) => {
    const frame = new Uint8Array(input.number('total_size'));
    frame.set(fromHex(toHex(input.bytes('header')) + toHex(input.bytes('payload_fill'))).subarray(0, frame.length));
    return outcome<Frame>(decodeFrame(frame), ({ flags, data }) => ({ flags, length: data.length }));
  },
  padding_ratio: (input) => ({ meets: meetsPaddingRatio(input.number('data'), input.number('padding')) }),
  payload: (input) => ({
    bytes: kindOf(input).encode(input),
    known_reason: input.has('reason') && payloads.isKnownByeReason(input.number('reason')),
  }),
  payload_decode: (input) => kindOf(input).judge(input.bytes('bytes')),
};
