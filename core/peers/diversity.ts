import type { Id } from '../bytes/bytes.ts';
import { type Address, groupOf } from './address.ts';
import { cohortOf } from './table.ts';

/** What the rules of diversity look at. */
export interface Neighbour {
  readonly nodeId: Id;
  readonly address: Address;
  readonly startWindow: number;
}

/** Most outgoing connections of one cohort, and of one autonomous system, before and after relaxing (06 §9). */
const PER_COHORT = 2;
const PER_SYSTEM = 2;
const PER_SYSTEM_RELAXED = 4;

/**
 * Which rules hold back: `all`; `cohorts` not, where the four leave places free for τ₁; `systems` only up to four, after another; `none`
 * but unique identities, in test networks, whose nodes share an address.
 */
export type Relaxed = 'all' | 'cohorts' | 'systems' | 'none';

/** The autonomous system of an address; its group where there is no map (06 §9). */
export type SystemOf = (address: Address) => string;

/** Whether `candidate` may be another outgoing connection beside these (06 §9). */
export const mayConnect = (
  outgoing: readonly Neighbour[],
  candidate: Neighbour,
  tau2: number,
  relaxed: Relaxed,
  systemOf: SystemOf = groupOf,
): boolean => {
  if (outgoing.some(({ nodeId }) => nodeId === candidate.nodeId)) return false;
  if (relaxed === 'none') return true;
  const count = (isAlike: (neighbour: Neighbour) => boolean): number => outgoing.filter(isAlike).length;
  const group = groupOf(candidate.address);
  if (count(({ address }) => groupOf(address) === group) > 0) return false;
  const system = systemOf(candidate.address);
  const inSystem = count(({ address }) => systemOf(address) === system);
  if (inSystem >= (relaxed === 'systems' ? PER_SYSTEM_RELAXED : PER_SYSTEM)) return false;
  if (relaxed !== 'all') return true;
  const cohort = cohortOf(candidate.startWindow, tau2);
  return count(({ startWindow }) => cohortOf(startWindow, tau2) === cohort) < PER_COHORT;
};
