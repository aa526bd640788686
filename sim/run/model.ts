import type { Id } from '#core/bytes/bytes.ts';
import type { Verify } from '#core/crypto/suite.ts';
import type { Network } from '#core/genesis/network.ts';
import type { Judge } from '#sim/properties/validity.ts';
import { Model } from '#vectors/model.ts';
import type { Founder } from './founders.ts';

/** The naive model as a judge, from founders with a past (`start.ts`): settles the same lists again and compares what the header commits. */
export const modelJudge = (
  network: Network,
  founders: readonly Founder[],
  chainLength: (nodeId: Id) => bigint,
  verify: Verify,
): Judge => {
  const byNode = new Map(founders.map((founder) => [founder.nodeId, founder]));
  const model = new Model(
    network,
    network.founders.map((id) => {
      const founder = byNode.get(id) as Founder;
      return {
        accountPubkey: founder.account.publicKey,
        nodePubkey: founder.node.publicKey,
        chainLength: chainLength(id),
      };
    }),
    verify,
  );
  return ({ settled, entry, operations, registrations }) => {
    const { header } = entry;
    const outcome = model.apply({
      bundles: entry.bundles,
      reveals: entry.reveals,
      operations,
      registrations,
      fallbackDepth: header.fallbackDepth,
    });
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
      ['the state held', settled.state.stateRoot(), outcome.stateRoot],
    ];
    const different = pairs.find(([, core, naive]) => core !== naive);
    return different && `${different[0]} is ${different[1]}, the naive model has ${different[2]}`;
  };
};
