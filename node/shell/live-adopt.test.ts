import { expect, it, vi } from 'vitest';
import { ZERO_ID } from '#core/bytes/bytes.ts';
import type { HostPorts } from '#core/host/host.ts';
import { testFolder } from '#node/store/folder.suite.ts';
import { alone, firstAnchor } from './alone.suite.ts';

const { folder } = testFolder();

/** Of the host that was made last. */
let ports: HostPorts;
vi.mock(import('#core/host/host.ts'), async (real) => {
  const { Host, ...rest } = await real();
  return {
    ...rest,
    Host: class extends Host {
      constructor(...made: ConstructorParameters<typeof Host>) {
        super(...made);
        ports = made[4];
      }
    },
  };
});

it('an Anchor that settled in windows that a snapshot skipped has its proof called lost, before the snapshot is the state', () => {
  const anchor = firstAnchor(ZERO_ID, ZERO_ID);
  const there = alone(folder(), ZERO_ID);
  there.close();
  there.submit(anchor);
  there.close();
  const here = alone(folder(), ZERO_ID);
  here.submit(anchor);
  expect(here.proofs.read(anchor.id)?.type).toBe('wanted');
  const { settled } = there.finals.at(-1)!;
  ports.adopt({ ...settled, window: 90 });
  expect(here.proofs.read(anchor.id)).toMatchObject({ type: 'lost', reason: expect.stringContaining('window 90') });
  here.submit(anchor);
  const told = here.told.flatMap((message) => (message.type === 'proof' ? [message.made] : []));
  expect(told).toMatchObject([{ operation: anchor.id, window: settled.window }]);
  for (const { host } of [there, here]) host.take({ type: 'stop' });
});
