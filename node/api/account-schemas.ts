import * as z from 'zod';
import { idSchema as id } from './schemas.ts';

/** What the API says of accounts and operations. Amounts are moneta as decimal strings: they do not fit into a number of JSON. */

const whole = z.int().min(0);
const window = whole;
const amount = z.string().regex(/^(0|[1-9][0-9]{0,38})$/);
const publicKey = z.string().regex(/^[0-9a-f]{3904}$/);

/** An account record (03 §3). */
export const accountSchema = z.strictObject({
  accountId: id,
  balance: amount,
  suiteId: whole,
  isNodeOperator: z.boolean(),
  /** The last settled own operation: prev_hash of the next. */
  frontierHash: id,
  opHeight: whole,
  accountChainLength: whole,
  accountChainLengthSnapshot: whole,
  currentPubkey: publicKey,
  creationWindow: window,
  lastOpWindow: window,
  /** 0: never. */
  lastAccountCreationWindow: window,
});

/** GET /accounts/{id}: in the state after `window`; −1: genesis. */
export const accountAnswerSchema = z.strictObject({
  window: z.int().min(-1),
  stateRoot: id,
  account: accountSchema.nullable(),
});

export type AccountAnswer = z.output<typeof accountAnswerSchema>;

/** GET /accounts/{id}/proof: the bytes that `verifyAccountProof` reads under the state root, as hex. */
export const accountProofAnswerSchema = z.strictObject({
  window: z.int().min(-1),
  stateRoot: id,
  proof: z.string().regex(/^([0-9a-f]{2})+$/),
});

export type AccountProofAnswer = z.output<typeof accountProofAnswerSchema>;

const settled = { id, window, prevHash: id, sender: id };

/** An operation of a final window (03 §5). */
export const settledOperationSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('Transfer'), ...settled, link: id, amount }),
  z.strictObject({
    type: z.literal('TransferModeB'),
    ...settled,
    link: id,
    amount,
    suiteId: whole,
    receiverPubkey: publicKey,
  }),
  z.strictObject({ type: z.literal('ChangeKey'), ...settled, newSuiteId: whole, newPubkey: publicKey }),
  z.strictObject({ type: z.literal('Anchor'), ...settled, appId: id, dataHash: id }),
]);

export type SettledOperation = z.output<typeof settledOperationSchema>;

/** GET /accounts/{id}/operations: by the account or to it, newest window first. */
export const historySchema = z.strictObject({
  operations: z.array(settledOperationSchema),
  /** `before` of the question for what is older; null: nothing older is kept. A part without operations may have one. */
  next: window.nullable(),
  /** The first window whose operations are kept here. */
  oldest: whole,
});

export type HistoryAnswer = z.output<typeof historySchema>;

/** GET /operations/{id}: 03 §9. A window that is final here is settled too, so that nothing is `confirmed` without being `settled`. */
export const operationStateSchema = z.strictObject({
  operation: id,
  state: z.enum(['unknown', 'pending', 'confirming', 'confirmed', 'settled', 'rejected']),
  /** In which it settled, or was confirmed by a quorum as this node saw it. */
  window: window.nullable(),
  /** Why it is rejected. */
  reason: z.string().nullable(),
});

export type OperationState = z.output<typeof operationStateSchema>;

const HEX = 'write the operation in lower-case hex';

/** POST /operations: an encoded operation, and the first window whose bundle may list it. */
export const operationRequestSchema = z.strictObject({
  operation: z.string(HEX).regex(/^([0-9a-f]{2})+$/, HEX),
  notBefore: z.int('write a window number').min(0, 'write a window number').optional(),
});

/** Its answer: what the node's protocol said of the operation, or `queued` while it says nothing. */
export const operationAnswerSchema = z.strictObject({ operation: id, verdict: z.string() });

export type OperationAnswer = z.output<typeof operationAnswerSchema>;
