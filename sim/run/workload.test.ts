import { expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import { Run } from './run.ts';
import { small } from './small.suite.ts';

test('nobody submits at a host that is down', () => {
  const submitted = new Set<Id>();
  const hosts = new Set<number>();
  const scenario = small({ faults: [{ type: 'crash', window: 1, hosts: { share: 25 } }], windows: 6 });
  const run = new Run(scenario, {
    watch: (host, notice) => {
      if (notice.type !== 'submitted') return;
      submitted.add(notice.operation.id);
      hosts.add(host);
    },
  });
  const { metrics } = run.finish();
  expect(metrics.operationsSubmitted).toBeGreaterThan(10);
  // Every operation made was handed to a host that took it.
  expect(submitted.size).toBe(metrics.operationsSubmitted);
  expect(hosts.size).toBeGreaterThan(4);
});
