import { expect, test } from 'vitest';
import { letter, type Probe, probe, type Told } from './probe.ts';
import type { Intervention } from './types.ts';

const SECOND = 1_000_000;

/** Two hosts that each send two short letters, a long one and a short one, from the first second on. */
const letters = (interventions: readonly Intervention<Probe>[]) => {
  const peers: number[] = [];
  const { world, told } = probe(
    2,
    (host, input, out, clock) => {
      if (input.type === 'peer-up') peers[host] = input.peer;
      if (input.type === 'start') out.timer(clock.now + SECOND);
      if (input.type !== 'timer') return undefined;
      for (const [text, size] of [
        ['one', 10],
        ['two', 10],
        ['three', 2000],
        ['four', 10],
      ] as const) {
        out.send(peers[host] as number, letter(`${text} of ${host}`, size));
      }
      return undefined;
    },
    { network: { outgoing: 1 }, interventions },
  );
  world.run(3 * SECOND);
  return { told: told.filter(({ input }) => input.type === 'message'), counts: world.counts };
};

const texts = (told: readonly Told[]): readonly string[] =>
  told.flatMap(({ input }) => (input.type === 'message' ? [input.message.text] : []));

test('a message to be lost is the next of its kind on its way; every other one arrives as before', () => {
  const plain = letters([]);
  expect(plain.told).toHaveLength(8);
  const lose = { at: SECOND / 2, type: 'lose', from: 'a', to: 'b' } as const;
  const cases = [
    { kind: 0, lost: ['one of 0'] },
    { kind: 1, lost: ['three of 0'] },
  ];
  for (const { kind, lost } of cases) {
    const { told, counts } = letters([{ ...lose, kind }]);
    expect(told).toEqual(plain.told.filter((entry) => !lost.includes(texts([entry])[0] as string)));
    expect(counts).toEqual({ ...plain.counts, events: plain.counts.events + 1, deliveries: 7 });
  }
  const twice = letters([
    { ...lose, kind: 0 },
    { ...lose, kind: 0 },
  ]);
  expect(texts(twice.told).filter((text) => text.endsWith('of 0'))).toEqual(['three of 0', 'four of 0']);
  expect(letters([{ ...lose, at: 2 * SECOND, kind: 0 }]).told).toEqual(plain.told);
});
