import type { Id } from '../bytes/bytes.ts';
import { blob, id32, layout, u64 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { decodeProof, encodeProof, prove, rootProven } from '../state/proof.ts';
import { type AccountRecord, decodeAccountRecord } from '../state/records.ts';
import { stateRoot } from '../state/roots.ts';
import type { Settled } from '../transition/settled.ts';

/**
 * An account, or that there is none, in the state after a window: the proof in the account table and the two other roots of which the
 * state root is made (02 §6, §7; 10 §4: op 11 without header and certificate). 146 bytes, the record, and 32 for each sibling.
 */
export const ACCOUNT_PROOF = layout('AccountProof', { window: u64, proof: blob, nodeRoot: id32, candidateRoot: id32 });

/** What a host says of an account, from a settled state. */
export const accountProof = ({ state, window }: Settled, account: Id): Uint8Array => {
  const { nodeRoot, candidateRoot } = state.roots();
  const proof = encodeProof(prove(state.tree('account'), account));
  return ACCOUNT_PROOF.encode({ window: BigInt(window), proof, nodeRoot, candidateRoot });
};

/**
 * What a client reads from it under the state root of a header that it trusts: the record, or undefined when there is none. `Malformed`:
 * not its bytes; `WrongAccount`: about another; `WrongRoot`: not in this state.
 */
export const verifyAccountProof = (
  bytes: Uint8Array,
  root: Id,
  account: Id,
): Result<AccountRecord | undefined, 'Malformed' | 'WrongAccount' | 'WrongRoot'> => {
  const decoded = ACCOUNT_PROOF.decode(bytes);
  if (!decoded.ok) return fail('Malformed');
  const { proof: inclusion, nodeRoot, candidateRoot } = decoded.value;
  const proof = decodeProof(inclusion);
  if (!proof.ok) return fail('Malformed');
  if (proof.value.key !== account) return fail('WrongAccount');
  const accountRoot = rootProven(inclusion, 'account');
  if (accountRoot === undefined || stateRoot(nodeRoot, candidateRoot, accountRoot) !== root) return fail('WrongRoot');
  if (proof.value.leafValue.length === 0) return ok(undefined);
  const record = decodeAccountRecord(proof.value.leafValue);
  return record.ok ? record : fail('Malformed');
};
