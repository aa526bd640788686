import { nodeId } from '#core/crypto/ids.ts';
import type { Suite } from '#core/crypto/suite.ts';
import type { Network } from '#core/genesis/network.ts';
import type { HostOptions } from '#core/host/host.ts';
import type { ParticipantConfig } from '#core/participant/context.ts';
import { NO_MEMO } from '#core/participant/evaluation.ts';
import { ORDINARY_TIMERS, PATIENT_TIMERS } from '#core/participant/timers.ts';
import type { ProtocolSetting } from './setting.ts';

/** What the participant of a live node is. It always has an identity: one that is in no table signs nothing but its way in. */
export const participantConfig = (
  { seed, entry, timers }: ProtocolSetting,
  network: Network,
  suite: Suite,
): ParticipantConfig & { readonly identity: object } => {
  const key = suite.key(seed);
  return {
    network,
    verify: suite.verify,
    identity: { nodeId: nodeId(key.publicKey), key },
    ...(entry === undefined ? {} : { entry: { operator: suite.key(entry.operatorSeed), from: entry.from } }),
    timers: timers === 'patient' ? PATIENT_TIMERS : ORDINARY_TIMERS,
    memo: NO_MEMO,
    meter: { verifications: 0, signatures: 0, hashes: 0, records: 0 },
  };
};

/** What the host is told beside. */
export const hostOptions = ({ stem, fastSync, checkpoint }: ProtocolSetting): HostOptions => ({
  stem,
  fastSync,
  ...(checkpoint === undefined ? {} : { checkpoint }),
});
