import { compareIds, concat, type Id, strictlyAscending } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { layout, list, raw } from '../bytes/layout.ts';
import { hashId } from '../crypto/hash.ts';
import { accountId, nodeId } from '../crypto/ids.ts';
import { PUBLIC_KEY_SIZE, SUITE_ML_DSA_65 } from '../crypto/suite.ts';
import { encodeAccountRecord, encodeNodeRecord } from '../state/records.ts';
import { type Roots, rootsOf } from '../state/roots.ts';
import type { Table } from '../state/state.ts';
import { rootOf } from '../state/tree.ts';
import { newAccount, newNode } from './births.ts';
import type { Network } from './network.ts';
import { type Constants, encodeParams, type Params } from './params.ts';
import { type Rules, rulesSuffix } from './rules.ts';

/** The two public keys of an operator that is there from window 0 on, 3904 bytes (01 §9.2). */
export const founderLayout = layout('Founder', {
  accountPubkey: raw(PUBLIC_KEY_SIZE),
  nodePubkey: raw(PUBLIC_KEY_SIZE),
});

/** Founders besides the bootstrap, ascending node_id: the end of the hash-bound bytes where there are any (09 §1). */
export const foundersLayout = layout('Founders', { founders: list(founderLayout) });

export type Founder = ReturnType<typeof founderLayout.read>;

/** All that a network is made of. */
export interface GenesisInput {
  readonly params: Constants;
  readonly rules: Rules;
  /** Bootstrap first; the others in any order. */
  readonly founders: readonly Founder[];
}

/** A network and its state before window 0. */
export interface Genesis {
  readonly network: Network;
  /** All hash-bound bytes: protocol_params, rules suffix, founders (09 §1). */
  readonly paramsBytes: Uint8Array;
  /** Encoded records, ascending by key. */
  readonly records: Readonly<Record<Table, readonly (readonly [Id, Uint8Array])[]>>;
  readonly roots: Roots;
}

/**
 * Genesis of a network (01 §9, 09 §1): a founder is an account without balance that operates one node of chain length 1.
 * Genesis State Hash = H("mt-genesis", state_root, hash-bound bytes). Founders without a bootstrap, or two with one key, are a
 * `FatalInvariant`: no network is made of them.
 */
export const buildGenesis = ({ params: constants, rules, founders: input }: GenesisInput): Genesis => {
  const [bootstrap, ...others] = input.map(identify);
  if (bootstrap === undefined) throw new FatalInvariant('genesis without a founder');
  others.sort((a, b) => compareIds(a.nodeId, b.nodeId));
  const founders = [bootstrap, ...others];
  const params: Params = {
    ...constants,
    bootstrapAccountPubkey: bootstrap.accountPubkey,
    bootstrapNodePubkey: bootstrap.nodePubkey,
  };
  const records = {
    account: distinct(founders.map((founder) => [founder.accountId, encodeAccountRecord(accountOf(founder))])),
    node: distinct(founders.map((founder) => [founder.nodeId, encodeNodeRecord(nodeOf(founder))])),
    candidate: [],
  };
  const roots = rootsOf(rootOf(records.node), rootOf(records.candidate), rootOf(records.account));
  const paramsBytes = concat(encodeParams(params), rulesSuffix(rules), encodeFounders(others));
  const genesisHash = hashId('mt-genesis', roots.stateRoot, paramsBytes);
  const network = { params, rules, genesisHash, founders: founders.map((founder) => founder.nodeId) };
  return { network, paramsBytes, records, roots };
};

interface IdentifiedFounder extends Founder {
  readonly accountId: Id;
  readonly nodeId: Id;
}

const identify = ({ accountPubkey, nodePubkey }: Founder): IdentifiedFounder => ({
  accountPubkey,
  nodePubkey,
  accountId: accountId(SUITE_ML_DSA_65, accountPubkey),
  nodeId: nodeId(nodePubkey),
});

/** Nothing where the bootstrap is alone (01 §9.2). */
const encodeFounders = (others: readonly Founder[]): Uint8Array =>
  others.length === 0 ? new Uint8Array(0) : foundersLayout.encode({ founders: others });

/** Frontier H("mt-genesis", account_id), whatever `birthFrontier` says of later records (01 §9.2). */
const accountOf = ({ accountId, accountPubkey }: IdentifiedFounder) =>
  newAccount(
    {
      accountId,
      balance: 0n,
      suiteId: SUITE_ML_DSA_65,
      currentPubkey: accountPubkey,
      isNodeOperator: true,
      frontierHash: hashId('mt-genesis', accountId),
    },
    0,
  );

const nodeOf = ({ accountId, nodeId, nodePubkey }: IdentifiedFounder) =>
  newNode({ nodeId, nodePubkey, suiteId: SUITE_ML_DSA_65, operatorAccountId: accountId }, 0);

/** Records ascending by key, each key once. */
const distinct = (records: (readonly [Id, Uint8Array])[]): readonly (readonly [Id, Uint8Array])[] => {
  records.sort((a, b) => compareIds(a[0], b[0]));
  if (!strictlyAscending(records.map(([key]) => key))) throw new FatalInvariant('genesis with two founders of one key');
  return records;
};
