import { type Id, toHex, ZERO_ID } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Openings } from '../consensus/objects.ts';
import { sha256 } from '../crypto/hash.ts';
import { aggregateBefore, type History } from '../entry/candidate-chain.ts';
import { challengeOf } from '../entry/challenge.ts';
import { type OpenedSegment, openingHashes, openSegments } from '../entry/sampled-proof.ts';
import { registrationSortKey } from '../entry/sort-keys.ts';
import { isWaiting, listedWindow } from '../entry/waiting.ts';
import { pastWindow } from '../transition/past.ts';
import type { Settled } from '../transition/settled.ts';
import type { ParticipantConfig } from './context.ts';
import { isCopy } from './copies.ts';
import { isSigned, type RegistrationPool } from './registrations.ts';
import type { Session } from './session.ts';
import type { ChainJob, ChainResult, Verdict } from './types.ts';
import { ACCEPT, holdUntil, rejected, STALE } from './verdicts.ts';

/** Openings whose checkpoints stand under the registered root: what is left is to hash the segments between them. */
interface Check {
  /** Place of the registration: W_p, then its place in that window's batch, which nobody could choose (05 §4). */
  readonly window: number;
  readonly sortKey: Id;
  readonly nodeId: Id;
  readonly wStart: number;
  /** SHA-256 of the openings. */
  readonly digest: Id;
  readonly segments: readonly OpenedSegment[];
  /** Segments found to hold, from the first on. */
  holding: number;
  /** A segment did not hold. */
  isBroken: boolean;
  /** Its registration waits no longer. */
  isGone: boolean;
}

/**
 * The chains this node checks by their openings (05 D-E5), in its own time: one segment after another, each a job for its shell, and
 * chains in the same order at every node, so that a quorum knows the first one as soon as can be. What it finds reaches others only as
 * a registration that its bundle lists once more. Nothing is durable: a candidate says its openings again as long as it waits.
 */
export class EntryChecks {
  /** By nodereg_hash. */
  readonly #checks = new IdMap<Check>();
  #running: { readonly check: Check; readonly job: ChainJob } | undefined;

  /** Whether all segments of a registration hold. */
  isProven(registration: Id): boolean {
    const check = this.#checks.get(registration);
    return check !== undefined && !check.isBroken && check.holding === check.segments.length;
  }

  /** Undefined: no openings are known of the registration. Else whether they are these, and not found to be false. */
  isKnown(registration: Id, digest: Id): boolean | undefined {
    const check = this.#checks.get(registration);
    return check && !check.isBroken && check.digest === digest;
  }

  add({ registration, window }: Openings, sortKey: Id, digest: Id, segments: readonly OpenedSegment[]): void {
    const { id, nodeId, wStart } = registration;
    const begun = { holding: 0, isBroken: false, isGone: false };
    this.#checks.set(id, { window, sortKey, nodeId, wStart: Number(wStart), digest, segments, ...begun });
  }

  /** A window is final: what no longer waits needs no check. */
  settled({ state }: Settled): void {
    for (const id of this.#checks.keys()) {
      const check = this.#checks.get(id) as Check;
      if (isWaiting({ id }, state.candidate(check.nodeId))) continue;
      check.isGone = true;
      this.#checks.delete(id);
    }
  }

  /** The segment to hash now, if this node's word counts; one under way is ended first. */
  next(isActive: boolean): { readonly cancel: ChainJob | undefined; readonly begin: ChainJob | undefined } {
    const running = this.#running;
    if (running !== undefined && isActive && !running.check.isGone) return { cancel: undefined, begin: undefined };
    const check = isActive ? this.#first() : undefined;
    this.#running = check && { check, job: jobOf(check) };
    return { cancel: running?.job, begin: this.#running?.job };
  }

  /** A segment is hashed. */
  done({ window, from, value }: ChainResult): void {
    const running = this.#running;
    if (running === undefined || running.job.window !== window || running.job.from !== from) return;
    this.#running = undefined;
    const { check } = running;
    if (check.segments[check.holding]?.to === value) check.holding++;
    else check.isBroken = true;
  }

  #first(): Check | undefined {
    let first: Check | undefined;
    for (const check of this.#checks.values()) {
      if (isOpen(check) && (first === undefined || isBefore(check, first))) first = check;
    }
    return first;
  }
}

const isBefore = (a: Check, b: Check): boolean =>
  a.window < b.window || (a.window === b.window && a.sortKey < b.sortKey);

const jobOf = ({ wStart, segments, holding }: Check): ChainJob => {
  const { index, from, iterations } = segments[holding] as OpenedSegment;
  return { type: 'check', window: wStart + index, from, iterations };
};

/** Whether something is left to hash. */
const isOpen = ({ isBroken, holding, segments }: Check): boolean => !isBroken && holding < segments.length;

/**
 * What openings are worth against the last settled state: accepted and checked where they answer the challenge of a registration that
 * waits, byte by byte as far as the root reaches. Reject reasons: `InvalidSignature`, and those of `openSegments`.
 */
export const judgeOpenings = (
  openings: Openings,
  { open }: Session,
  pool: RegistrationPool,
  checks: EntryChecks,
  { verify, meter }: ParticipantConfig,
): Verdict => {
  const { registration, window } = openings;
  const { state, side } = open.settled;
  const held = pool.get(registration.id);
  const candidate = state.candidate(registration.nodeId);
  if (candidate === undefined || !isWaiting(registration, candidate)) {
    // Anybody can make openings of registrations that nobody heard of, and they are long.
    return held !== undefined && window === open.window ? holdUntil('final', window) : STALE;
  }
  // Taken again after it had expired, here or at the sender.
  if (window !== listedWindow(candidate)) return STALE;
  const digest = toHex(sha256(openings.bytes));
  const isKnown = checks.isKnown(registration.id, digest);
  if (isKnown !== undefined) return isKnown ? ACCEPT : STALE;
  // Others hold no copy to go by: what is handed on must have signatures that hold.
  if (!isCopy(held, registration) && !isSigned(registration, verify)) return rejected('InvalidSignature');
  const history: History = (past) => pastWindow(side.past, past);
  const challenge = challengeOf(registration, window, history);
  if (!challenge.ok) return STALE;
  meter.hashes += openingHashes(challenge.value);
  const opened = openSegments(challenge.value, openings.proof);
  if (!opened.ok) return rejected(opened.error);
  if (held === undefined) pool.add(registration);
  const timechainValue = history(window)?.timechainValue ?? ZERO_ID;
  const aggregate = aggregateBefore(history, window) ?? ZERO_ID;
  const sortKey = registrationSortKey(timechainValue, aggregate, registration.nodePubkey);
  checks.add(openings, sortKey, digest, opened.value);
  return ACCEPT;
};
