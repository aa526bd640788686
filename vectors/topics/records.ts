import type { Fields, Layout } from '#core/bytes/layout.ts';
import type { Result } from '#core/bytes/result.ts';
import {
  accountRecord,
  candidateRecord,
  decodeAccountRecord,
  decodeCandidateRecord,
  decodeNodeRecord,
  leafHash,
  nodeRecord,
} from '#core/state/records.ts';
import { type Handler, type Handlers, outcome, readFields } from '../handler.ts';

const encode =
  <F>(table: Layout<F>): Handler =>
  (input) => {
    const bytes = table.encode(readFields(table, input));
    return { bytes, size: bytes.length, leaf_hash: leafHash(bytes) };
  };

const decode =
  <F>(strict: (bytes: Uint8Array) => Result<Fields<F>>): Handler =>
  (input) =>
    outcome(strict(input.bytes('bytes')), (record) => ({ record }));

/** 02 §2–4; 03 §3. */
export const records: Handlers = {
  encode_account_record: encode(accountRecord),
  encode_node_record: encode(nodeRecord),
  encode_candidate_record: encode(candidateRecord),
  decode_account_record: decode(decodeAccountRecord),
  decode_node_record: decode(decodeNodeRecord),
  decode_candidate_record: decode(decodeCandidateRecord),
};
