/** The registry of domain tags (01 §3.1). A tag that is neither here nor, for the transport, in `tunnel/raw-hash.ts` is a defect. */

/** Tags of H(tag, …): one 0x00 follows the tag. */
export const HASH_TAGS = [
  'mt-op',
  'mt-nodereg',
  'mt-proposal',
  'mt-proposal-vote',
  'mt-bundle',
  'mt-vdf-reveal',
  'mt-account',
  'mt-node',
  'mt-account-fingerprint',
  'mt-candidate-vdf-init',
  'mt-merkle-leaf',
  'mt-merkle-node',
  'mt-state-root',
  'mt-timechain',
  'mt-lottery',
  'mt-bc-aggregate',
  'mt-bc-aggregate-empty',
  'mt-selection',
  'mt-nodereg-sort',
  'mt-confirmation',
  'mt-genesis',
  'mt-account-birth',
  'mt-app',
  'mt-content-chunk',
  'mt-content-manifest',
  'mt-profile',
  'mt-encryption-key',
  'mt-prekeys',
  'mt-recovery-fingerprint',
  'mt-peer-bucket',
  'mt-stem-route',
] as const;

export type HashTag = (typeof HASH_TAGS)[number];

/** PBKDF2 salt of the master seed: tag bytes only. */
export const SEED_SALT = 'mt-seed';

/** HKDF info of the role keys: tag bytes only (01 §7.3). */
export const ACCOUNT_KEY_INFO = 'mt-account-key';
export const NODE_KEY_INFO = 'mt-node-key';
export const APP_KEY_INFO = 'mt-app-encryption-key';

/** Prefix of an ML-DSA message, raw, no 0x00 (01 O-3). */
export const OPERATOR_POP_PREFIX = 'mt-operator-pop';
