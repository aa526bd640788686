import {
  accountFingerprint,
  accountId,
  decodeAddress,
  encodeAddress,
  nodeId,
  peerId,
  peerIdMultihash,
} from '#core/crypto/ids.ts';
import { type Handlers, outcome } from '../handler.ts';
import { publicKey } from '../keys.ts';

/** 01 §6, §7.6; 06 §3.1. */
export const ids: Handlers = {
  account_id: (input) => ({ account_id: accountId(input.number('suite_id'), input.bytes('pubkey')) }),
  node_id: (input) => ({ node_id: nodeId(input.bytes('pubkey')) }),
  peer_id: (input) => {
    const key = publicKey(input.id('identity_seed'));
    return { multihash: peerIdMultihash(key), peer_id: peerId(key) };
  },
  address_encode: (input) => ({ address: encodeAddress(input.id('account_id')) }),
  address_decode: (input) => outcome(decodeAddress(input.text('address')), (account) => ({ account_id: account })),
  account_fingerprint: (input) => ({
    ...accountFingerprint(input.has('pubkey') ? input.bytes('pubkey') : publicKey(input.id('key_seed'))),
  }),
};
