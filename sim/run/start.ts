import type { Id } from '#core/bytes/bytes.ts';
import { encodeNodeRecord } from '#core/state/records.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Founder } from './founders.ts';
import type { Scenario } from './scenario.ts';

/** The window from which on each host seeks entry; undefined: it is a founder. */
export const joiningOf = ({ hosts }: Pick<Scenario, 'hosts'>): readonly (number | undefined)[] =>
  hosts.flatMap(({ count, joins }) => new Array<number | undefined>(count).fill(joins));

/** chain_length of each host's node before the run. */
export const chainLengths = ({ hosts }: Pick<Scenario, 'hosts'>): readonly number[] =>
  hosts.flatMap(({ count, chainLength }) => new Array<number>(count).fill(chainLength));

/** chain_length before the run by node. */
export const chainLengthOf = (scenario: Scenario, founders: readonly Founder[]): ((nodeId: Id) => bigint) => {
  const lengths = chainLengths(scenario);
  const byNode = new Map(founders.map(({ nodeId }, host) => [nodeId, BigInt(lengths[host] as number)]));
  return (nodeId) => byNode.get(nodeId) ?? 1n;
};

/**
 * The state before window 0 as if its nodes had confirmed windows before: chain_length and its snapshot are what the scenario says,
 * the checkpoints stay 0. Everything in a run starts from it: hosts, observers, the naive model. The Genesis State Hash remains that
 * of the founders without a past, so it names the network and not this state.
 */
export const withPast = (genesis: Settled, lengthOf: (nodeId: Id) => bigint): Settled => {
  const { state } = genesis;
  const changes = [...state.nodes()].map((node) => {
    const chainLength = lengthOf(node.nodeId);
    return [node.nodeId, encodeNodeRecord({ ...node, chainLength, chainLengthSnapshot: chainLength })] as const;
  });
  return { ...genesis, state: state.with(state.apply({ node: changes }).delta) };
};
