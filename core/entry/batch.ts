import { compareIds, type Id } from '../bytes/bytes.ts';
import type { Registration } from '../consensus/objects.ts';
import type { Verify } from '../crypto/suite.ts';
import type { Params } from '../genesis/params.ts';
import {
  type EntryProof,
  type RegistrationBasis,
  type RegistrationVerdict,
  validateRegistration,
} from './registration-rules.ts';
import { registrationSortKey } from './sort-keys.ts';
import type { EntrySet } from './view.ts';

/** The window whose proposal carries the registrations. */
export interface BatchBasis extends RegistrationBasis {
  /** T of the window. */
  readonly timechainValue: Id;
  /** Aggregate of the window before the last. */
  readonly aggregate: Id;
  readonly params: RegistrationBasis['params'] & Pick<Params, 'candidateExpiryWindows'>;
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
 * (05 §4). A refused one leaves no trace. Receipts in the order of application.
 */
export const applyRegistrations = (
  registrations: readonly Registration[],
  set: EntrySet,
  basis: BatchBasis,
  verify: Verify,
  proves: EntryProof,
): readonly RegistrationReceipt[] =>
  registrationOrder(registrations, basis.timechainValue, basis.aggregate).map((registration) => {
    const verdict = validateRegistration(registration, set, basis, verify, proves);
    if (verdict.fault === undefined) pool(registration, set, basis);
    return { registration, ...verdict };
  });

const pool = (registration: Registration, set: EntrySet, { window, params }: BatchBasis): void => {
  const { nodeId, nodePubkey, suiteId, operatorPubkey, operatorAccountId } = registration;
  const { proofEndpoint, wStart, vdfChainLength } = registration;
  set.putCandidate({
    nodeId,
    nodePubkey,
    suiteId,
    operatorPubkey,
    operatorAccountId,
    proofEndpoint,
    wStart,
    vdfChainLength,
    registrationWindow: BigInt(window),
    expires: BigInt(window) + params.candidateExpiryWindows,
  });
};
