import type { Config } from '#node/config/keys.ts';
import type { Places } from '#node/transport/limits.ts';

/** A place more than are kept: who comes to a full node takes another's, and a feeler looks whether somebody is there (06 §9). */
const withNewcomer = (kept: number): number => (kept === 0 ? 0 : kept + 1);

/** Links that the transport lets be. */
export const places = ({ maxOutbound, maxInbound }: Pick<Config, 'maxOutbound' | 'maxInbound'>): Places => ({
  outgoing: withNewcomer(maxOutbound),
  incoming: withNewcomer(maxInbound),
});
