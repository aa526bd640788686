import * as z from 'zod';

/** What server and client of a node's API agree on. */

/** An identifier or a hash. */
export const idSchema = z
  .string('write 64 lower-case hex digits')
  .regex(/^[0-9a-f]{64}$/, 'write 64 lower-case hex digits');
const id = idSchema;
const whole = z.int().min(0);
/** Of the last final window; −1: none. */
const finalWindow = z.int().min(-1);

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

/** Windows of the archive, chunks of a snapshot, entries behind it, or difficulties that are measured. `advice`: what the operator should do. */
export const catchUpSchema = z.strictObject({
  phase: z.enum(['archive', 'chunks', 'side', 'measure']),
  done: whole,
  total: whole,
  peer: z.string().nullable(),
  advice: z.string().nullable(),
});

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
    finalWindow,
    finalHash: id,
    stateRoot: id,
  }),
  /** How far it is on its way to the others; null: it is where they are. `peer`: who is asked; null: whoever has it. */
  catchUp: catchUpSchema.nullable(),
  /** The last final windows of this process, oldest first. */
  recent: z.array(finalSchema),
  /** That each of the last eight final windows took, as this process saw them; null: it saw fewer. */
  windowSeconds: z.number().min(0).nullable(),
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

export type CatchUpStatus = z.output<typeof catchUpSchema>;

export type Status = z.output<typeof statusSchema>;
export type PeerStatus = z.output<typeof peerSchema>;
export type Counters = z.output<typeof countersSchema>;

/** GET /health */
export const healthSchema = z.strictObject({ pid: whole, uptimeSeconds: whole });

export type Health = z.output<typeof healthSchema>;

/** GET /ready. `reason`: why it is not. */
export const readySchema = z.strictObject({
  ready: z.boolean(),
  finalWindow: finalWindow.nullable(),
  /** The last final window of others, as they say; null: nobody said. */
  heard: finalWindow.nullable(),
  reason: z.string().nullable(),
});

export type Ready = z.output<typeof readySchema>;

/** GET /peers */
export const peersSchema = z.strictObject({ peers: z.array(peerSchema), known: whole, banned: whole });

/** GET /windows/next: the last final window. */
export const windowSchema = z.strictObject({
  window: whole,
  proposalHash: id,
  stateRoot: id,
  /** That became final with it; null: before this process. */
  operations: whole.nullable(),
});

export type WindowAnswer = z.output<typeof windowSchema>;

/** POST /stop */
export const stopAnswerSchema = z.strictObject({ pid: whole });

/** POST /reload: keys of montana.yaml whose new value counts from now on, and those whose value counts when the node starts again. */
export const reloadSchema = z.strictObject({ applied: z.array(z.string()), needsRestart: z.array(z.string()) });

export type Reloaded = z.output<typeof reloadSchema>;

/** GET /journal: one file for each process of the node that kept a journal, in order. */
export const journalSchema = z.strictObject({
  isOn: z.boolean(),
  files: z.array(z.strictObject({ name: z.string(), bytes: whole })),
});

export type JournalAnswer = z.output<typeof journalSchema>;

/** Every answer that is none. */
export const errorSchema = z.strictObject({ error: z.string() });
