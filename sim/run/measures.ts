import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import type { Counts, HostSpec } from '#sim/world/types.ts';
import { KINDS } from './identify.ts';
import type { Metrics } from './measures/measure.ts';
import { Propagation } from './propagation.ts';
import type { Scenario } from './scenario.ts';

/** A host at the end of a run. `worked`: microseconds of its protocol core. */
export interface Worker {
  readonly spec: HostSpec;
  readonly worked: number;
}

const thousandths = (share: number): number => Math.round(share * 1000) / 1000;
const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** Counts what hosts report, for the numbers of a result. */
export class Measures {
  readonly #spread: Propagation;
  #closed = 0;
  #roundOne = 0;
  #maxRound = 0;
  #penalties = 0;
  #evidence = 0;
  #stops = 0;

  constructor(hostOf: (nodeId: Id) => number | undefined) {
    this.#spread = new Propagation(hostOf);
  }

  notice(host: number, notice: Notice, at: number): void {
    this.#spread.notice(host, notice, at);
    if (notice.type === 'penalty') this.#penalties++;
    else if (notice.type === 'evidence') this.#evidence++;
    else if (notice.type === 'stop') this.#stops++;
  }

  /** A window is final for the first time. */
  closed(round: number): void {
    this.#closed++;
    if (round <= 1) this.#roundOne++;
    this.#maxRound = Math.max(this.#maxRound, round);
  }

  /** `now`: virtual microseconds. */
  metrics(hosts: readonly Worker[], counts: Counts, now: number): Metrics {
    const closed = Math.max(1, this.#closed);
    const bytes = counts.bytes.reduce((sum, kind) => sum + kind, 0);
    const shares = hosts.map(({ worked }) => worked / Math.max(1, now));
    const metrics: Record<string, number> = {
      virtualSeconds: Math.round(now / 1e6),
      secondsPerWindow: hundredths(now / closed / 1e6),
      roundOneShare: thousandths(this.#roundOne / closed),
      maxRound: this.#maxRound,
      deliveriesPerWindow: Math.round(counts.deliveries / closed),
      megabytesPerNodeAndWindow: hundredths(bytes / closed / hosts.length / 1e6),
      bundlesWithinOneSecond: this.#spread.share(1_000_000),
      bundleSpreadMedianMs: this.#spread.quantile(0.5),
      bundleSpread99Ms: this.#spread.quantile(0.99),
      coreShareMean: thousandths(shares.reduce((sum, share) => sum + share, 0) / hosts.length),
      coreShareMost: thousandths(Math.max(...shares)),
      evidence: this.#evidence,
      penalties: this.#penalties,
      stops: this.#stops,
      overflow: counts.overflow,
    };
    KINDS.forEach((kind, i) => {
      if ((counts.sent[i] ?? 0) > 0) metrics[`sent.${kind}`] = counts.sent[i] as number;
    });
    return metrics;
  }
}

/** Groups of hosts by speed in `presence.1` … `presence.10`. */
const SPEED_GROUPS = 10;

/**
 * Presence against speed: the mean of ten groups of hosts as equal as can be, slowest group first; of single hosts where there
 * are fewer. Hosts of one speed stay in the order of their numbers.
 */
export const presenceBySpeed = (presence: readonly number[], speeds: readonly number[]): readonly number[] => {
  const hosts = presence.map((_, host) => host);
  hosts.sort((a, b) => (speeds[a] as number) - (speeds[b] as number) || a - b);
  const groups = Math.min(SPEED_GROUPS, hosts.length);
  return Array.from({ length: groups }, (_, group) => {
    const from = Math.floor((group * hosts.length) / groups);
    const to = Math.floor(((group + 1) * hosts.length) / groups);
    const sum = hosts.slice(from, to).reduce((total, host) => total + (presence[host] as number), 0);
    return Math.round(sum / (to - from));
  });
};

/**
 * `presence.1` …: by speed, slowest first, over all windows. `presence.n035`: of a host that a fault restarted, from the window
 * after that one on. `over` gives every host's presence from a window on, in permille.
 */
export const presenceMetrics = (
  { faults }: Scenario,
  names: readonly string[],
  hosts: readonly Worker[],
  over: (from: number) => readonly number[],
): Metrics => {
  const speeds = hosts.map(({ spec }) => spec.rate.iterations / spec.rate.micros);
  const metrics: Record<string, number> = {};
  presenceBySpeed(over(0), speeds).forEach((permille, i) => {
    metrics[`presence.${i + 1}`] = permille / 1000;
  });
  for (const fault of faults) {
    if (fault.type !== 'restart' || fault.hosts === undefined) continue;
    const after = over(fault.window + 1);
    for (const name of fault.hosts) metrics[`presence.${name}`] = (after[names.indexOf(name)] as number) / 1000;
  }
  return metrics;
};
