import { compareIds, type Id } from '../bytes/bytes.ts';
import { smallestOf } from '../bytes/integers.ts';
import { type LotteryMode, lnQ64, MAX_U128 } from './ln.ts';

export type { LotteryMode } from './ln.ts';

/** A node's ticket in one window's lottery. Lower wins. */
export interface Ticket {
  readonly nodeId: Id;
  readonly ticket: bigint;
}

/** Divisor of chain_length in seniority (04 §1). */
const SENIORITY_DIVISOR = 13n;

/** min(chain_length / 13, snapshot) (04 §6.2). */
export const seniority = (chainLength: bigint, snapshot: bigint): bigint =>
  smallestOf(chainLength / SENIORITY_DIVISOR, snapshot);

/** lottery_weight = snapshot + seniority (04 §6.2). */
export const lotteryWeight = (chainLength: bigint, snapshot: bigint): bigint =>
  snapshot + seniority(chainLength, snapshot);

/** weighted_ticket = ln_q64(endpoint) / lottery_weight, floor; 2^128 − 1 for weight 0, which no rule lets win (04 §6.2, D-7). */
export const weightedTicket = (mode: LotteryMode, endpoint: Id, weight: bigint): bigint =>
  weight === 0n ? MAX_U128 : lnQ64(mode, endpoint) / weight;

/** The total order of tickets: value, then node_id (04 §6.2). */
export const compareTickets = (a: Ticket, b: Ticket): number =>
  a.ticket < b.ticket ? -1 : a.ticket > b.ticket ? 1 : compareIds(a.nodeId, b.nodeId);

/** Tickets in order, best first. */
export const orderTickets = (tickets: Iterable<Ticket>): readonly Ticket[] => [...tickets].sort(compareTickets);
