import type { Id } from '#core/bytes/bytes.ts';
import type { Checkpoint } from '#core/sync/phase.ts';
import { ANEW } from '#node/store/store-error.ts';

/**
 * History leads through the operator's checkpoint (09 §9): a window that contradicts it is never made durable, and never gone on from.
 * Throws where `hash` is what window `window` has instead; undefined: it is not known.
 */
export const mustLeadThrough = (checkpoint: Checkpoint | undefined, window: number, hash: Id | undefined): void => {
  if (checkpoint?.window !== window || hash === undefined || checkpoint.proposalHash === hash) return;
  const advice = `check it and your peers; if it is right, ${ANEW}`;
  throw new Error(`window ${window} has ${hash}, not the checkpoint of montana.yaml; ${advice}`);
};

/** For the operator: one peer that lies is no reason to stop. */
export const CONTRADICTION_ADVICE =
  'a peer shows a chain that contradicts the checkpoint of montana.yaml: if all of them do, check the checkpoint, genesis.yaml and your peers';
