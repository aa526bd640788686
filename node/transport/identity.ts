import type { PeerId, RSAPrivateKey, RSAPublicKey } from '@libp2p/interface';
import { peerIdFromMultihash } from '@libp2p/peer-id';
import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import type { MultihashDigest } from 'multiformats/hashes/interface';
import { equalBytes } from '#core/bytes/bytes.ts';
import { peerId, peerIdMultihash } from '#core/crypto/ids.ts';

const SHA2_256 = 0x12;
const LIBP2P_KEY = 0x72;

const digestOf = (key: Uint8Array): MultihashDigest<typeof SHA2_256> =>
  Digest.decode(peerIdMultihash(key)) as MultihashDigest<typeof SHA2_256>;

/** PeerId of an ML-DSA-65 key, 1952 bytes: sha2-256 multihash of the raw key (06 §3.1). It does not carry the key. */
export const peerIdOf = (key: Uint8Array): PeerId => peerIdFromMultihash(digestOf(key));

const never = (): never => {
  throw new Error('the node key signs handshakes and tunnel proofs only');
};

/**
 * The node's key as libp2p wants it: it takes a PeerId only by way of a private key of a type it knows, and of an RSA key it asks no
 * more than the multihash. No secret is in it, and nothing that libp2p does here signs (06 §16).
 */
export const libp2pKey = (key: Uint8Array): RSAPrivateKey => {
  const publicKey: RSAPublicKey = {
    type: 'RSA',
    raw: key,
    jwk: {},
    equals: (other?: { readonly raw?: unknown }) => other?.raw instanceof Uint8Array && equalBytes(other.raw, key),
    toMultihash: () => digestOf(key),
    toCID: () => CID.createV1(LIBP2P_KEY, digestOf(key)) as ReturnType<RSAPublicKey['toCID']>,
    verify: never,
    toString: () => peerId(key),
  };
  return {
    type: 'RSA',
    publicKey,
    raw: key,
    jwk: {},
    equals: (other?: { readonly publicKey?: unknown }) => publicKey.equals(other?.publicKey),
    sign: never,
  };
};
