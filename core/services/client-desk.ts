import { concat, type Id } from '../bytes/bytes.ts';
import { divide } from '../bytes/integers.ts';
import type { Header, Operation } from '../consensus/objects.ts';
import { prove } from '../state/proof.ts';
import type { Settled } from '../transition/settled.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope } from '../wire/envelope.ts';
import { decodeObject } from '../wire/objects.ts';
import { BatchLookup } from './batch-lookup.ts';
import {
  ACCOUNT_PROVEN,
  ACCOUNT_REQUEST,
  ACCOUNT_SHOWN,
  HOST_REQUEST_HEAD,
  HOST_RESPONSE_HEAD,
  HOST_STATUS,
  type HostStatus,
  OP_ACCOUNT,
  OP_OPERATION,
  OP_STATUS,
  OPERATION_REQUEST,
  OPERATION_SHOWN,
  STATUS_SHOWN,
} from './host-request.ts';
import { FATE_STATES, fateReason, type OperationFates } from './operation-fates.ts';
import { RangeSubscribe } from './range-subscribe.ts';
import { Rates } from './rates.ts';

/** HostRequests of one account in a window; beyond, status 4. Accounts are counted by themselves: a certificate of 300 is 1 MB. */
export const MAX_HOST_REQUESTS = 256;
export const MAX_ACCOUNTS_READ = 16;
/** Operations of one account in τ₁ (06 §11). */
export const MAX_OPERATIONS = 60;
/** Microseconds. */
const TAU1 = 60_000_000;

/** What is answered from: never through the host (design §1). */
export interface DeskSource {
  /** The last final window, durable. */
  readonly settled: Settled;
  /** Its header and, as `encodeCertificate` makes it, what certifies it; undefined: not here, as before the first window. */
  readonly certified: { readonly header: Header; readonly certificate: Uint8Array } | undefined;
  readonly fates: OperationFates;
}

/**
 * What becomes of a message of an account client.
 * - `reply`: an envelope back.
 * - `operation`: to be handed in.
 * - `penalty`: nothing is answered (06 §11). `NotForAccounts`: a message that only nodes may send; `OperationRate`: more than 60 operations in τ₁;
 *   `NoRequestId`: a request nobody could tell the answer of; or what is wrong with the bytes.
 * - `ignored`: a type that this version does not know.
 */
export type DeskAnswer =
  | { readonly type: 'reply'; readonly envelope: Uint8Array }
  | { readonly type: 'operation'; readonly operation: Operation }
  | { readonly type: 'penalty'; readonly reason: string }
  | { readonly type: 'ignored' };

const penalty = (reason: string): DeskAnswer => ({ type: 'penalty', reason });

/** No blobs and no pre-key bundles are kept here, and what a client asks for is answered so. */
const noBlobs = (): readonly Uint8Array[] => [];
const noPreKeys = (): undefined => undefined;

const NOTHING = new Uint8Array(0);

/** Serves account clients (06 §8, 10 §4): judges what they send, keeps their budgets, answers from the settled state. */
export class ClientDesk {
  readonly #lookups = new BatchLookup();
  readonly #subscribes = new RangeSubscribe();
  readonly #requests = new Rates(MAX_HOST_REQUESTS);
  readonly #accounts = new Rates(MAX_ACCOUNTS_READ);
  readonly #operations = new Rates(MAX_OPERATIONS);

  /** One envelope of the account `client`. `now`: microseconds. */
  take(bytes: Uint8Array, client: Id, now: number, source: DeskSource): DeskAnswer {
    const decoded = decodeEnvelope(bytes);
    if (!decoded.ok) return decoded.error === 'InvalidMsgType' ? { type: 'ignored' } : penalty(decoded.error);
    const { code, payload, requestId } = decoded.value;
    switch (code) {
      case 0x01:
      case 0x03:
      case 0x04:
        return this.#operation(code, payload, client, now);
      case 0x60:
      case 0x63:
      case 0x66:
        return requestId === 0n ? penalty('NoRequestId') : this.#request(decoded.value, client, source);
      default:
        return penalty('NotForAccounts');
    }
  }

  #operation(code: number, payload: Uint8Array, client: Id, now: number): DeskAnswer {
    if (!this.#operations.take(client, divide(now, TAU1))) return penalty('OperationRate');
    const object = decodeObject(code, payload, () => undefined);
    return object?.ok ? { type: 'operation', operation: object.value as Operation } : penalty('MalformedObject');
  }

  #request({ code, payload, requestId }: Envelope, client: Id, source: DeskSource): DeskAnswer {
    const { state, window } = source.settled;
    const open = window + 1;
    if (code === 0x66) return reply(0x67, requestId, this.#host(payload, client, open, source));
    if (code === 0x60) {
      const answer = this.#lookups.answer(payload, client, open, { accounts: state, preKeys: noPreKeys });
      if (!answer.ok) return penalty(answer.error);
      return reply(answer.value.type === 'response' ? 0x61 : 0x62, requestId, answer.value.payload);
    }
    const answer = this.#subscribes.answer(payload, client, open, noBlobs);
    if (!answer.ok) return penalty(answer.error);
    return reply(answer.value.type === 'response' ? 0x64 : 0x65, requestId, answer.value.payload);
  }

  /** The payload of a 0x67. */
  #host(payload: Uint8Array, client: Id, open: number, source: DeskSource): Uint8Array {
    const op = payload[0] ?? 0;
    if (payload.length < HOST_REQUEST_HEAD.minimum) return response(op, 'malformed');
    const rates = op === OP_ACCOUNT ? this.#accounts : this.#requests;
    if (!rates.take(client, open)) return response(op, 'rateLimited');
    const serve = SERVED[op];
    const served = serve === undefined ? 'unsupported' : serve(payload.subarray(HOST_REQUEST_HEAD.minimum), source);
    return typeof served === 'string' ? response(op, served) : response(op, 'ok', served);
  }
}

const reply = (code: number, requestId: bigint, payload: Uint8Array): DeskAnswer => ({
  type: 'reply',
  envelope: encodeEnvelope({ code, requestId, payload }),
});

const response = (op: number, status: HostStatus, body: Uint8Array = NOTHING): Uint8Array =>
  concat(HOST_RESPONSE_HEAD.encode({ op, status: HOST_STATUS[status] }), body);

/** Answers one operation from its body: the body of the answer, or why there is none. */
type Serve = (body: Uint8Array, source: DeskSource) => Uint8Array | HostStatus;

/** Op 11. Without a certificate for the last window there is nothing to prove by: the next one brings it. */
const account: Serve = (body, { settled: { state, window }, certified }) => {
  const request = ACCOUNT_REQUEST.decode(body);
  if (!request.ok) return 'malformed';
  if (window < 0) return 'busy';
  const { accountId, isProofWanted } = request.value;
  const shown = { window: BigInt(window), proof: prove(state.tree('account'), accountId) };
  if (!isProofWanted) return ACCOUNT_SHOWN.encode(shown);
  if (certified === undefined) return 'busy';
  const { nodeRoot, candidateRoot } = state.roots();
  const { header, certificate } = certified;
  return ACCOUNT_PROVEN.encode({ ...shown, nodeRoot, candidateRoot, header: header.bytes, certificate });
};

/** Op 15. */
const status: Serve = (body, { settled: { state, window } }) => {
  if (body.length > 0) return 'malformed';
  if (window < 0) return 'busy';
  const finalWindow = BigInt(window);
  return STATUS_SHOWN.encode({ finalWindow, stateRoot: state.stateRoot(), leaseUntil: 0n, used: 0n, quota: 0n });
};

/** Op 16. */
const operation: Serve = (body, { settled: { state }, fates }) => {
  const request = OPERATION_REQUEST.decode(body);
  if (!request.ok) return 'malformed';
  const { state: fate, window, reason } = fates.of(request.value.operation, state);
  const number = reason === null ? 0 : fateReason(reason);
  return OPERATION_SHOWN.encode({ state: FATE_STATES[fate], window: BigInt(window ?? 0), reason: number });
};

/** By op (10 §4); the others are not served. */
const SERVED: Readonly<Record<number, Serve>> = {
  [OP_ACCOUNT]: account,
  [OP_STATUS]: status,
  [OP_OPERATION]: operation,
};
