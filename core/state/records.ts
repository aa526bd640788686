import { array, bool, type Fields, id32, type Layout, layout, raw, u16, u32, u64, u128 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { hash } from '../crypto/hash.ts';
import { PUBLIC_KEY_SIZE } from '../crypto/suite.ts';
import type { Table } from './state.ts';

/** AccountRecord, 2059 bytes (02 §2, 03 §3). Amounts are moneta; window fields are u32. */
export const accountRecord = layout('AccountRecord', {
  accountId: id32,
  balance: u128,
  suiteId: u16,
  isNodeOperator: bool,
  /** op_hash of the last settled own operation. */
  frontierHash: id32,
  opHeight: u32,
  accountChainLength: u32,
  accountChainLengthSnapshot: u32,
  currentPubkey: raw(PUBLIC_KEY_SIZE),
  creationWindow: u32,
  lastOpWindow: u32,
  /** 0 = never. */
  lastAccountCreationWindow: u32,
});

/** NodeRecord, 2098 bytes (02 §4). */
export const nodeRecord = layout('NodeRecord', {
  nodeId: id32,
  nodePubkey: raw(PUBLIC_KEY_SIZE),
  suiteId: u16,
  operatorAccountId: id32,
  startWindow: u64,
  chainLength: u64,
  chainLengthSnapshot: u64,
  /** chain_length at the last six τ₂ boundaries, oldest first. */
  chainLengthCheckpoints: array(u64, 6),
  /** 0 until the first cemented bundle. */
  lastConfirmationWindow: u64,
});

/** CandidateRecord, 4034 bytes (02 §3). Immutable while it is in the pool. */
export const candidateRecord = layout('CandidateRecord', {
  nodeId: id32,
  nodePubkey: raw(PUBLIC_KEY_SIZE),
  suiteId: u16,
  operatorPubkey: raw(PUBLIC_KEY_SIZE),
  operatorAccountId: id32,
  proofEndpoint: id32,
  wStart: u64,
  /** In windows. */
  vdfChainLength: u64,
  registrationWindow: u64,
  expires: u64,
});

export type AccountRecord = ReturnType<typeof accountRecord.read>;
export type NodeRecord = ReturnType<typeof nodeRecord.read>;
export type CandidateRecord = ReturnType<typeof candidateRecord.read>;

/** Bytes of one record of each table; no record has another size. */
export const RECORD_SIZES: Readonly<Record<Table, number>> = {
  account: accountRecord.minimum,
  node: nodeRecord.minimum,
  candidate: candidateRecord.minimum,
};

/** `BadBoolByte`: is_node_operator is neither 0 nor 1. */
export type RecordError = 'WrongSize' | 'BadBoolByte';

const strictly =
  <F>(table: Layout<F>) =>
  (bytes: Uint8Array): Result<Fields<F>, RecordError> => {
    if (bytes.length !== table.minimum) return fail('WrongSize');
    const decoded = table.decode(bytes);
    return decoded.ok ? ok(decoded.value) : fail('BadBoolByte');
  };

/** Decoded keys are views of `bytes`; nobody modifies either. */
export const decodeAccountRecord = strictly(accountRecord);
export const decodeNodeRecord = strictly(nodeRecord);
export const decodeCandidateRecord = strictly(candidateRecord);

export const encodeAccountRecord = (record: AccountRecord): Uint8Array => accountRecord.encode(record);
export const encodeNodeRecord = (record: NodeRecord): Uint8Array => nodeRecord.encode(record);
export const encodeCandidateRecord = (record: CandidateRecord): Uint8Array => candidateRecord.encode(record);

/** Value of a leaf of any tree of 02 §6: H("mt-merkle-leaf", record bytes), 32 bytes. */
export const leafHash = (record: Uint8Array): Uint8Array => hash('mt-merkle-leaf', record);
