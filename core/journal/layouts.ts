import { blob, bool, id32, layout, list, raw, u8, u16, u32 } from '../bytes/layout.ts';
import { SIGNATURE_SIZE } from '../crypto/suite.ts';
import type { ChainName } from '../participant/types.ts';
import { blobUpTo, oneOf, optional, text, whole } from './kinds.ts';
import { JOURNAL_OBJECT } from './objects.ts';

/**
 * What a host's journal holds, as tables. Its payload is a sequence of entries: the setting first; then objects, each before the
 * record that first refers to it; one record an input; now and then, and at the end, a mark. Objects are referred to by number.
 */
const object = u32;
const objects = list(object, u32, 0xffff_ffff);

/** Whose stretch is hashed, by number: the main chain's, the own candidate chain's, that of a chain being checked, one to be measured. */
export const CHAINS: readonly ChainName[] = ['chain', 'candidate', 'check', 'measure'];

/** Messages that carry objects or signatures of votes refer to them; any other is its bytes on the wire. */
const MESSAGE = oneOf({
  object: layout('JournalObjectMessage', { object }),
  'object-response': layout('JournalObjectResponse', { requestId: whole, stopped: bool, objects }),
  'proof-response': layout('JournalProofResponse', {
    requestId: whole,
    window: whole,
    phase: u8,
    round: u16,
    proposalHash: id32,
    total: u16,
    from: u16,
    votes: objects,
  }),
  wire: layout('JournalWireMessage', { bytes: blob }),
  stem: layout('JournalStemMessage', { object }),
});

/** `chain`: its place in `CHAINS`. */
const CHAIN_JOB = layout('JournalChainJob', {
  chain: u8,
  window: whole,
  from: id32,
  iterations: whole,
  until: optional(id32),
});

const NOTHING = layout('JournalNothing', {});

export const INPUT = oneOf({
  /**
   * `durable`: how many of the records persisted in this journal so far the process finds on its disk; `staged`: how many writes of the
   * snapshot that is put together there.
   */
  start: layout('JournalStart', { durable: u32, staged: u32, seed: raw(32) }),
  message: layout('JournalMessage', { peer: u32, message: MESSAGE }),
  /** `far`: the node at the other end, where the shell knows it; no rule reads it. */
  'peer-up': layout('JournalPeerUp', { peer: u32, outgoing: bool, far: optional(id32) }),
  'peer-down': layout('JournalPeerDown', { peer: u32 }),
  timer: NOTHING,
  alarm: NOTHING,
  done: layout('JournalDone', {
    chain: u8,
    window: whole,
    from: id32,
    value: id32,
    iterations: optional(whole),
  }),
  submit: layout('JournalSubmit', { object, notBefore: whole }),
});

/** A final window: the proposal, what it led to, and SHA-256 of its archive entry. */
const FINAL = layout('JournalFinal', {
  window: whole,
  stateRoot: id32,
  sideDigest: id32,
  proposal: object,
  entry: id32,
  operations: objects,
  registrations: objects,
  certificate: objects,
});

const HELD = layout('JournalHeld', {
  proposal: object,
  bundles: objects,
  reveals: objects,
  operations: objects,
  registrations: objects,
  round: u32,
  prevotes: objects,
});

/** A candidate chain e_0 … e_L: where it began, L, and e_L, which stands for all before it. */
const CANDIDATE_CHAIN = layout('JournalCandidateChain', { wStart: whole, length: whole, last: id32 });

export const OPEN = layout('JournalOpen', {
  window: whole,
  round: u32,
  signed: objects,
  listed: objects,
  locked: optional(HELD),
  valid: optional(HELD),
  certificate: objects,
  sticky: list(layout('JournalChoice', { sender: id32, prevHash: id32, operation: id32, window: whole }), u32),
  rejected: list(layout('JournalFork', { sender: id32, prevHash: id32, operations: list(id32, u32) }), u32),
  chain: optional(CANDIDATE_CHAIN),
});

const VERDICT = oneOf({
  accept: NOTHING,
  hold: layout('JournalHold', { until: text, window: whole }),
  stale: NOTHING,
  reject: layout('JournalReject', { reason: text }),
});

const NOTICE = oneOf({
  final: layout('JournalFinalNotice', { window: whole, round: u32, proposal: object, stateRoot: id32 }),
  confirmed: layout('JournalConfirmed', { operation: id32, window: whole }),
  standing: layout('JournalStanding', {
    window: whole,
    round: u32,
    finalHash: id32,
    validRound: u32,
    validHash: id32,
  }),
  entered: layout('JournalEntered', { window: whole }),
  timechain: layout('JournalTimechain', { window: whole }),
  published: layout('JournalPublished', { object }),
  accepted: layout('JournalAccepted', { object }),
  evidence: layout('JournalEvidence', { object }),
  submitted: layout('JournalSubmitted', { object, verdict: VERDICT }),
  penalty: layout('JournalPenalty', { peer: u32, reason: text }),
  stop: layout('JournalStop', { reason: text }),
  'catch-up': layout('JournalCatchUp', { phase: text, done: whole, total: whole, peer: optional(u32) }),
  advice: layout('JournalAdvice', { text }),
});

export const EFFECT = oneOf({
  send: layout('JournalSend', { peer: u32, message: MESSAGE }),
  timer: layout('JournalTimer', { at: optional(whole) }),
  alarm: layout('JournalAlarm', { at: optional(whole) }),
  work: CHAIN_JOB,
  cancel: CHAIN_JOB,
  persist: layout('JournalPersist', { final: optional(FINAL), open: optional(OPEN) }),
  notice: layout('JournalNotice', { notice: NOTICE }),
  adopt: layout('JournalAdopt', { window: whole, proposalHash: id32, stateRoot: id32, sideDigest: id32 }),
});

/** A signature the host made: SHA-256 of what it signed, and the signature without the zeros it ends with. */
const SIGNATURE = layout('JournalSignature', { message: id32, bytes: blobUpTo(SIGNATURE_SIZE) });

/** One input with all that came of it, effects one after another in order. */
const RECORD = layout('JournalRecord', {
  now: whole,
  iterations: whole,
  input: INPUT,
  signatures: list(SIGNATURE, u32),
  /** The message of the error that ended the process, if one did. */
  fatal: optional(text),
  count: u32,
  effects: blob,
});

/** How many inputs and effects so far, and the running digest of the effects. */
const MARK = layout('JournalMark', { inputs: whole, effects: whole, digest: id32 });

/** All that it takes to make the host again. No secret key. */
const SETTING = layout('JournalSetting', {
  /** Who this is, for a person. */
  name: text,
  /** The hash-bound bytes of the network (01 §9, 09 §1). */
  genesis: blob,
  /** Node records that the state before window 0 has in place of those of genesis. */
  nodes: list(blob, u32),
  /** 1952 bytes; none: an observer. */
  publicKey: optional(raw(1952)),
  /** Where it seeks entry: the public key of its operator, and the window its chain begins in at the earliest. */
  entry: optional(layout('JournalEntry', { operator: raw(1952), from: whole })),
  timers: text,
  adoption: text,
  /** Whether operations go over a stem first (06 §10). */
  stem: bool,
  /** Whether it catches up by a snapshot (06 §7), and the checkpoint it was configured with (09 §9). */
  fastSync: bool,
  checkpoint: optional(layout('JournalCheckpoint', { window: whole, proposalHash: id32 })),
  /** Which signatures these are, and what it takes to verify them besides: the secret of a simulated run. */
  suite: text,
  secret: blob,
});

export const ENTRY = oneOf({ setting: SETTING, object: JOURNAL_OBJECT, record: RECORD, mark: MARK });

export type FlatMessage = ReturnType<typeof MESSAGE.read>;
export type Entry = ReturnType<typeof ENTRY.read>;
export type FlatInput = ReturnType<typeof INPUT.read>;
export type FlatEffect = ReturnType<typeof EFFECT.read>;
export type FlatNotice = ReturnType<typeof NOTICE.read>;
export type FlatFinal = ReturnType<typeof FINAL.read>;
export type FlatOpen = ReturnType<typeof OPEN.read>;
export type FlatHeld = ReturnType<typeof HELD.read>;
export type FlatSetting = ReturnType<typeof SETTING.read>;
export type FlatSignature = ReturnType<typeof SIGNATURE.read>;
export type FlatRecord = ReturnType<typeof RECORD.read>;
