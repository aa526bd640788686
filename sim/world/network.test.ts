import { describe, expect, test } from 'vitest';
import { linkEnds, linkName } from './connection.ts';
import type { Sight, Verdict } from './path.ts';
import { letter, type Probe, probe, type Told } from './probe.ts';
import { HAPPENINGS, type Input } from './types.ts';

const SECOND = 1_000_000;
/** Two hosts in Europe, 12 ms apart, 1 byte per µs: the dialer is up, then the listener. */
const DIALER_UP = 4 * 12_000 + 60 + 60 + 1184 + 7533;
const LISTENER_UP = DIALER_UP + 6349 + 12_000;

const say = (at: number, host: string, submission: string) => ({ at, type: 'submit', host, submission }) as const;
const quiet = (): undefined => undefined;
const seen = (
  told: readonly Told[],
  host: number,
  type?: Input<Probe>['type'],
): readonly (readonly [number, string])[] =>
  told
    .filter((entry) => entry.host === host && (type === undefined || entry.input.type === type))
    .map(({ at, input }) => [at, input.type === 'message' ? input.message.text : input.type] as const);

describe('a connection', () => {
  test('takes three handshake messages and four latencies to the dialer, five to the listener', () => {
    const { world, told } = probe(
      2,
      (host, input, out) => {
        if (input.type === 'start' && host === 0) out.dial(1);
        return undefined;
      },
      { network: { outgoing: 0 } },
    );
    world.run();
    expect(seen(told, 0)).toEqual([
      [0, 'start'],
      [DIALER_UP, 'peer-up'],
    ]);
    expect(seen(told, 1)).toEqual([
      [0, 'start'],
      [LISTENER_UP, 'peer-up'],
    ]);
    expect(told.map(({ input }) => input).filter((input) => input.type === 'peer-up')).toEqual([
      { type: 'peer-up', peer: 0, host: 1, dialled: true },
      { type: 'peer-up', peer: 0, host: 0, dialled: false },
    ]);
  });

  test('what the dialer sends at once reaches the listener after its peer-up', () => {
    const { world, told } = probe(
      2,
      (host, input, out) => {
        if (input.type === 'start' && host === 0) out.dial(1);
        if (input.type === 'peer-up' && host === 0) out.send(input.peer, letter('early', 1));
        return undefined;
      },
      { network: { outgoing: 0 } },
    );
    world.run();
    expect(seen(told, 1).slice(1)).toEqual([
      [LISTENER_UP, 'peer-up'],
      [LISTENER_UP + 1, 'early'],
    ]);
  });

  test('the world opens as many as asked for, at most one to each other host', () => {
    const count = (outgoing: number): number => {
      const { world } = probe(6, quiet, { network: { outgoing } });
      world.run(SECOND);
      return world.counts.established;
    };
    expect([count(0), count(2), count(24)]).toEqual([0, 12, 30]);
  });

  test('messages share the uplink one after another, over all links, and keep their order', () => {
    const { world, told } = probe(
      3,
      (host, input, out) => {
        if (host === 0 && input.type === 'submit') {
          for (const [peer, text, size] of [
            [0, 'one', 1000],
            [1, 'two', 500],
            [0, 'three', 3],
          ] as const) {
            out.send(peer, letter(text, size));
          }
        }
        if (host === 0 && input.type === 'start') {
          out.dial(1);
          out.dial(2);
        }
        return undefined;
      },
      { network: { outgoing: 0 }, interventions: [{ at: SECOND, type: 'submit', host: 'a', submission: 'go' }] },
    );
    world.run();
    expect(seen(told, 1, 'message')).toEqual([
      [SECOND + 12_000 + 1000, 'one'],
      [SECOND + 12_000 + 1503, 'three'],
    ]);
    expect(seen(told, 2, 'message')).toEqual([[SECOND + 12_000 + 1500, 'two']]);
    expect([world.counts.sent, world.counts.bytes]).toEqual([
      [3, 0],
      [1503, 0],
    ]);
  });

  test('sending time is rounded up to the microsecond', () => {
    const arrival = (uplink: number): number => {
      const { world, told } = probe(
        2,
        (host, input, out) => {
          if (host === 0 && input.type === 'submit') out.send(0, letter('x', 7));
          if (host === 0 && input.type === 'start') out.dial(1);
          return undefined;
        },
        {
          ...{ network: { outgoing: 0 }, host: { uplink } },
          interventions: [{ at: SECOND, type: 'submit', host: 'a', submission: '' }],
        },
      );
      world.run();
      return (seen(told, 1, 'message')[0]?.[0] ?? 0) - SECOND - 12_000;
    };
    // 56 bits.
    expect([arrival(56_000_000), arrival(55_999_999), arrival(28_000_000), arrival(30_000_000)]).toEqual([1, 2, 2, 2]);
  });

  /** Host a sends the texts to b and c at second 1; returns arrivals by receiver and text. */
  const arrivals = (texts: readonly string[], loss = 0): Map<string, number> => {
    const { world, told } = probe(
      3,
      (host, input, out) => {
        if (host === 0 && input.type === 'start') {
          out.dial(1);
          out.dial(2);
        }
        // One at a time, so that no message waits for another.
        if (host === 0 && input.type === 'submit')
          for (const peer of [0, 1]) out.send(peer, letter(input.submission, 1));
        return undefined;
      },
      {
        network: { outgoing: 0, jitter: 9000, loss },
        interventions: texts.map((text) => ({
          ...{ at: SECOND * (1 + Number(text)), type: 'submit' as const, host: 'a', submission: text },
        })),
      },
    );
    world.run();
    const delays = told.flatMap(({ at, host, input }) =>
      input.type === 'message'
        ? [[`${host} ${input.message.text}`, at - SECOND * (1 + Number(input.message.text))] as const]
        : [],
    );
    return new Map(delays);
  };

  test('jitter of a message does not depend on other messages', () => {
    const texts = Array.from({ length: 40 }, (_, i) => `${i}`);
    const all = arrivals(texts);
    const some = arrivals(texts.filter((text) => Number(text) % 3 === 0));
    expect(some.size).toBe(28);
    for (const [key, at] of some) expect(all.get(key)).toBe(at);
    expect(new Set(all.values()).size).toBeGreaterThan(60);
    for (const delay of all.values()) {
      expect(delay).toBeGreaterThanOrEqual(12_001);
      expect(delay).toBeLessThan(12_002 + 9000);
    }
  });

  test('loss is a retransmission, never a disappearance, and leaves the jitter of the others', () => {
    const texts = Array.from({ length: 200 }, (_, i) => `${i}`);
    const [clean, lossy] = [arrivals(texts), arrivals(texts, 100_000)];
    expect(lossy.size).toBe(400);
    let late = 0;
    for (const [key, delay] of lossy) {
      if (delay !== clean.get(key)) late++;
      expect([0, 200_000 + 24_000]).toContain(delay - (clean.get(key) ?? 0));
    }
    // 400 messages, one in ten: 40, standard deviation 6.
    expect(late).toBeGreaterThan(15);
    expect(late).toBeLessThan(65);
  });
});

test('the name of a link tells its ends', () => {
  const steps: [number, number, number][] = [];
  const { world } = probe(
    3,
    (host, input, out) => {
      if (host === 2 && input.type === 'start') out.dial(1);
      return undefined;
    },
    {
      network: { outgoing: 0 },
      watch: (_, what, who, step) => {
        if (what === HAPPENINGS.handshake) steps.push([linkEnds(who).from, linkEnds(who).to, step]);
      },
    },
  );
  world.run();
  expect(steps).toEqual([
    [2, 1, 1],
    [1, 2, 2],
    [2, 1, 3],
    [1, 2, 4],
    [2, 1, 5],
  ]);
  expect(linkEnds(linkName(5, 32_767))).toEqual({ from: 5, to: 32_767 });
  expect(linkEnds(linkName(32_767, 5))).toEqual({ from: 32_767, to: 5 });
});

test('the two directions of a connection, and two connections of a pair, have their own jitter', () => {
  const { world, told } = probe(
    2,
    (_, input, out) => {
      if (input.type === 'submit') out.send(Number(input.submission), letter('same', 1));
      return undefined;
    },
    {
      network: { outgoing: 1, jitter: 9000 },
      interventions: [
        say(SECOND, 'a', '0'),
        say(2 * SECOND, 'a', '1'),
        say(3 * SECOND, 'b', '0'),
        say(4 * SECOND, 'b', '1'),
      ],
    },
  );
  world.run();
  const delays = [...seen(told, 0, 'message'), ...seen(told, 1, 'message')].map(([at]) => at % SECOND);
  expect(new Set(delays).size).toBe(4);
});

test('every segment of a message may be lost', () => {
  const delay = (size: number): number => {
    const { world, told } = probe(
      2,
      (_, input, out) => {
        if (input.type === 'submit') out.send(0, letter('x', size));
        return undefined;
      },
      { network: { outgoing: 1, loss: 100_000 }, interventions: [say(2 * SECOND, 'a', '')] },
    );
    world.run();
    return (seen(told, 1, 'message')[0]?.[0] ?? 0) - 2 * SECOND - size - 12_000;
  };
  // One segment passes here, one of ten is lost for certain.
  expect([delay(1448), delay(9 * 1448 + 1)]).toEqual([0, 224_000]);
});

describe('the end of a connection', () => {
  const chat = (extra: Parameters<typeof probe>[2] = {}): ReturnType<typeof probe> =>
    probe(
      2,
      (host, input, out) => {
        if (host === 0 && input.type === 'start') out.dial(1);
        if (input.type === 'submit') {
          const [what, text = ''] = input.submission.split(' ');
          if (what === 'send') out.send(0, letter(text, 1));
          if (what === 'close') out.close(0);
          if (what === 'dial') out.dial(Number(text));
        }
        return undefined;
      },
      { ...extra, network: { outgoing: 0, ...extra.network } },
    );

  test('by close: the far end learns it behind what was sent before; what it sends meanwhile is lost', () => {
    const { world, told } = chat({
      interventions: [
        say(SECOND - 5000, 'b', 'send lost'),
        say(SECOND, 'a', 'send last'),
        say(SECOND, 'a', 'close'),
        say(SECOND, 'a', 'send never'),
        say(SECOND + 1, 'b', 'send late'),
      ],
    });
    world.run();
    expect(seen(told, 0).slice(-2)).toEqual([
      [SECOND, 'peer-down'],
      [SECOND, 'submit'],
    ]);
    expect(seen(told, 1).slice(-2)).toEqual([
      [SECOND + 12_001, 'last'],
      [SECOND + 12_061, 'peer-down'],
    ]);
    expect(seen(told, 0, 'message')).toEqual([]);
    expect([world.counts.established, world.counts.broken, world.underway]).toEqual([1, 1, 0]);
  });

  test('by a crash: the far end learns it after the latency; what was under way is lost', () => {
    const { world, told } = chat({
      interventions: [
        say(SECOND - 5000, 'a', 'send lost'),
        say(SECOND - 5000, 'b', 'send lost'),
        { at: SECOND, type: 'crash', hosts: ['b'] },
        say(SECOND + 1, 'a', 'send never'),
      ],
    });
    world.run();
    expect(seen(told, 0).at(-1)).toEqual([SECOND + 12_000, 'peer-down']);
    expect(seen(told, 0, 'message')).toEqual([]);
    expect(seen(told, 1, 'message')).toEqual([]);
    expect(world.counts.broken).toBe(1);
  });

  test('by a cut: both ends learn it at once; dials time out until it is healed', () => {
    const { world, told } = chat({
      network: { dialTimeout: 3 * SECOND },
      interventions: [
        say(SECOND - 5000, 'a', 'send lost'),
        { at: SECOND, type: 'cut', groups: [['a'], ['b']] },
        say(2 * SECOND, 'a', 'dial 1'),
        { at: 6 * SECOND, type: 'heal' },
        say(7 * SECOND, 'a', 'dial 1'),
      ],
    });
    world.run();
    expect(seen(told, 0).slice(2)).toEqual([
      [SECOND - 5000, 'submit'],
      [SECOND, 'peer-down'],
      [2 * SECOND, 'submit'],
      [5 * SECOND, 'dial-failed'],
      [7 * SECOND, 'submit'],
      [7 * SECOND + DIALER_UP, 'peer-up'],
    ]);
    expect(seen(told, 1).slice(2)).toEqual([
      [SECOND, 'peer-down'],
      [7 * SECOND + LISTENER_UP, 'peer-up'],
    ]);
  });

  test('a cut during the handshake fails the dial', () => {
    const { world, told } = chat({ interventions: [{ at: 40_000, type: 'cut', groups: [['a'], ['b']] }] });
    world.run();
    expect(seen(told, 0).slice(1)).toEqual([[40_000, 'dial-failed']]);
    expect(seen(told, 1).slice(1)).toEqual([]);
  });

  test('peers are never renumbered', () => {
    const { world, told } = chat({ interventions: [say(SECOND, 'a', 'close'), say(2 * SECOND, 'a', 'dial 1')] });
    world.run();
    const peers = told.flatMap(({ host, input }) =>
      input.type === 'peer-up' || input.type === 'peer-down' ? [[host, input.type, input.peer]] : [],
    );
    expect(peers).toEqual([
      [0, 'peer-up', 0],
      [1, 'peer-up', 0],
      [0, 'peer-down', 0],
      [1, 'peer-down', 0],
      [0, 'peer-up', 1],
      [1, 'peer-up', 1],
    ]);
  });

  test('a close that is under way is not held up by a crash behind it', () => {
    const { world, told } = chat({
      interventions: [say(SECOND, 'a', 'close'), { at: SECOND + 1000, type: 'crash', hosts: ['a'] }],
    });
    world.run();
    expect(seen(told, 1).at(-1)).toEqual([SECOND + 12_060, 'peer-down']);
    expect(world.counts.broken).toBe(1);
  });

  test('a crash of the listener during the handshake fails the dial after the latency, but not across a cut', () => {
    const crash = { at: 30_000, type: 'crash', hosts: ['b'] } as const;
    const open = chat({ interventions: [crash] });
    open.world.run();
    expect(seen(open.told, 0).slice(1)).toEqual([[42_000, 'dial-failed']]);
    const cut = chat({
      interventions: [{ at: 0, type: 'cut', groups: [['b']] }, crash],
      network: { dialTimeout: SECOND },
    });
    cut.world.run();
    expect(seen(cut.told, 0).slice(1)).toEqual([[SECOND, 'dial-failed']]);
  });

  test('a new process starts with an idle uplink and without the peers of the old one', () => {
    const { world, told } = probe(
      2,
      (host, input, out) => {
        if (host === 0 && input.type === 'submit') {
          if (input.submission === 'dial') out.dial(1);
          else out.send(Number(input.submission), letter('x', 5 * SECOND));
        }
        return undefined;
      },
      {
        network: { outgoing: 0 },
        interventions: [
          say(1, 'a', 'dial'),
          say(SECOND, 'a', '0'),
          { at: SECOND + 1, type: 'crash', hosts: ['a'] },
          { at: SECOND + 2, type: 'restart', hosts: ['a'] },
          say(2 * SECOND, 'a', 'dial'),
          say(3 * SECOND, 'a', '0'),
        ],
      },
    );
    world.run();
    expect(seen(told, 0).slice(-2)).toEqual([
      [2 * SECOND + DIALER_UP, 'peer-up'],
      [3 * SECOND, 'submit'],
    ]);
    expect(seen(told, 1, 'message')).toEqual([]);
  });

  test('a dial to a host that is down is refused after a round trip, one to oneself or to nobody at once', () => {
    const { world, told } = chat({
      interventions: [{ at: 0, type: 'crash', hosts: ['b'] }, say(SECOND, 'a', 'dial 0'), say(SECOND, 'a', 'dial 2')],
    });
    world.run();
    expect(seen(told, 0, 'dial-failed')).toEqual([
      [24_060, 'dial-failed'],
      [SECOND, 'dial-failed'],
      [SECOND, 'dial-failed'],
    ]);
    expect(seen(told, 1)).toEqual([]);
  });

  test('the world dials again, after pauses that double up to a bound, and from the start once it succeeded', () => {
    const dials: number[] = [];
    const { world, told } = probe(2, quiet, {
      network: { outgoing: 1, redial: { first: SECOND, most: 4 * SECOND } },
      interventions: [
        { at: 0, type: 'crash', hosts: ['b'] },
        // None of these moves the next dial.
        { at: 500_000, type: 'restart', hosts: ['b'] },
        { at: 550_000, type: 'crash', hosts: ['b'] },
        { at: 700_000, type: 'cut', groups: [['b']] },
        { at: 800_000, type: 'heal' },
        { at: 30 * SECOND, type: 'restart', hosts: ['b'] },
        { at: 50 * SECOND, type: 'crash', hosts: ['b'] },
      ],
      watch: (at, what, who) => {
        if (what === HAPPENINGS.dial && who === 0) dials.push(at);
      },
    });
    world.run(52_500_000);
    const pauses = dials.slice(1).map((at, i) => at - (dials[i] as number) - 24_060);
    const least = [2, 4, 4, 4, 4, 4, 4, 4].map((seconds) => seconds * SECOND);
    least.forEach((pause, i) => {
      expect(pauses[i]).toBeGreaterThanOrEqual(pause);
      expect(pauses[i]).toBeLessThan(pause + pause / 8);
    });
    // Up again since the last of them, then broken once more: a first, short pause.
    expect(seen(told, 0, 'peer-up').length).toBe(2);
    const last = dials.at(-1) as number;
    expect(last).toBeGreaterThanOrEqual(51 * SECOND);
    expect(last).toBeLessThan(51 * SECOND + 200_000);
  });
});

describe('the path between two hosts', () => {
  const withPolicy = (verdict: (sight: Sight) => Verdict): ReturnType<typeof probe> & { sights: Sight[] } => {
    const sights: Sight[] = [];
    const run = probe(
      2,
      (host, input, out) => {
        if (host === 0 && input.type === 'start') out.dial(1);
        if (host === 0 && input.type === 'submit') out.send(0, letter('x', 1000));
        return undefined;
      },
      {
        network: { outgoing: 0 },
        policy: {
          connection: (sight) => {
            sights.push(sight);
            return verdict(sight);
          },
        },
        interventions: [{ at: SECOND, type: 'submit', host: 'a', submission: '' }],
      },
    );
    run.world.run();
    return { ...run, sights };
  };

  test('is shown addresses at the dial, sizes and identities once established', () => {
    const { sights, told } = withPolicy(() => 'allow');
    expect(sights).toEqual([
      { stage: 'dial', at: 0, dialer: 0, listener: 1 },
      {
        ...{ stage: 'established', at: LISTENER_UP, dialer: 0, listener: 1 },
        clear: { sizes: [1184, 7533, 6349], dialer: 'id-0', listener: 'id-1' },
      },
    ]);
    expect(seen(told, 1, 'message')).toEqual([[SECOND + 13_000, 'x']]);
  });

  test('may reset at the dial', () => {
    const { told, world } = withPolicy(() => 'reset');
    expect(seen(told, 0).slice(1, 2)).toEqual([[24_000, 'dial-failed']]);
    expect(seen(told, 1)).toEqual([[0, 'start']]);
    expect(world.counts.established).toBe(0);
  });

  test('may reset what it recognises', () => {
    const { told } = withPolicy((sight) => (sight.clear?.listener === 'id-1' ? 'reset' : 'allow'));
    expect(seen(told, 0).slice(1, 3)).toEqual([
      [DIALER_UP, 'peer-up'],
      [LISTENER_UP, 'peer-down'],
    ]);
    expect(seen(told, 1)).toEqual([[0, 'start']]);
  });

  test('may throttle', () => {
    const { told } = withPolicy((sight) => (sight.stage === 'established' ? { throttle: 80_000 } : 'allow'));
    expect(seen(told, 1, 'message')).toEqual([[SECOND + 1000 + 100_000 + 12_000, 'x']]);
  });

  test('forgets a throttle with the connection', () => {
    let established = 0;
    const { world, told } = probe(
      2,
      (host, input, out) => {
        if (host === 0 && input.type === 'submit') out.send(1, letter('x', 1000));
        if (host === 0 && input.type === 'start') out.dial(1);
        if (host === 0 && input.type === 'peer-up' && input.peer === 0) out.close(0);
        if (host === 0 && input.type === 'peer-down') out.timer(SECOND);
        if (host === 0 && input.type === 'timer') out.dial(1);
        return undefined;
      },
      {
        network: { outgoing: 0 },
        policy: { connection: () => (established++ === 0 ? { throttle: 80_000 } : 'allow') },
        interventions: [say(3 * SECOND, 'a', '')],
      },
    );
    world.run();
    expect(established).toBe(3);
    expect(seen(told, 1, 'message')).toEqual([[3 * SECOND + 13_000, 'x']]);
  });
});
