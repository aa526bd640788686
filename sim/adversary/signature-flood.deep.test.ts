import { beforeAll, describe, expect, test } from 'vitest';
import { PRECOMMIT, PREVOTE } from '#core/consensus/objects.ts';
import { COSTS } from '#sim/run/costs.ts';
import { isAsExpected, type RunResult } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import { PROPERTIES, type ScenarioInput } from '#sim/run/scenario.ts';
import { hostNames, parseScenario } from '#sim/run/settings.ts';

const NODES = 16;
const NAMES = hostNames(NODES);
const TARGET = 3;
/** Hosts from here on have the uplink for a flood. */
const FIRST_FLOODER = 8;
/** Windows with a flood around their votes. */
const FLOODED = [2, 3];
/** Microseconds of the core for one forged bundle that is checked, and for one that is not. */
const CHECK = (COSTS.verification + COSTS.input) / 1000;
const DROP = COSTS.input / 1000;

interface FloodSpec {
  readonly flooders: number;
  /** Per flooder and second. */
  readonly rate: number;
  readonly after: number;
  readonly seconds: number;
}

/** A window lasts 60 s here, and its votes fall into the half second after. */
const scenario = ({ flooders, rate, after, seconds }: FloodSpec): ScenarioInput => ({
  title: 'Flood',
  claim: 'Forged bundles cost their target a share of its core.',
  nodes: NODES,
  windows: 4,
  hosts: [
    { count: FIRST_FLOODER, spread: 5 },
    { count: NODES - FIRST_FLOODER, spread: 5, uplink: 1_000_000_000 },
  ],
  network: { loss: 0, jitter: 0, links: 6 },
  workload: { transfers: 4 },
  adversary: NAMES.slice(FIRST_FLOODER, FIRST_FLOODER + flooders).flatMap((host) =>
    FLOODED.map((window) => ({
      ...{ type: 'signature-flood' as const, host, target: NAMES[TARGET] as string },
      ...{ rate, window, after, seconds },
    })),
  ),
  expect: PROPERTIES.map((property) => ({ property, is: property === 'presence' ? 'measured' : 'holds' })),
});

/** What a run shows of votes and cores. */
class Seen {
  readonly result: RunResult;
  /** Microseconds from the first sight of the window's proposal anywhere to this host's own vote of round 1. */
  readonly #delays = new Map<string, number>();
  /** When each window's proposal was first seen, and when each flood began. */
  readonly proposed = new Map<number, number>();
  readonly entered = new Map<string, number>();
  readonly worked: readonly number[];
  readonly penalties = new Map<string, number>();

  constructor(spec: FloodSpec) {
    const run = new Run(parseScenario(scenario(spec), 'flood'), {
      watch: (host, notice, at) => {
        if (notice.type === 'entered') this.entered.set(`${notice.window}/${host}`, at);
        if (notice.type === 'penalty') {
          const name = `${NAMES[host]} ${notice.reason}`;
          this.penalties.set(name, (this.penalties.get(name) ?? 0) + 1);
        }
        if (notice.type !== 'published') return;
        const { object } = notice;
        if (object.kind === 'proposal' && !this.proposed.has(object.header.window)) {
          this.proposed.set(object.header.window, at);
        }
        if (object.kind !== 'vote' || object.round !== 1) return;
        const since = this.proposed.get(object.window);
        if (since !== undefined) this.#delays.set(`${object.window}/${object.phase}/${host}`, at - since);
      },
    });
    this.result = run.finish();
    this.worked = run.world.hosts.map(({ worked }) => worked);
  }

  delay(window: number, phase: number, host: number): number {
    return this.#delays.get(`${window}/${phase}/${host}`) ?? Number.NaN;
  }
}

const median = (values: readonly number[]): number => {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  expect(sorted.length).toBeGreaterThan(0);
  return sorted[sorted.length >> 1] as number;
};

/** How much later than without the flood a host votes, over all flooded windows. */
const later = (flooded: Seen, calm: Seen, host: number, phase: number): readonly number[] =>
  FLOODED.map((window) => flooded.delay(window, phase, host) - calm.delay(window, phase, host));

const others = NAMES.map((_, host) => host).filter((host) => host !== TARGET);

let calm: Seen;
beforeAll(() => {
  // The same hosts have a strategy, which never comes to its window.
  calm = new Seen({ flooders: 8, rate: 1, after: 100_000, seconds: 1 });
});

describe('2 000 forged bundles a second for one host', () => {
  let flooded: Seen;
  beforeAll(() => {
    flooded = new Seen({ flooders: 8, rate: 250, after: 58, seconds: 3 });
  });

  test('cost it 190 µs each, 38 % of its core, and no other host anything', () => {
    const checked = flooded.penalties.get('n003 InvalidSignature') as number;
    expect([...flooded.penalties.keys()]).toEqual(['n003 InvalidSignature']);
    // All but those of a window that had closed when they arrived.
    expect(checked).toBeGreaterThan(0.9 * 2_000 * 3 * FLOODED.length);
    const more = flooded.worked.map((worked, host) => worked - (calm.worked[host] as number));
    expect(Math.abs((more[TARGET] as number) / (checked * CHECK) - 1)).toBeLessThan(0.05);
    for (const host of others) expect(Math.abs(more[host] as number)).toBeLessThan(20_000);
  });

  test('delay its votes by what is left of the forgeries at hand, and nobody else', () => {
    for (const phase of [PREVOTE, PRECOMMIT]) {
      const delay = median(later(flooded, calm, TARGET, phase));
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThan(8 * CHECK);
      expect(Math.abs(median(others.flatMap((host) => later(flooded, calm, host, phase))))).toBeLessThan(50);
    }
  });

  test('break no property', () => {
    expect(flooded.result.properties.filter(({ met }) => !met)).toEqual([]);
    expect(isAsExpected(flooded.result)).toBe(true);
    expect(flooded.result.metrics.roundOneShare).toBe(1);
  });
});

describe('6 000 forged bundles a second, more than its core can check', () => {
  const spec = { flooders: 8, rate: 750, after: 58, seconds: 3 };
  let flooded: Seen;
  beforeAll(() => {
    flooded = new Seen(spec);
  });

  test('delay its votes by the excess over its core, and nobody else as much', () => {
    const excess = 8 * spec.rate * (CHECK / 1e6) - 1;
    for (const window of FLOODED) {
      const begun = Math.max(
        ...NAMES.map((_, host) => flooded.entered.get(`${window}/${host}`) as number).slice(FIRST_FLOODER),
      );
      const vote = (flooded.proposed.get(window) as number) + calm.delay(window, PREVOTE, TARGET);
      const modelled = excess * (vote - begun - spec.after * 1e6);
      const seen = flooded.delay(window, PREVOTE, TARGET) - calm.delay(window, PREVOTE, TARGET);
      // Flooders begin some 100 ms apart, and their links take up to 150 ms.
      expect(seen / modelled).toBeGreaterThan(0.8);
      expect(seen / modelled).toBeLessThan(1.2);
    }
    const delay = median(later(flooded, calm, TARGET, PREVOTE));
    for (const host of others) expect(median(later(flooded, calm, host, PREVOTE))).toBeLessThan(delay / 10);
  });
});

test('one link: when its bytes are used up, forgeries are dropped unseen until the next window', () => {
  const spec = { flooders: 1, rate: 2_000, after: 10, seconds: 5 };
  const flooded = new Seen(spec);
  const checked = flooded.penalties.get('n003 InvalidSignature') as number;
  const dropped = flooded.penalties.get('n003 ByteBudget') as number;
  const sent = spec.rate * spec.seconds * FLOODED.length;
  // 4 · 25 kB for each of 16 members and 8 MiB, in bundles that take 4 184 bytes on the wire (09 §3).
  expect(checked / FLOODED.length).toBeGreaterThan(2_300);
  expect(checked / FLOODED.length).toBeLessThan(2_400);
  expect(checked + dropped).toBeGreaterThanOrEqual(sent);
  expect(checked + dropped).toBeLessThan(1.05 * sent);
  const more = (flooded.worked[TARGET] as number) - (calm.worked[TARGET] as number);
  expect(Math.abs(more / (checked * CHECK + dropped * DROP) - 1)).toBeLessThan(0.05);
});
