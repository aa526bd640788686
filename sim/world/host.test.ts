import { describe, expect, test } from 'vitest';
import { letter, type Probe, probe, type Told } from './probe.ts';
import { HAPPENINGS, type Intervention } from './types.ts';

const SECOND = 1_000_000;
const say = (at: number, host: string, submission: string): Intervention<Probe> => ({
  ...{ at, type: 'submit', host, submission },
});
const seen = (told: readonly Told[], host: number): (number | string)[][] =>
  told
    .filter((entry) => entry.host === host && entry.input.type !== 'peer-up')
    .map(({ at, input }) => [
      at,
      input.type === 'message' ? input.message.text : input.type === 'submit' ? input.submission : input.type,
    ]);

describe('the protocol core', () => {
  test('handles one input after another; effects take place when a handling ends', () => {
    const { world, told } = probe(
      2,
      (host, input, out) => {
        if (input.type !== 'submit') return 0;
        out.send(0, letter(`from ${input.submission}`, 10));
        return host === 0 ? 300 : 0;
      },
      {
        network: { outgoing: 1 },
        interventions: [say(SECOND, 'a', '1'), say(SECOND + 100, 'a', '2'), say(SECOND + 1000, 'a', '3')],
      },
    );
    world.run();
    expect(seen(told, 0).slice(1)).toEqual([
      [SECOND, '1'],
      [SECOND + 300, '2'],
      [SECOND + 1000, '3'],
    ]);
    expect(seen(told, 1).slice(1)).toEqual([
      [SECOND + 300 + 12_010, 'from 1'],
      [SECOND + 600 + 12_010, 'from 2'],
      [SECOND + 1300 + 12_010, 'from 3'],
    ]);
    expect(world.hosts.map((host) => host.worked)).toEqual([900, 0]);
  });

  test('a slow core takes longer in proportion, rounded up, and delays nobody else', () => {
    const run = (cpu: number): ReturnType<typeof seen>[] => {
      const { world, told } = probe(3, (host, input) => (input.type === 'submit' && host === 0 ? 333 : 0), {
        ...{ network: { outgoing: 0 }, host: { cpu } },
        interventions: [say(5000, 'a', '1'), say(5001, 'b', '1'), say(5001, 'a', '2'), say(5002, 'c', '1')],
      });
      world.run();
      return [0, 1, 2].map((host) => seen(told, host).slice(1));
    };
    const others = [[[5001, '1']], [[5002, '1']]];
    expect(run(1000)).toEqual([
      [
        [5000, '1'],
        [5333, '2'],
      ],
      ...others,
    ]);
    expect(run(2001)).toEqual([
      [
        [5000, '1'],
        [5667, '2'],
      ],
      ...others,
    ]);
    expect(run(500)).toEqual([
      [
        [5000, '1'],
        [5167, '2'],
      ],
      ...others,
    ]);
  });

  test('its inbox holds so many messages; more are dropped and counted, other inputs never', () => {
    const { world, told } = probe(
      2,
      (host, input, out) => {
        if (host === 0 && input.type === 'submit') for (let i = 0; i < 9; i++) out.send(0, letter(`${i}`, 1));
        return host === 1 && input.type === 'submit' ? 100_000 : 0;
      },
      {
        ...{ network: { outgoing: 1 }, host: { inbox: 4 } },
        interventions: [say(SECOND, 'a', 'go'), say(SECOND, 'b', 'busy'), say(SECOND + 50_000, 'b', 'more')],
      },
    );
    world.run();
    expect(seen(told, 1).map(([, what]) => what)).toEqual(['start', 'busy', '0', '1', '2', '3', 'more']);
    expect([world.counts.deliveries, world.counts.overflow]).toEqual([9, 5]);
  });

  test('has its room back once messages are handled, or lost in a crash', () => {
    const minutes = [...Array(12).keys()].map((i) => say(SECOND + 1000 * i, 'a', `${i}`));
    const { world, told } = probe(
      2,
      (host, input, out) => {
        if (host === 0 && input.type === 'submit') for (const i of [0, 1]) out.send(0, letter(`${i}`, 1));
        return host === 1 && input.type === 'message' ? 100 : 0;
      },
      { ...{ network: { outgoing: 1 }, host: { inbox: 1 } }, interventions: minutes },
    );
    world.run();
    expect(told.filter(({ input }) => input.type === 'message').length).toBe(24);
    expect(world.counts.overflow).toBe(0);

    let dialled = 0;
    const crashing = probe(
      2,
      (host, input, out) => {
        if (host === 0 && input.type === 'peer-up' && input.dialled) dialled = input.peer;
        if (input.type === 'submit') for (const text of ['1', '2']) out.send(dialled, letter(text, 1));
        return host === 1 && input.type === 'message' ? SECOND : 0;
      },
      {
        ...{ network: { outgoing: 1 }, host: { inbox: 1 } },
        interventions: [
          say(SECOND, 'a', 'go'),
          { at: SECOND + 500_000, type: 'crash', hosts: ['b'] },
          { at: SECOND + 600_000, type: 'restart', hosts: ['b'] },
          say(9 * SECOND, 'a', 'go'),
        ],
      },
    );
    crashing.world.run();
    expect(seen(crashing.told, 1).slice(2)).toEqual([
      [SECOND + 600_000, 'start'],
      [9 * SECOND + 12_001, '1'],
      [10 * SECOND + 12_001, '2'],
    ]);
    expect(crashing.world.counts.overflow).toBe(0);
  });

  test('hears at once of a connection it closed itself', () => {
    const { world, told } = probe(
      2,
      (host, input, out) => {
        if (host === 0 && input.type === 'submit') out.send(0, letter('bye', 1));
        if (host === 1 && input.type === 'message') out.close(input.peer);
        return 0;
      },
      { network: { outgoing: 1 }, interventions: [say(SECOND, 'a', 'go')] },
    );
    world.run(SECOND + 20_000);
    expect(seen(told, 1).slice(-2)).toEqual([
      [SECOND + 12_001, 'bye'],
      [SECOND + 12_001, 'peer-down'],
    ]);
  });

  test('duplicates are counted, whether they waited or not', () => {
    const { world } = probe(
      2,
      (host, input, out) => {
        if (host === 0 && input.type === 'submit')
          for (const text of ['new', 'again', 'again']) out.send(0, letter(text));
        return 150;
      },
      { network: { outgoing: 1 }, interventions: [say(SECOND, 'a', 'go')] },
    );
    world.run();
    expect([world.counts.deliveries, world.counts.duplicates]).toEqual([3, 2]);
  });
});

describe('timers and alarms', () => {
  test('ring once, at the time last asked for, a past one at once', () => {
    let rings = 0;
    const { world, told } = probe(
      3,
      (host, input, out) => {
        if (input.type === 'start') out.timer(host === 2 ? undefined : 500);
        if (input.type === 'start' && host === 1) out.timer(undefined);
        if (input.type === 'timer' && ++rings === 1) out.timer(20);
        return 0;
      },
      { network: { outgoing: 0 } },
    );
    world.run();
    expect(seen(told, 0)).toEqual([
      [0, 'start'],
      [500, 'timer'],
      [500, 'timer'],
    ]);
    expect([seen(told, 1), seen(told, 2)]).toEqual([[[0, 'start']], [[0, 'start']]]);
  });

  test('that rang while the core was busy are void once set anew', () => {
    const { world, told } = probe(
      1,
      (_, input, out) => {
        if (input.type === 'start') {
          out.timer(100);
          out.alarm(1);
        }
        if (input.type !== 'submit') return 0;
        out.timer(5000);
        out.alarm(undefined);
        return 2000;
      },
      { interventions: [say(50, 'a', 'busy')] },
    );
    world.run();
    expect(seen(told, 0)).toEqual([
      [0, 'start'],
      [50, 'busy'],
      [5000, 'timer'],
    ]);
  });

  test('an alarm rings in the first microsecond in which the count is reached', () => {
    // 3 hashes per 1000 µs.
    const counts: number[][] = [];
    const { world } = probe(1, (_, input, out, clock) => {
      counts.push([clock.now, clock.iterations]);
      if (input.type === 'start') out.alarm(2);
      if (input.type === 'alarm' && clock.iterations === 2) out.alarm(3);
      // Long reached: rings at once.
      if (counts.length === 3) out.alarm(1);
      return 0;
    });
    world.run();
    expect(counts).toEqual([
      [0, 0],
      [667, 2],
      [1000, 3],
      [1000, 3],
    ]);
  });
});

describe('the core beside the hasher', () => {
  const ends = (submissions: string, crash: boolean) => {
    const { world, told } = probe(
      1,
      (_, input, out) => {
        if (input.type !== 'submit') return 0;
        for (const job of input.submission.split(' ')) {
          if (job.startsWith('-')) out.cancel(job.slice(1));
          else out.work(job, 300);
        }
        return 0;
      },
      {
        host: { rate: { iterations: 3, micros: 1 } },
        interventions: [
          say(10, 'a', submissions),
          ...(crash ? [{ at: 50, type: 'crash', hosts: ['a'] } as const] : []),
        ],
      },
    );
    world.run();
    return told.flatMap(({ at, input }) => (input.type === 'done' ? [[at, input.result]] : []));
  };

  test('works as fast, at the same time, on jobs of its own one after another', () => {
    expect(ends('x aside1 y aside2', false)).toEqual([
      [110, 'x!'],
      [110, 'aside1!'],
      [210, 'y!'],
      [210, 'aside2!'],
    ]);
  });

  test('gives up a job without touching those of the hasher', () => {
    expect(ends('x aside1 aside2 -aside1', false)).toEqual([
      [110, 'x!'],
      [110, 'aside2!'],
    ]);
  });

  test('forgets its jobs in a crash', () => {
    expect(ends('aside1', true)).toEqual([]);
  });
});

describe('the hasher', () => {
  test('does one job after another, throw-away between them, and counts it all', () => {
    const { world, told } = probe(
      1,
      (_, input, out) => {
        if (input.type !== 'submit') return 0;
        for (const job of input.submission.split(' ')) out.work(job, 300);
        return 0;
      },
      { host: { rate: { iterations: 3, micros: 1 } }, interventions: [say(10, 'a', 'x y'), say(1000, 'a', 'z')] },
    );
    world.run();
    expect(told.slice(1).map(({ at, input }) => [at, input.type === 'done' ? input.result : ''])).toEqual([
      [10, ''],
      [110, 'x!'],
      [210, 'y!'],
      [1000, ''],
      [1100, 'z!'],
    ]);
  });

  test('a cancelled job is not done; the one behind it begins then', () => {
    const { world, told } = probe(
      1,
      (_, input, out) => {
        if (input.type === 'start') for (const job of ['x', 'y', 'z']) out.work(job, 300);
        if (input.type === 'submit') out.cancel(input.submission);
        return 0;
      },
      {
        host: { rate: { iterations: 3, micros: 1 } },
        interventions: [say(40, 'a', 'x'), say(50, 'a', 'z'), say(60, 'a', 'no')],
      },
    );
    world.run();
    expect(
      told.filter(({ input }) => input.type === 'done').map(({ at, input }) => [at, 'job' in input && input.job]),
    ).toEqual([[140, 'y']]);
  });

  test('is not held up by a busy core', () => {
    const done: number[] = [];
    const { world, told } = probe(
      1,
      (_, input, out) => {
        if (input.type === 'start') out.work('x', 300);
        if (input.type === 'start') out.work('y', 300);
        return input.type === 'submit' ? 1000 : 0;
      },
      {
        host: { rate: { iterations: 3, micros: 1 } },
        interventions: [say(50, 'a', 'busy')],
        watch: (at, what) => {
          if (what === HAPPENINGS.done) done.push(at);
        },
      },
    );
    world.run();
    expect(done).toEqual([100, 200]);
    expect(seen(told, 0).slice(2)).toEqual([
      [1050, 'done'],
      [1050, 'done'],
    ]);
  });

  test('loses no hash between two jobs, and a job queued behind another does not disturb it', () => {
    const { world, told } = probe(
      1,
      (_, input, out) => {
        if (input.type === 'start') for (const job of ['x', 'y']) out.work(job, 100);
        if (input.type === 'submit') out.work('z', 100);
        if (input.type === 'done' && input.job === 'z') out.work('nothing', 0);
        return 0;
      },
      // 100 hashes take 33 ⅓ µs.
      { host: { rate: { iterations: 3, micros: 1 } }, interventions: [say(20, 'a', '')] },
    );
    world.run();
    expect(told.filter(({ input }) => input.type === 'done').map(({ at }) => at)).toEqual([34, 67, 100, 100]);
  });

  test('begins anew with the process, its count and its jobs', () => {
    const counts: number[][] = [];
    const { world, told } = probe(
      1,
      (_, input, out, clock) => {
        counts.push([clock.now, clock.iterations]);
        if (input.type === 'start') out.work(`from ${clock.now}`, 300);
        return 0;
      },
      {
        host: { rate: { iterations: 3, micros: 1 } },
        interventions: [
          { at: 50, type: 'crash', hosts: ['a'] },
          { at: 600, type: 'restart', hosts: ['a'] },
        ],
      },
    );
    world.run();
    expect(told.map(({ input }) => (input.type === 'done' ? input.job : input.type))).toEqual([
      'start',
      'start',
      'from 600',
    ]);
    expect(counts).toEqual([
      [0, 0],
      [600, 0],
      [700, 300],
    ]);
  });
});

describe('a crash', () => {
  /** Host a persists 1, emits 1, persists 2, … at time 1000 and crashes after so many effects. */
  const run = (
    effects: number,
    sync = 0,
    crashAt = 999,
  ): { world: ReturnType<typeof probe>['world']; events: string[]; disk: unknown } => {
    const events: string[] = [];
    let disk: unknown;
    const { world } = probe(
      1,
      (_, input, out) => {
        if (input.type === 'start') disk = input.disk;
        if (input.type !== 'submit') return 0;
        for (const i of ['1', '2', '3']) {
          out.persist(i);
          out.emit(i);
        }
        return 50;
      },
      {
        host: { sync },
        observe: (_, event, at) => events.push(`${event} at ${at}`),
        interventions: [
          { at: crashAt, type: 'crash', hosts: ['a'], strike: effects },
          say(1000, 'a', 'go'),
          { at: 5000, type: 'restart', hosts: ['a'] },
        ],
      },
    );
    world.run(4000);
    const lasting = world.hosts[0]?.up;
    world.run();
    if (lasting === true) disk = 'never crashed';
    return { world, events, disk };
  };

  test('between two effects loses exactly the later ones', () => {
    const outcomes = [1, 2, 3, 4, 5, 6, 7].map((effects) => {
      const { events, disk } = run(effects);
      return [events, disk];
    });
    const [one, two, three] = ['1 at 1050', '2 at 1050', '3 at 1050'];
    expect(outcomes).toEqual([
      [[], ['1']],
      [[one], ['1']],
      [[one], ['1', '2']],
      [
        [one, two],
        ['1', '2'],
      ],
      [
        [one, two],
        ['1', '2', '3'],
      ],
      [
        [one, two, three],
        ['1', '2', '3'],
      ],
      [[one, two, three], 'never crashed'],
    ]);
  });

  test('before the handling ends loses all its effects', () => {
    const { events, disk } = run(0, 0, 1049);
    expect([events, disk]).toEqual([[], []]);
  });

  test('persist is a barrier: what follows waits until it is durable', () => {
    const { events } = run(99, 400);
    expect(events).toEqual(['1 at 1450', '2 at 1850', '3 at 2250']);
    // Between the second write and its end: not durable, and what follows it has not happened.
    const cut = run(0, 400, 1849);
    expect([cut.events, cut.disk]).toEqual([['1 at 1450'], ['1']]);
    const after = run(0, 400, 1851);
    expect([after.events, after.disk]).toEqual([
      ['1 at 1450', '2 at 1850'],
      ['1', '2'],
    ]);
  });

  test('while a record is being written leaves nothing of it to the next process', () => {
    const { world, told } = probe(
      1,
      (_, input, out) => {
        if (input.type === 'submit') out.persist(input.submission);
        return 0;
      },
      {
        host: { sync: 400 },
        interventions: [
          say(1000, 'a', 'lost'),
          { at: 1100, type: 'crash', hosts: ['a'] },
          { at: 1200, type: 'restart', hosts: ['a'] },
          say(2000, 'a', 'lost, too'),
          { at: 2399, type: 'crash', hosts: ['a'] },
          { at: 2500, type: 'restart', hosts: ['a'] },
        ],
      },
    );
    world.run();
    expect(told.flatMap(({ input }) => (input.type === 'start' ? [input.disk] : []))).toEqual([[], [], []]);
  });

  test('takes timers, jobs, waiting inputs and a pending crash with it', () => {
    const { world, told } = probe(
      1,
      (_, input, out, clock) => {
        if (input.type === 'start' && clock.now === 0) {
          out.timer(2000);
          out.alarm(8);
          out.work('x', 9);
        }
        return input.type === 'submit' ? 5000 : 0;
      },
      {
        interventions: [
          { at: 10, type: 'crash', hosts: ['a'], strike: 1 },
          say(500, 'a', 'busy'),
          say(600, 'a', 'waits'),
          { at: 700, type: 'crash', hosts: ['a'] },
          say(800, 'a', 'nobody there'),
          { at: 900, type: 'restart', hosts: ['a'] },
        ],
      },
    );
    world.run();
    expect(seen(told, 0)).toEqual([
      [0, 'start'],
      [500, 'busy'],
      [900, 'start'],
    ]);
    expect(world.hosts[0]?.up).toBe(true);
  });

  test('may strike among the effects of the first start', () => {
    const { world, told } = probe(
      2,
      (host, input, out) => {
        if (host === 0 && input.type === 'start') for (const record of ['1', '2', '3']) out.persist(record);
        return 0;
      },
      {
        interventions: [
          { at: 0, type: 'crash', hosts: ['a'], strike: 2 },
          { at: SECOND, type: 'restart', hosts: ['a'] },
        ],
      },
    );
    world.run(SECOND);
    expect(told.flatMap(({ host, input }) => (host === 0 && input.type === 'start' ? [input.disk] : []))).toEqual([
      [],
      ['1', '2'],
    ]);
    // The dead process dialled nobody.
    expect(world.counts.established).toBe(0);
    expect(told.some(({ at, input }) => at < SECOND && input.type === 'peer-up')).toBe(false);
  });

  test('at time 0 keeps a host from starting until it is restarted', () => {
    const { world, told } = probe(2, () => 0, {
      interventions: [
        { at: 0, type: 'crash', hosts: ['b'] },
        { at: 3 * SECOND, type: 'restart', hosts: ['b'] },
      ],
    });
    world.run(10 * SECOND);
    expect(seen(told, 1)).toEqual([[3 * SECOND, 'start']]);
    expect(world.counts.established).toBe(2);
  });

  test('each start has its own random seed', () => {
    const seeds: string[] = [];
    const { world } = probe(
      2,
      (_, input) => {
        if (input.type === 'start') seeds.push(input.seed.join());
        return 0;
      },
      {
        interventions: [
          { at: 10, type: 'crash', hosts: ['a'] },
          { at: 20, type: 'restart', hosts: ['a'] },
          { at: 20, type: 'restart', hosts: ['b'] },
        ],
      },
    );
    world.run(30);
    expect(new Set(seeds).size).toBe(3);
    expect(seeds.every((seed) => seed.split(',').length === 32)).toBe(true);
  });
});
