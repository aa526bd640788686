import { type Id, littleEndian, ZERO_ID } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { hashId } from '../crypto/hash.ts';
import type { AccountRecord, NodeRecord } from '../state/records.ts';
import type { Rules } from './rules.ts';

/** Frontier of a record created in window `window`, after genesis: what its first own operation names (03 A-1, 02 A-S1). */
export const initialFrontier = (
  rules: Pick<Rules, 'birthFrontier'>,
  genesisHash: Id,
  accountId: Id,
  window: number,
): Id =>
  rules.birthFrontier === 'zero'
    ? ZERO_ID
    : hashId('mt-account-birth', genesisHash, accountId, littleEndian(accountWindow(window), 4));

/** What tells one new account from another. */
export interface AccountBirth {
  readonly accountId: Id;
  readonly balance: bigint;
  readonly suiteId: number;
  readonly currentPubkey: Uint8Array;
  readonly isNodeOperator: boolean;
  readonly frontierHash: Id;
}

/** A record whose settle, selection event or genesis is `window` (03 §7). */
export const newAccount = (birth: AccountBirth, window: number): AccountRecord => ({
  ...birth,
  opHeight: 0,
  accountChainLength: 0,
  accountChainLengthSnapshot: 0,
  creationWindow: accountWindow(window),
  lastOpWindow: window,
  lastAccountCreationWindow: 0,
});

/** What tells one new node from another. */
export type NodeBirth = Pick<NodeRecord, 'nodeId' | 'nodePubkey' | 'suiteId' | 'operatorAccountId'>;

/** A node that is active from `window` + 1 on, a founder from 0 on; its snapshot is 1, or it could win no lottery (05 §5, 01 O-6). */
export const newNode = (birth: NodeBirth, window: number): NodeRecord => ({
  ...birth,
  startWindow: BigInt(window),
  chainLength: 1n,
  chainLengthSnapshot: 1n,
  chainLengthCheckpoints: [0n, 0n, 0n, 0n, 0n, 0n],
  lastConfirmationWindow: 0n,
});

const MOST_U32 = 0xffff_ffff;

/** `window` as an account record holds it. Beyond 32 bits the node stops: it must not wrap (03 §3). */
export const accountWindow = (window: number): number => {
  if (window > MOST_U32) throw new FatalInvariant(`window ${window} does not fit an account record`);
  return window;
};
