import fc from 'fast-check';
import { expect, test } from 'vitest';
import { letter, type Probe, probe } from './probe.ts';
import type { Intervention } from './types.ts';

const HOSTS = 4;
const SECOND = 1_000_000;
const FAULTS = 8 * SECOND;
const names = ['a', 'b', 'c', 'd'] as const;

const at = fc.integer({ min: 0, max: FAULTS - 1 });
const name = fc.constantFrom(...names);
const fault: fc.Arbitrary<Intervention<Probe>> = fc.oneof(
  fc.record({ at, type: fc.constant('crash' as const), hosts: fc.tuple(name), strike: fc.nat({ max: 3 }) }),
  fc.record({ at, type: fc.constant('restart' as const), hosts: fc.tuple(name) }),
  fc.record({ at, type: fc.constant('cut' as const), groups: fc.tuple(fc.subarray([...names])) }),
  fc.record({ at, type: fc.constant('heal' as const) }),
  fc.record({
    at,
    type: fc.constant('submit' as const),
    host: name,
    submission: fc.constantFrom('close', 'dial', 'talk'),
  }),
);

/** What one host believes of one connection. */
interface Line {
  readonly other: number;
  readonly dialled: boolean;
  sent: number;
  received: number;
}

test('under any faults the ends of a connection agree on what it is, and in the end all kept ones are back', () => {
  fc.assert(
    fc.property(fc.array(fault, { maxLength: 60, size: 'max' }), fc.nat(), (faults, seed) => {
      const lines = names.map(() => new Map<number, Line>());
      const highest = names.map(() => -1);
      const { world } = probe(
        HOSTS,
        (host, input, out, clock) => {
          const mine = lines[host] as Map<number, Line>;
          const talk = (peer: number): void => out.send(peer, letter(`${(mine.get(peer) as Line).sent++}`, 50));
          switch (input.type) {
            case 'start':
              mine.clear();
              out.timer(clock.now + 3000);
              break;
            case 'peer-up':
              expect(input.peer).toBeGreaterThan(highest[host] as number);
              highest[host] = input.peer;
              mine.set(input.peer, { other: input.host, dialled: input.dialled, sent: 0, received: 0 });
              talk(input.peer);
              break;
            case 'peer-down':
              expect(mine.delete(input.peer)).toBe(true);
              break;
            case 'message': {
              // Reliable and in order: what arrives is a prefix of what was sent.
              const line = mine.get(input.peer) as Line;
              expect(input.message.text).toBe(`${line.received++}`);
              if (line.received < 40) talk(input.peer);
              break;
            }
            case 'timer':
              for (const peer of mine.keys()) talk(peer);
              out.timer(clock.now + 100_000);
              break;
            case 'submit':
              if (input.submission === 'dial') out.dial((host + 1) % HOSTS);
              for (const peer of mine.keys()) {
                if (input.submission === 'talk') talk(peer);
                if (input.submission === 'close' && peer % 2 === 0) out.close(peer);
              }
              break;
          }
          return (clock.now + host) % 3 === 0 ? 700 : 0;
        },
        {
          seed: `${seed}`,
          network: {
            outgoing: 2,
            dialTimeout: SECOND,
            redial: { first: SECOND / 4, most: SECOND },
            jitter: 30_000,
            loss: 20_000,
          },
          host: { uplink: 400_000, inbox: 1_000_000 },
          interventions: [
            ...faults,
            { at: FAULTS, type: 'heal' },
            { at: FAULTS, type: 'restart', hosts: names },
            { at: FAULTS + 5 * SECOND, type: 'restart', hosts: names },
          ],
        },
      );
      // A fuse may still burn when the faults are over: those hosts start a second time.
      world.run(FAULTS + 15 * SECOND);
      const ends = lines.flatMap((mine, host) => [...mine.values()].map((line) => ({ host, ...line })));
      const dialled = ends.filter((end) => end.dialled);
      expect(dialled.length).toBeGreaterThanOrEqual(2 * HOSTS);
      expect(ends.length).toBe(2 * dialled.length);
      for (const { host, other } of dialled) {
        expect(ends.filter((end) => end.host === other && end.other === host && !end.dialled).length).toBe(1);
        expect(dialled.filter((end) => end.host === host && end.other === other).length).toBe(1);
      }
    }),
    { seed: 20261121, numRuns: 60 },
  );
});
