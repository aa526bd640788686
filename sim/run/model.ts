import type { Id } from '#core/bytes/bytes.ts';
import type { Verify } from '#core/crypto/suite.ts';
import type { Network } from '#core/genesis/network.ts';
import type { Judge } from '#sim/properties/histories.ts';
import { Model } from '#vectors/model.ts';
import type { Founder } from './founders.ts';

/**
 * The naive model as a judge of histories, from founders with a past (`start.ts`): settles the same lists again and compares what the
 * header commits.
 */
export const modelJudge = (
  network: Network,
  founders: readonly Founder[],
  chainLength: (nodeId: Id) => bigint,
  verify: Verify,
): (() => Judge) => {
  const byNode = new Map(founders.map((founder) => [founder.nodeId, founder]));
  const past = network.founders.map((id) => {
    const { account, node } = byNode.get(id) as Founder;
    return { accountPubkey: account.publicKey, nodePubkey: node.publicKey, chainLength: chainLength(id) };
  });
  return () => {
    const model = new Model(network, past, verify);
    return ({ entry, operations, registrations }) => {
      const { header, bundles, reveals } = entry;
      const { fallbackDepth } = header;
      const outcome = model.apply({ bundles, reveals, operations, registrations, fallbackDepth });
      const pairs: readonly (readonly [string, unknown, unknown])[] = [
        ['timechain_value', header.timechainValue, outcome.timechainValue],
        ['target', header.target, outcome.target],
        ['proposer', header.proposerNodeId, outcome.proposerNodeId],
        ['winner_id', header.winnerId, outcome.winnerId],
        ['winner_endpoint', header.winnerEndpoint, outcome.winnerEndpoint],
        ['control_root', header.controlRoot, outcome.controlRoot],
        ['included_bundles_root', header.includedBundlesRoot, outcome.includedBundlesRoot],
        ['included_reveals_root', header.includedRevealsRoot, outcome.includedRevealsRoot],
        ['account_root', header.accountRoot, outcome.accountRoot],
        ['node_root', header.nodeRoot, outcome.nodeRoot],
        ['candidate_root', header.candidateRoot, outcome.candidateRoot],
        ['state_root', header.stateRoot, outcome.stateRoot],
      ];
      const different = pairs.find(([, core, naive]) => core !== naive);
      const difference = different && `${different[0]} is ${different[1]}, the naive model has ${different[2]}`;
      return { difference, stateRoot: outcome.stateRoot };
    };
  };
};
