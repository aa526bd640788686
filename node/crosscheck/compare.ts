import type { Closed } from './simulated.ts';

/** What the two shells made of the windows that both ran. */
export interface Comparison {
  readonly equal: boolean;
  /** A line a window. */
  readonly lines: readonly string[];
}

/**
 * Compares the windows 0 … `windows` − 1 of the simulator with those of each live node. A window that did not close in round 1 with
 * the bundles of all weight cannot be compared: what it includes depends on the network.
 */
export const compareShells = (
  simulated: readonly Closed[],
  live: readonly (readonly Closed[])[],
  windows: number,
): Comparison => {
  let equal = true;
  const lines = Array.from({ length: windows }, (_, window) => {
    const fault = faultOf(window, simulated, live);
    if (fault !== undefined) equal = false;
    const root = simulated[window]?.stateRoot.slice(0, 16) ?? '-';
    const operations = simulated[window]?.operations ?? 0;
    return `window ${String(window).padStart(3)}  ${root}  ${String(operations).padStart(2)} operations  ${fault ?? 'equal'}`;
  });
  return { equal, lines };
};

const faultOf = (
  window: number,
  simulated: readonly Closed[],
  live: readonly (readonly Closed[])[],
): string | undefined => {
  const expected = simulated[window];
  if (expected === undefined) return 'not final in the simulator';
  for (const [index, windows] of live.entries()) {
    const closed = windows.find((candidate) => candidate.window === window);
    const name = `node-${index}`;
    if (closed === undefined) return `not final on ${name}`;
    if (closed.round !== expected.round) return `not comparable (round ${closed.round} on ${name})`;
    if (closed.bundles !== expected.bundles) {
      return `not comparable (${closed.bundles} of ${expected.bundles} bundles on ${name})`;
    }
    if (closed.stateRoot !== expected.stateRoot) return `${name} has ${closed.stateRoot.slice(0, 16)}`;
  }
  return undefined;
};
