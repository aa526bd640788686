import { ascii } from '../bytes/bytes.ts';
import { hkdfExpand } from './kdf.ts';
import { KEM_SEED_SIZE, type MlKemKeyPair, mlKemKeyPair } from './ml-kem.ts';
import { KEY_SEED_SIZE, type SigningKey, type Suite } from './suite.ts';
import { ACCOUNT_KEY_INFO, APP_KEY_INFO, NODE_KEY_INFO } from './tags.ts';

/** Seeds of the role keys: 32, 32 and 64 bytes. */
export interface RoleSeeds {
  readonly account: Uint8Array;
  readonly node: Uint8Array;
  readonly app: Uint8Array;
}

/** Flat derivation of the role seeds from the master seed, 64 bytes: one HKDF-Expand each (01 §7.3). */
export const roleSeeds = (masterSeed: Uint8Array): RoleSeeds => ({
  account: hkdfExpand(masterSeed, ascii(ACCOUNT_KEY_INFO), KEY_SEED_SIZE),
  node: hkdfExpand(masterSeed, ascii(NODE_KEY_INFO), KEY_SEED_SIZE),
  app: hkdfExpand(masterSeed, ascii(APP_KEY_INFO), KEM_SEED_SIZE),
});

/** The keys of one owner. The node key is the transport identity too. */
export interface RoleKeys {
  readonly account: SigningKey;
  readonly node: SigningKey;
  readonly app: MlKemKeyPair;
}

/** Role keys of a master seed (01 §7.3). */
export const roleKeys = (suite: Suite, masterSeed: Uint8Array): RoleKeys => {
  const seeds = roleSeeds(masterSeed);
  return { account: suite.key(seeds.account), node: suite.key(seeds.node), app: mlKemKeyPair(seeds.app) };
};
