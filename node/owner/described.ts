import { accountFingerprint, encodeAddress } from '#core/crypto/ids.ts';
import { type Identity, recoveryFingerprintOf, wipeIdentity } from '#node/config/identity.ts';
import { rowsText } from './rows.ts';

/** What of an identity anybody may see. Its secrets are gone afterwards. */
export const described = (identity: Identity) => {
  try {
    const { mode, accountId, accountKey, nodeId, peerId } = identity;
    return {
      mode,
      address: encodeAddress(accountId),
      accountId,
      fingerprint: accountFingerprint(accountKey).words,
      nodeId,
      peerId,
      recoveryFingerprint: recoveryFingerprintOf(identity),
    };
  } finally {
    wipeIdentity(identity);
  }
};

export type DescribedIdentity = ReturnType<typeof described>;

const MODES = {
  recoverable: 'recoverable: the file holds the master seed',
  ephemeral: 'ephemeral: the file holds keys alone',
} as const;

/** For a person. */
export const describedText = (of: DescribedIdentity): string =>
  rowsText([
    ['address', of.address],
    ['account id', of.accountId],
    ['fingerprint', of.fingerprint],
    ['node id', of.nodeId],
    ['peer id', of.peerId],
    ['recovery', of.recoveryFingerprint],
    ['mode', MODES[of.mode]],
  ]);
