import type { ChainEngine, History } from '../entry/candidate-chain.ts';
import { challengeOf } from '../entry/challenge.ts';
import { fullProofHolds } from '../entry/entry-proof.ts';
import type { EntryProof } from '../entry/registration-rules.ts';
import { entryProofMode } from '../genesis/derived.ts';
import type { OpenWindow } from './open-window.ts';
import { pastWindow } from './past.ts';
import type { PastWindow } from './settled.ts';

/**
 * How proof_endpoint of a registration cemented in the open window is judged (05 D-E5); `present` is that window. Chains may begin
 * in the 4τ₂ windows before it. Where they are too long to be hashed again it is asked only whether the window can draw a challenge
 * for them: a registration then enters unproven, and no transition ever sees openings.
 */
export const entryProofOf = ({ settled }: OpenWindow, present: PastWindow, chain: ChainEngine): EntryProof => {
  const { network, side } = settled;
  const history: History = (window) => (window === present.window ? present : pastWindow(side.past, window));
  if (entryProofMode(network.rules, network.params) === 'sampled') {
    return (registration) => challengeOf(registration, present.window, history).ok;
  }
  return (registration) => fullProofHolds(registration, present.window, history, chain);
};
