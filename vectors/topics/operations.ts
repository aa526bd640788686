import { sha256 } from '#core/crypto/hash.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { decodeRegistration } from '#core/entry/registration.ts';
import { decodeOperation } from '#core/operations/codec.ts';
import { validateOperation } from '#core/operations/validate.ts';
import type { AccountRecord } from '#core/state/records.ts';
import { type Handlers, outcome } from '../handler.ts';
import type { Input } from '../input.ts';
import { publicKey } from '../keys.ts';
import { operationOf, registrationOf } from '../objects.ts';
import { rulesFrom } from '../rules.ts';

/** A record with what the checks read; the rest is zero. */
export const accountFrom = (input: Input): AccountRecord => ({
  accountId: input.id('account_id'),
  balance: input.has('balance') ? input.big('balance') : 0n,
  suiteId: input.has('suite_id') ? input.number('suite_id') : 1,
  isNodeOperator: input.flag('is_node_operator'),
  frontierHash: input.has('frontier_hash') ? input.id('frontier_hash') : '0'.repeat(64),
  opHeight: 0,
  accountChainLength: 0,
  accountChainLengthSnapshot: 0,
  currentPubkey: publicKey(input.id('key_seed')),
  creationWindow: input.has('creation_window') ? input.number('creation_window') : 0,
  lastOpWindow: 0,
  lastAccountCreationWindow: input.has('last_account_creation_window')
    ? input.number('last_account_creation_window')
    : 0,
});

/** 03 §4–6.1; 05 §3. */
export const operations: Handlers = {
  operation: (input) => {
    const operation = operationOf(input);
    return {
      signed_scope: operation.scope,
      op_hash: operation.id,
      signature_sha256: sha256(operation.signature),
      bytes_sha256: sha256(operation.bytes),
      size: operation.bytes.length,
    };
  },
  node_registration: (input) => {
    const registration = registrationOf(input);
    return {
      node_id: registration.nodeId,
      operator_pop_sha256: sha256(registration.operatorPop),
      signed_scope_sha256: sha256(registration.scope),
      nodereg_hash: registration.id,
      signature_sha256: sha256(registration.signature),
      bytes_sha256: sha256(registration.bytes),
      size: registration.bytes.length,
    };
  },
  decode_operation: (input) =>
    outcome(decodeOperation(input.bytes('bytes')), ({ type, id, sender }) => ({ type, op_hash: id, sender })),
  decode_node_registration: (input) =>
    outcome(decodeRegistration(input.bytes('bytes')), ({ nodeId, id }) => ({ node_id: nodeId, nodereg_hash: id })),
  validate_operation: (input) => {
    const accounts = new Map(input.list('accounts').map((entry) => [entry.id('account_id'), accountFrom(entry)]));
    const error = validateOperation(
      operationOf(input.inner('operation')),
      { account: (id) => accounts.get(id) },
      input.number('window'),
      rulesFrom(input.value('rules')),
      input.big('tau2_windows'),
      mlDsa65.verify,
    );
    return error === undefined ? { ok: true } : { error };
  },
};
