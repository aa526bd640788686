import * as z from 'zod';

/** What server and client of a node's socket agree on. */

const id = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.int().min(0);

const peerSchema = z.strictObject({
  link: whole,
  nodeId: id,
  peerId: z.string(),
  address: z.string(),
  level: z.enum(['node', 'candidate', 'account']),
  isOutgoing: z.boolean(),
  seconds: whole,
});

/** A final window and the state root after it. */
const finalSchema = z.strictObject({ window: whole, stateRoot: id });

const countersSchema = z.strictObject({
  finalWindows: whole,
  operationsFinal: whole,
  messagesIn: whole,
  messagesOut: whole,
  bytesIn: whole,
  bytesOut: whole,
  linksOpened: whole,
  linksClosed: whole,
  dialsFailed: whole,
  refused: whole,
  penalties: whole,
});

/** How often, by reason. */
const countsSchema = z.record(z.string(), whole);

/** GET /status */
export const statusSchema = z.strictObject({
  version: z.string(),
  pid: whole,
  uptimeSeconds: whole,
  genesisHash: id,
  peerId: z.string(),
  nodeId: id,
  accountId: id,
  /** Where others reach the node. */
  addresses: z.array(z.string()),
  standing: z.strictObject({
    /** The open window. */
    window: whole,
    round: whole,
    /** −1: none. */
    finalWindow: z.int().min(-1),
    finalHash: id,
    stateRoot: id,
  }),
  /** The last final windows of this process, oldest first. */
  recent: z.array(finalSchema),
  /** Iterations a second since somebody last asked. */
  hashRate: whole,
  /** D of the open window. */
  difficulty: whole,
  peers: z.array(peerSchema),
  /** Nodes it knows how to reach, and nodes that may not come back yet. */
  known: whole,
  banned: whole,
  counters: countersSchema,
  reasons: z.strictObject({
    /** Connections from outside that became no link. */
    refused: countsSchema,
    /** Links that ended. */
    closed: countsSchema,
    /** Messages that broke a rule. */
    penalties: countsSchema,
  }),
});

export type Status = z.output<typeof statusSchema>;
export type PeerStatus = z.output<typeof peerSchema>;
export type Counters = z.output<typeof countersSchema>;

/** POST /operations: an encoded operation, and the first window whose bundle may list it. */
export const operationRequestSchema = z.strictObject({
  operation: z
    .string('write the operation in lower-case hex')
    .regex(/^([0-9a-f]{2})+$/, 'write the operation in lower-case hex'),
  notBefore: z.int('write a window number').min(0, 'write a window number').optional(),
});

/** Its answer: what the node's protocol said of the operation, or `queued` while it says nothing. */
export const operationAnswerSchema = z.strictObject({ operation: id, verdict: z.string() });

export type OperationAnswer = z.output<typeof operationAnswerSchema>;

/** POST /stop */
export const stopAnswerSchema = z.strictObject({ pid: whole });

export const errorSchema = z.strictObject({ error: z.string() });
