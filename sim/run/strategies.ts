import { type Flood, SignatureFlood } from '#sim/adversary/signature-flood.ts';
import type { Strategy } from '#sim/world/strategy.ts';
import type { MontanaShape } from './adapter.ts';
import type { Founder } from './founders.ts';
import type { Scenario } from './scenario.ts';
import { hostNames } from './settings.ts';

/** By name of the host. A host with several lines of one type in `adversary` has one strategy for them all. */
export const strategiesOf = (
  { adversary, nodes }: Scenario,
  founders: readonly Founder[],
): ReadonlyMap<string, Strategy<MontanaShape>> => {
  const names = hostNames(nodes);
  const floods = new Map<string, Flood[]>();
  for (const line of adversary) {
    if (line.type !== 'signature-flood') continue;
    const { host, target, rate, window, after, seconds } = line;
    const others = floods.get(host) ?? [];
    floods.set(host, [...others, { target: names.indexOf(target), rate, window, after, seconds }]);
  }
  return new Map(
    [...floods].map(([name, own]) => {
      const host = names.indexOf(name);
      const members = founders.filter((_, other) => other !== host).map(({ nodeId }) => nodeId);
      return [name, new SignatureFlood({ host, floods: own, members })];
    }),
  );
};
