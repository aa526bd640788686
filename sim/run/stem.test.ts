import { describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import { troubleInWords } from '#core/journal/difference.ts';
import { entriesOf, hostRecorded, recordsOf, replayed } from '#sim/trace/host-records.suite.ts';
import { Run, type RunOptions } from './run.ts';
import type { Scenario, ScenarioInput } from './scenario.ts';
import { small } from './small.suite.ts';

const network = { loss: 1_000, jitter: 20_000, links: 4, stem: true };

const over = (changes: Partial<ScenarioInput> = {}): Scenario => small({ network, faults: [], ...changes });

const history = (scenario: Scenario, options: RunOptions = {}) => {
  const run = new Run(scenario, options);
  const result = run.finish();
  return { result, digest: result.traceDigest, roots: run.roots };
};

/** A run as users see it. */
const watched = (scenario: Scenario) => {
  const submitted = new Map<Id, { readonly host: number; readonly window: number }>();
  const settled = new Set<Id>();
  /** By operation: the hosts that had it from gossip or spread it, in order. */
  const taken = new Map<Id, number[]>();
  /** Listed by a host that had not. */
  const untimely: Id[] = [];
  let listed = 0;
  let last = -1;
  const seen = history(scenario, {
    watch: (host, notice) => {
      if (notice.type === 'final') {
        last = Math.max(last, notice.record.settled.window);
        for (const id of notice.record.entry.operations) settled.add(id);
      } else if (notice.type === 'submitted' && notice.verdict.type === 'accept') {
        submitted.set(notice.operation.id, { host, window: last });
      } else if (notice.type === 'accepted' && notice.object.kind === 'operation') {
        taken.set(notice.object.id, [...(taken.get(notice.object.id) ?? []), host]);
      } else if (notice.type === 'published' && notice.object.kind === 'bundle') {
        listed += notice.object.operations.length;
        untimely.push(...notice.object.operations.filter((id) => taken.get(id)?.includes(host) !== true));
      }
    },
  });
  return { ...seen, submitted, settled, taken, untimely, listed, last };
};

describe('a run in which operations go over stems (06 §10)', () => {
  const first = watched(over());

  test('settles every one of them', () => {
    const { result, submitted, settled, last } = first;
    expect(result.properties.filter(({ met }) => !met)).toEqual([]);
    const due = [...submitted].filter(([, { window }]) => window + 3 <= last);
    expect(due.length).toBeGreaterThan(15);
    expect(due.filter(([id]) => !settled.has(id))).toEqual([]);
    expect(result.metrics['sent.stem']).toBeGreaterThan(submitted.size);
  });

  test('lets no host list one, its own included, before it was spread or came by gossip', () => {
    const { listed, untimely, submitted, taken } = first;
    expect(listed).toBeGreaterThan(0);
    expect(untimely).toEqual([]);
    // Others were there before the author.
    const early = [...submitted].filter(([id, { host }]) => taken.get(id)?.[0] === host);
    expect(early.length).toBeLessThan(submitted.size / 3);
    // Without stems the author lists its own, which nobody gave it.
    expect(watched(over({ network: { ...network, stem: false } })).untimely.length).toBeGreaterThan(0);
  });

  test('does not notice memo, bytes, nor the order in which hosts were made', () => {
    const { digest, roots } = first;
    for (const changes of [{ memo: false }, { wire: true }]) {
      expect(history(over(changes))).toMatchObject({ digest, roots });
    }
    expect(history(over(), { reverseHosts: true })).toMatchObject({ digest, roots });
  });

  test('is another run than without', () => {
    const without = history(over({ network: { ...network, stem: false } }));
    expect(without.digest).not.toBe(first.digest);
    expect(without.result.metrics['sent.stem']).toBeUndefined();
  });

  test('can be replayed from the journal of a host, which tells a stem from gossip', () => {
    const { bytes } = hostRecorded(over({ windows: 4 }), 'n003');
    const { trouble, end } = replayed(bytes);
    expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
    expect(end).toBe('whole');
    const arrived = recordsOf(entriesOf(bytes)).flatMap(({ input }) =>
      input.type === 'message' ? [input.message.type] : [],
    );
    expect(arrived).toContain('stem');
    expect(arrived).toContain('object');
  });

  test('brings in a registration', () => {
    const joining = watched(
      over({
        ...{ nodes: 4, windows: 14, profile: { tau2: 8 }, measure: ['growth'], workload: {} },
        hosts: [{ count: 3 }, { count: 1, joins: 0 }],
      }),
    );
    const { properties, metrics } = joining.result;
    expect(properties.filter(({ met }) => !met)).toEqual([]);
    expect(metrics['sent.stem']).toBeGreaterThan(0);
    expect(metrics.admitted).toBe(1);
  });
});
