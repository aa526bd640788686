import type { Id } from '../bytes/bytes.ts';
import { SUITE_ML_DSA_65, type Verify } from '../crypto/suite.ts';
import { lotteryEndpoint } from '../lottery/endpoint.ts';
import { type LotteryMode, weightedTicket } from '../lottery/ticket.ts';
import type { Reveal } from './objects.ts';

/** A node as a reveal of one window is judged. */
export interface RevealSigner {
  readonly publicKey: Uint8Array;
  readonly suiteId: number;
  readonly isActive: boolean;
  /** lottery_weight in the window's basis; 0 = not eligible. */
  readonly lotteryWeight: bigint;
}

/** What reveals of one window are judged on (04 §6.1). */
export interface RevealBasis {
  readonly window: number;
  readonly timechainValue: Id;
  /** cemented_bundle_aggregate(window − 2). */
  readonly aggregate: Id;
  readonly target: bigint;
  readonly mode: LotteryMode;
  signerOf(nodeId: Id): RevealSigner | undefined;
}

export type RevealFault =
  | 'UnknownNode'
  | 'UnsupportedSuite'
  | 'NotActive'
  | 'WrongWindow'
  | 'WrongEndpoint'
  | 'TicketAboveTarget'
  | 'InvalidSignature';

/** A reveal judged alone, in the order of 04 §6.1. */
export const judgeReveal = (reveal: Reveal, basis: RevealBasis, verify: Verify): RevealFault | undefined => {
  const signer = basis.signerOf(reveal.nodeId);
  if (signer === undefined) return 'UnknownNode';
  if (signer.suiteId !== SUITE_ML_DSA_65) return 'UnsupportedSuite';
  if (!signer.isActive) return 'NotActive';
  if (reveal.window !== basis.window) return 'WrongWindow';
  const endpoint = lotteryEndpoint(basis.timechainValue, basis.aggregate, reveal.nodeId, basis.window);
  if (reveal.endpoint !== endpoint) return 'WrongEndpoint';
  // Weight 0 has the ticket 2^128 − 1, which is below no target.
  if (weightedTicket(basis.mode, endpoint, signer.lotteryWeight) >= basis.target) return 'TicketAboveTarget';
  return verify(signer.publicKey, reveal.scope, reveal.signature) ? undefined : 'InvalidSignature';
};
