import type { Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Registration } from '../consensus/objects.ts';
import type { Verify } from '../crypto/suite.ts';
import { registrationOrder } from '../entry/batch.ts';
import { possessionMessage } from '../entry/registration.ts';
import {
  lengthVerdict,
  type RegistrationBasis,
  type RegistrationFault,
  validateRegistration,
} from '../entry/registration-rules.ts';
import type { EntryView } from '../entry/view.ts';
import { isWaiting } from '../entry/waiting.ts';
import { Draft } from '../transition/draft.ts';
import { type OpenWindow, openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import type { ParticipantConfig } from './context.ts';
import { isCopy } from './copies.ts';
import type { Session } from './session.ts';
import type { Verdict } from './types.ts';
import { ACCEPT, holdUntil, rejected, STALE } from './verdicts.ts';

/** Registrations held at most: 2.7 MB. */
export const REGISTRATION_LIMIT = 256;

/**
 * New registrations in one bundle: each that is cemented may have its chain hashed again by everybody (05 §3). As many more may be
 * listed once more, as proven.
 */
export const REGISTRATIONS_PER_BUNDLE = 8;

/** Registrations that candidates have published and no window has taken yet, or only unproven: they queue here, outside the pool (05 §4). */
export class RegistrationPool {
  readonly #held = new IdMap<Registration>();

  get size(): number {
    return this.#held.size;
  }

  get(id: Id): Registration | undefined {
    return this.#held.get(id);
  }

  /** Takes a registration; false when there is no room. */
  add(registration: Registration): boolean {
    if (this.#held.size >= REGISTRATION_LIMIT) return false;
    this.#held.set(registration.id, registration);
    return true;
  }

  /**
   * What the bundle of the open window lists: those without a structural fault against S_{W−1} whose chain is long enough now
   * (04 §4), the first few in the order of this window's batch, which nobody could choose. Besides, as many of those taken unproven
   * that this node knows to be `proven`: listed once more they are so for everybody.
   */
  confirmable(open: OpenWindow, timechainValue: Id, proven: (registration: Id) => boolean): readonly Registration[] {
    if (this.#held.size === 0) return [];
    const view = new Draft(open.settled.state);
    const waiting: Registration[] = [];
    const others: Registration[] = [];
    for (const registration of this.#held.values()) {
      if (isWaiting(registration, view.candidate(registration.nodeId))) {
        const isListed = proven(registration.id) && isLongEnough(registration, open, view);
        if (isListed) waiting.push(registration);
      } else if (structuralFault(registration, open, view, believe) === undefined) others.push(registration);
    }
    return [waiting, others].flatMap((valid) =>
      registrationOrder(valid, timechainValue, open.aggregate).slice(0, REGISTRATIONS_PER_BUNDLE),
    );
  }

  /** A window is final: its control set leaves, unless taken unproven, and what no later window can take. */
  settled(controlSet: readonly Registration[], settled: Settled): void {
    const isUnproven = (registration: Registration): boolean =>
      isWaiting(registration, settled.state.candidate(registration.nodeId));
    for (const registration of controlSet) if (!isUnproven(registration)) this.#held.delete(registration.id);
    if (this.#held.size === 0) return;
    const open = openWindow(settled);
    const view = new Draft(settled.state);
    for (const registration of [...this.#held.values()]) {
      if (isUnproven(registration)) continue;
      const fault = structuralFault(registration, open, view, believe);
      if (fault !== undefined && !MAY_WAIT.includes(fault)) this.#held.delete(registration.id);
    }
  }
}

/** Faults that time alone may mend, of a registration that is kept meanwhile. */
const MAY_WAIT: readonly RegistrationFault[] = ['WStartTooLate', 'InsufficientVdf'];

/** Signatures of what was accepted before need no second look. */
const believe: Verify = () => true;

/** All checks of 05 §3 but the proof, against S_{W−1}: the chain is hashed again when the window that cemented it is applied. */
const structuralFault = (
  registration: Registration,
  open: OpenWindow,
  view: EntryView,
  verify: Verify,
): RegistrationFault | undefined => validateRegistration(registration, view, basisOf(open), verify, () => true).fault;

const isLongEnough = (registration: Registration, open: OpenWindow, view: EntryView): boolean =>
  lengthVerdict(registration, view, basisOf(open)).fault === undefined;

const basisOf = ({ window, roster, settled }: OpenWindow): RegistrationBasis => ({
  window,
  activeNodes: roster.members.length,
  params: settled.network.params,
});

/** Whether both signatures of a registration hold: they are all that its identifier leaves open. */
export const isSigned = ({ nodePubkey, operatorPubkey, operatorPop, scope, signature }: Registration, verify: Verify) =>
  verify(operatorPubkey, possessionMessage(nodePubkey), operatorPop) && verify(nodePubkey, scope, signature);

/** What a registration is worth against the last settled state (05 §3). One that is too short waits for the pool to empty. */
export const judgeRegistration = (
  registration: Registration,
  session: Session,
  pool: RegistrationPool,
  { verify }: ParticipantConfig,
): Verdict => {
  const held = pool.get(registration.id);
  if (isCopy(held, registration)) return ACCEPT;
  const { open, bodies } = session;
  if (bodies.isWanted(registration.id)) {
    if (!isSigned(registration, verify)) return rejected('InvalidSignature');
    bodies.keep(registration);
  }
  const verdict = verdictOn(registration, open, verify);
  if (verdict.type !== 'accept') return verdict;
  return held !== undefined || pool.add(registration) ? ACCEPT : STALE;
};

/** The same of one that is on its stem: nothing comes to remember it (06 §10). */
export const weighRegistration = (
  registration: Registration,
  { open }: Session,
  pool: RegistrationPool,
  { verify }: ParticipantConfig,
): Verdict => (isCopy(pool.get(registration.id), registration) ? ACCEPT : verdictOn(registration, open, verify));

const verdictOn = (registration: Registration, open: OpenWindow, verify: Verify): Verdict => {
  const fault = structuralFault(registration, open, new Draft(open.settled.state), verify);
  switch (fault) {
    case undefined:
    case 'InsufficientVdf':
      return ACCEPT;
    case 'WStartTooLate':
      return holdUntil('final', open.window);
    case 'UnsupportedSuite':
    case 'BadOperatorBinding':
    case 'InvalidOperatorPoP':
    case 'InvalidSignature':
      return rejected(fault);
    default:
      return STALE;
  }
};
