import type { Registration } from '../consensus/objects.ts';
import { accountId } from '../crypto/ids.ts';
import { makeRegistration } from '../entry/registration.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { accountKey, nodeKey, step } from './network.suite.ts';
import { openWindow } from './open-window.ts';
import type { Settled } from './settled.ts';

/** τ₂ is 4; its entry chains are too long to be hashed again. T is whatever a test says: no transition hashes. */
export const LONG_CHAINS = { params: { d0: (1n << 24n) + 1n } };

/** One window more. */
export const windowed = (settled: Settled, registrations: readonly Registration[] = []) => {
  const { window, timechainValue } = openWindow(settled);
  return step(settled, { timechainValue: timechainValue ?? idOf(window), registrations });
};

/** Window after window, up to this one. */
export const grown = (settled: Settled, window: number): Settled =>
  settled.window < window ? grown(windowed(settled).settled, window) : settled;

/** Of candidate `n`, whose root nobody knows the leaves of. */
export const registrationOf = (n: number, wStart: bigint, length = 4n): Registration => {
  const operator = accountKey(50 + n);
  const fields = { suiteId: 1, operatorAccountId: accountId(1, operator.publicKey), proofEndpoint: idOf(n) };
  return makeRegistration({ ...fields, wStart, vdfChainLength: length }, nodeKey(50 + n), operator);
};
