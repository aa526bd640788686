import type { Operation, Registration } from '#core/consensus/objects.ts';
import { SIGNATURE_SIZE } from '#core/crypto/suite.ts';
import {
  decodeRegistration,
  makeRegistration,
  possessionMessage,
  registrationLayout,
} from '#core/entry/registration.ts';
import { decodeOperation, makeOperation, type OperationFields } from '#core/operations/codec.ts';
import type { Input } from './input.ts';
import { corrupt, keyOf, publicKey } from './keys.ts';

/** A key given raw as `pubkey`, or by its seed. */
const rawKey = (input: Input, pubkey: string, seed: string): Uint8Array =>
  input.has(pubkey) ? input.bytes(pubkey) : publicKey(input.id(seed));

const operationFields = (input: Input): OperationFields => {
  const own = { prevHash: input.id('prev_hash'), sender: input.id('sender') };
  const type = input.text('type');
  switch (type) {
    case 'Transfer':
      return { type, ...own, link: input.id('link'), amount: input.big('amount') };
    case 'TransferModeB':
      return {
        type,
        ...own,
        link: input.id('link'),
        suiteId: input.number('suite_id'),
        receiverPubkey: rawKey(input, 'receiver_pubkey', 'receiver_key_seed'),
        amount: input.big('amount'),
      };
    case 'ChangeKey':
      return {
        type,
        ...own,
        newSuiteId: input.number('new_suite_id'),
        newPubkey: rawKey(input, 'new_pubkey', 'new_key_seed'),
      };
    case 'Anchor':
      return { type, ...own, appId: input.id('app_id'), dataHash: input.id('data_hash') };
    default:
      throw new Error(`unknown operation ${type}`);
  }
};

/** The bytes with another signature in their last 3309. */
const signedWith = (bytes: Uint8Array, signature: Uint8Array): Uint8Array => {
  const copy = bytes.slice();
  copy.set(signature, copy.length - SIGNATURE_SIZE);
  return copy;
};

/** The operation that a case describes: signed by `signer_seed`, its signature spoilt where `corrupt_signature` says so. */
export const operationOf = (input: Input): Operation => {
  const operation = makeOperation(operationFields(input), keyOf(input.id('signer_seed')));
  if (!input.flag('corrupt_signature')) return operation;
  const spoilt = decodeOperation(signedWith(operation.bytes, corrupt(operation.signature)));
  if (!spoilt.ok) throw new Error(spoilt.error);
  return spoilt.value;
};

/**
 * The registration that a case describes. `pop_signer_seed` and `signer_seed` are the keys that really signed, by default the
 * right ones; the corrupt_ fields spoil what they signed.
 */
export const registrationOf = (input: Input): Registration => {
  const nodeKey = keyOf(input.id('node_key_seed'));
  const made = makeRegistration(
    {
      suiteId: input.number('suite_id'),
      operatorAccountId: input.id('operator_account_id'),
      proofEndpoint: input.id('proof_endpoint'),
      wStart: input.big('w_start'),
      vdfChainLength: input.big('vdf_chain_length'),
    },
    nodeKey,
    keyOf(input.id('operator_key_seed')),
  );
  if (!input.has('signer_seed')) return made;
  const fields = registrationLayout.decode(made.bytes);
  if (!fields.ok) throw new Error(fields.error);
  const possession = keyOf(input.id('pop_signer_seed')).sign(possessionMessage(nodeKey.publicKey));
  const operatorPop = input.flag('corrupt_pop') ? corrupt(possession) : possession;
  const bytes = registrationLayout.encode({ ...fields.value, operatorPop });
  const signature = keyOf(input.id('signer_seed')).sign(bytes.subarray(0, bytes.length - SIGNATURE_SIZE));
  const signed = signedWith(bytes, input.flag('corrupt_signature') ? corrupt(signature) : signature);
  const decoded = decodeRegistration(signed);
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.value;
};
