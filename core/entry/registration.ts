import { ascii, concat } from '../bytes/bytes.ts';
import { id32, layout, Reader, raw, u8, u16, u64 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import type { Registration } from '../consensus/objects.ts';
import { hashId } from '../crypto/hash.ts';
import { nodeId } from '../crypto/ids.ts';
import { PUBLIC_KEY_SIZE, SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import { OPERATOR_POP_PREFIX } from '../crypto/tags.ts';

export const REGISTRATION_TYPE = 0x11;

/** NodeRegistration, 10 605 bytes; the last 3309 are not signed (05 §3). */
export const registrationLayout = layout('NodeRegistration', {
  type: u8,
  suiteId: u16,
  nodePubkey: raw(PUBLIC_KEY_SIZE),
  operatorPubkey: raw(PUBLIC_KEY_SIZE),
  operatorAccountId: id32,
  /** e_L, or under `sampled` the root over the checkpoints e_0 … e_L. */
  proofEndpoint: id32,
  wStart: u64,
  /** L, in windows. */
  vdfChainLength: u64,
  /** Signature by the operator key over `possessionMessage`. */
  operatorPop: raw(SIGNATURE_SIZE),
  signature: raw(SIGNATURE_SIZE),
});

export const REGISTRATION_SIZE = registrationLayout.minimum;

const POSSESSION_PREFIX = ascii(OPERATOR_POP_PREFIX);

/** What an operator signs to prove that the node is its own: prefix and node key, 1967 bytes, no NUL (05 D-E2). */
export const possessionMessage = (nodePubkey: Uint8Array): Uint8Array => concat(POSSESSION_PREFIX, nodePubkey);

/** Type and length only; validity is `validateRegistration`'s. Keys and signatures are views of `bytes`. */
export const decodeRegistration = (bytes: Uint8Array): Result<Registration, 'WrongType' | 'WrongLength'> => {
  if (bytes.length > 0 && bytes[0] !== REGISTRATION_TYPE) return fail('WrongType');
  const decoded = registrationLayout.decode(bytes);
  return decoded.ok ? ok(registrationOf(bytes, decoded.value)) : fail('WrongLength');
};

const registrationOf = (bytes: Uint8Array, fields: ReturnType<typeof registrationLayout.read>): Registration => {
  const scope = bytes.subarray(0, REGISTRATION_SIZE - SIGNATURE_SIZE);
  return {
    kind: 'registration',
    id: hashId('mt-nodereg', scope),
    bytes,
    scope,
    nodeId: nodeId(fields.nodePubkey),
    suiteId: fields.suiteId,
    nodePubkey: fields.nodePubkey,
    operatorPubkey: fields.operatorPubkey,
    operatorAccountId: fields.operatorAccountId,
    proofEndpoint: fields.proofEndpoint,
    wStart: fields.wStart,
    vdfChainLength: fields.vdfChainLength,
    operatorPop: fields.operatorPop,
    signature: fields.signature,
  };
};

/** What a candidate chooses besides its two keys. */
export type RegistrationFields = Pick<
  Registration,
  'suiteId' | 'operatorAccountId' | 'proofEndpoint' | 'wStart' | 'vdfChainLength'
>;

/** A signed registration. */
export const makeRegistration = (
  fields: RegistrationFields,
  nodeKey: SigningKey,
  operatorKey: SigningKey,
): Registration => {
  const bytes = registrationLayout.encode({
    ...fields,
    type: REGISTRATION_TYPE,
    nodePubkey: nodeKey.publicKey,
    operatorPubkey: operatorKey.publicKey,
    operatorPop: operatorKey.sign(possessionMessage(nodeKey.publicKey)),
    signature: new Uint8Array(SIGNATURE_SIZE),
  });
  const scopeSize = REGISTRATION_SIZE - SIGNATURE_SIZE;
  bytes.set(nodeKey.sign(bytes.subarray(0, scopeSize)), scopeSize);
  const decoded = registrationLayout.read(new Reader(bytes));
  return registrationOf(bytes, decoded);
};
