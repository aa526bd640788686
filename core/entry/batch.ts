import { compareIds, type Id } from '../bytes/bytes.ts';
import type { Registration } from '../consensus/objects.ts';
import type { Verify } from '../crypto/suite.ts';
import type { Params } from '../genesis/params.ts';
import type { Rules } from '../genesis/rules.ts';
import type { CandidateRecord } from '../state/records.ts';
import {
  type EntryProof,
  lengthVerdict,
  type RegistrationBasis,
  type RegistrationVerdict,
  validateRegistration,
} from './registration-rules.ts';
import { registrationSortKey } from './sort-keys.ts';
import type { EntrySet } from './view.ts';
import { candidateRecord, isWaiting, unprovenCandidate } from './waiting.ts';

/** The window whose proposal carries the registrations. */
export interface BatchBasis extends RegistrationBasis {
  /** T of the window. */
  readonly timechainValue: Id;
  /** Aggregate of the window before the last. */
  readonly aggregate: Id;
  readonly params: RegistrationBasis['params'] & Pick<Params, 'candidateExpiryWindows'>;
  /** As it acts on this network (`entryProofMode`). */
  readonly entryProof: Rules['entryProof'];
}

/** What became of one registration of the control set. */
export interface RegistrationReceipt extends RegistrationVerdict {
  readonly registration: Registration;
}

/** Registrations in the order they are applied: nr_sort_key, then nodereg_hash (05 §4). */
export const registrationOrder = (
  registrations: readonly Registration[],
  timechainValue: Id,
  aggregate: Id,
): readonly Registration[] =>
  registrations
    .map((registration) => ({
      registration,
      key: registrationSortKey(timechainValue, aggregate, registration.nodePubkey) + registration.id,
    }))
    .sort((a, b) => compareIds(a.key, b.key))
    .map(({ registration }) => registration);

/**
 * Step 1 of a window: the control set enters the candidate pool, each registration judged against what those before it left
 * (05 §4). Under `sampled` it enters unproven at first, and proven with the window that lists it again; only then does it count
 * against the others. A refused one leaves no trace. Receipts in the order of application.
 */
export const applyRegistrations = (
  registrations: readonly Registration[],
  set: EntrySet,
  basis: BatchBasis,
  verify: Verify,
  proves: EntryProof,
): readonly RegistrationReceipt[] =>
  registrationOrder(registrations, basis.timechainValue, basis.aggregate).map((registration) => {
    const isProof = isWaiting(registration, set.candidate(registration.nodeId));
    const verdict = isProof
      ? lengthVerdict(registration, set, basis)
      : validateRegistration(registration, set, basis, verify, proves);
    if (verdict.fault === undefined) {
      const isUnproven = basis.entryProof === 'sampled' && !isProof;
      set.putCandidate(isUnproven ? unprovenCandidate(registration, basis.window) : candidateOf(registration, basis));
    }
    return { registration, ...verdict };
  });

const candidateOf = (registration: Registration, { window, params }: BatchBasis): CandidateRecord =>
  candidateRecord(registration, {
    proofEndpoint: registration.proofEndpoint,
    registrationWindow: BigInt(window),
    expires: BigInt(window) + params.candidateExpiryWindows,
  });
