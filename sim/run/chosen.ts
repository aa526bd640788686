import type { SomeHosts } from './scenario.ts';

/** Numbers of the hosts meant: by name, or so many percent of all, rounded down and spread evenly. */
export const chosenHosts = (chosen: SomeHosts, names: readonly string[]): readonly number[] => {
  if (!('share' in chosen)) return chosen.map((name) => names.indexOf(name));
  const { share } = chosen;
  const before = (host: number): number => Math.floor((host * share) / 100);
  return names.map((_, host) => host).filter((host) => before(host + 1) > before(host));
};
