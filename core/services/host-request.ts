import { blob, bool, id32, layout, raw, u8, u64 } from '../bytes/layout.ts';
import { HEADER_SIZE } from '../consensus/header.ts';
import { proofLayout } from '../state/proof.ts';

/* HostRequest 0x66 and HostResponse 0x67 (10 §4): a head, and behind it the body of the operation, strict to the last byte. */

/** In front of a request's body, 1 byte. */
export const HOST_REQUEST_HEAD = layout('HostRequestHead', { op: u8 });

/** In front of a response's body, 2 bytes. There is a body with status 0 only. */
export const HOST_RESPONSE_HEAD = layout('HostResponseHead', { op: u8, status: u8 });

/** Operations that are served here (10 §4). */
export const OP_ACCOUNT = 11;
export const OP_STATUS = 15;
export const OP_OPERATION = 16;

/** What a host says of a request (10 §4). */
export const HOST_STATUS = {
  ok: 0,
  notFound: 1,
  malformed: 2,
  denied: 3,
  rateLimited: 4,
  unsupported: 9,
  busy: 12,
} as const;
export type HostStatus = keyof typeof HOST_STATUS;

/** Op 11, 33 bytes. */
export const ACCOUNT_REQUEST = layout('AccountRequest', {
  accountId: id32,
  /** Whether roots, header and certificate are to come along. */
  isProofWanted: bool,
});

/** Answer to op 11 without them: the record, or that there is none, as this host has it. */
export const ACCOUNT_SHOWN = layout('AccountShown', { window: u64, proof: proofLayout });

/** Answer to op 11 with them: all that a client needs who trusts some earlier nodes (09 §9). */
export const ACCOUNT_PROVEN = layout('AccountProven', {
  window: u64,
  proof: proofLayout,
  nodeRoot: id32,
  candidateRoot: id32,
  header: raw(HEADER_SIZE),
  /** Payload of a 0x48: the precommits for the header (09 §3). */
  certificate: blob,
});

/** Op 15 has no body. Its answer, 64 bytes; without a mailbox lease, use and quota are 0. */
export const STATUS_SHOWN = layout('HostStatusShown', {
  finalWindow: u64,
  stateRoot: id32,
  leaseUntil: u64,
  used: u64,
  quota: u64,
});

/** Op 16, 32 bytes. */
export const OPERATION_REQUEST = layout('OperationRequest', { operation: id32 });

/** Its answer, 10 bytes: `FATE_STATES` and `fateReason` of operation-fates.ts. Window 0 where there is none to name. */
export const OPERATION_SHOWN = layout('OperationShown', { state: u8, window: u64, reason: u8 });
