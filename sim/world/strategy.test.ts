import { describe, expect, test } from 'vitest';
import { letter, type Probe, probe } from './probe.ts';
import type { Strategy } from './strategy.ts';

const SECOND = 1_000_000;
/** When a message of one byte sent by a at second 1 arrives at b. */
const ARRIVAL = SECOND + 12_001;

const honest: Strategy<Probe> = {
  input: (input, port) => port.deliver(input),
  effect: (effect, port) => port.perform(effect),
};

/** Host a sends `hello` at second 1; b answers a `question` with `answer`. Messages by receiver. */
const run = (strategies: Record<string, Strategy<Probe>>, interventions: Parameters<typeof probe>[2] = {}) => {
  const { world, told } = probe(
    2,
    (host, input, out) => {
      if (host === 0 && input.type === 'submit') out.send(0, letter('hello', 1));
      if (input.type === 'message' && input.message.text === 'question') out.send(input.peer, letter('answer', 1));
      return 0;
    },
    {
      network: { outgoing: 1 },
      interventions: [
        { at: SECOND, type: 'submit', host: 'a', submission: '' },
        ...(interventions.interventions ?? []),
      ],
      strategies: new Map(Object.entries(strategies)),
    },
  );
  world.run(3 * SECOND);
  const messages = told.flatMap(({ at, host, input }) =>
    input.type === 'message' ? [[host, at, input.message.text]] : [],
  );
  return { world, told, messages };
};

describe('a strategy', () => {
  test('that passes everything on changes nothing', () => {
    const [without, with_] = [run({}), run({ a: honest, b: honest })];
    expect(with_.world.digest()).toBe(without.world.digest());
    expect(with_.told).toEqual(without.told);
    expect(without.messages).toEqual([[1, ARRIVAL, 'hello']]);
  });

  test('sees every input and every effect', () => {
    const types: string[] = [];
    const spy: Strategy<Probe> = {
      input: (input, port) => {
        types.push(input.type);
        port.deliver(input);
      },
      effect: (effect, port) => {
        types.push(effect.type);
        port.perform(effect);
      },
    };
    run({ a: spy });
    expect(types).toEqual(['start', 'peer-up', 'peer-up', 'submit', 'send']);
  });

  test('drops inputs and effects', () => {
    const deaf: Strategy<Probe> = {
      ...honest,
      input: (input, port) => input.type !== 'message' && port.deliver(input),
    };
    const mute: Strategy<Probe> = {
      ...honest,
      effect: (effect, port) => effect.type !== 'send' && port.perform(effect),
    };
    expect(run({ b: deaf }).messages).toEqual([]);
    expect(run({ b: deaf }).world.counts.deliveries).toBe(1);
    expect(run({ a: mute }).messages).toEqual([]);
    expect(run({ a: mute }).world.counts.deliveries).toBe(0);
  });

  test('delays inputs and effects, also past one another', () => {
    const late: Strategy<Probe> = { ...honest, effect: (effect, port) => port.perform(effect, 700) };
    expect(run({ a: late }).messages).toEqual([[1, ARRIVAL + 700, 'hello']]);
    const reordering: Strategy<Probe> = {
      ...honest,
      input: (input, port) => {
        if (input.type !== 'message') port.deliver(input);
        else {
          port.deliver(input, 900);
          port.deliver({ ...input, message: letter('second') }, 900);
          port.deliver({ ...input, message: letter('first') }, 20);
        }
      },
    };
    expect(run({ b: reordering }).messages).toEqual([
      [1, ARRIVAL + 20, 'first'],
      [1, ARRIVAL + 900, 'hello'],
      [1, ARRIVAL + 900, 'second'],
    ]);
  });

  test('alters inputs and effects', () => {
    const liar: Strategy<Probe> = {
      ...honest,
      effect: (effect, port) =>
        port.perform(effect.type === 'send' ? { ...effect, message: letter('lie', 1) } : effect),
    };
    expect(run({ a: liar }).messages).toEqual([[1, ARRIVAL, 'lie']]);
    const mishearing: Strategy<Probe> = {
      ...honest,
      input: (input, port) =>
        port.deliver(input.type === 'message' ? { ...input, message: letter('question') } : input),
    };
    expect(run({ b: mishearing }).messages).toEqual([
      [1, ARRIVAL, 'question'],
      [0, ARRIVAL + 12_001, 'answer'],
    ]);
  });

  test('adds effects of its own, in answer to inputs, and inputs the network never brought', () => {
    const pushy: Strategy<Probe> = {
      ...honest,
      input: (input, port) => {
        port.deliver(input);
        if (input.type === 'submit') {
          port.perform({ type: 'send', peer: 0, message: letter('extra', 1) });
          port.perform({ type: 'send', peer: 0, message: letter('question', 1) }, SECOND);
        }
      },
    };
    expect(run({ a: pushy }).messages).toEqual([
      [1, ARRIVAL, 'extra'],
      [1, ARRIVAL + 1, 'hello'],
      [1, ARRIVAL + SECOND, 'question'],
      [0, ARRIVAL + SECOND + 12_001, 'answer'],
    ]);
  });

  test('is woken once each time it asks, in the order of the moments', () => {
    const woken: number[] = [];
    const sleeper: Strategy<Probe> = {
      ...honest,
      input: (input, port) => {
        port.deliver(input);
        if (input.type !== 'submit') return;
        for (const delay of [900, 300, 0]) port.wake(delay);
      },
      wake: (port) => {
        woken.push(port.now - SECOND);
        if (port.now === SECOND + 300) port.wake(5000);
        if (port.now === SECOND + 900) port.perform({ type: 'send', peer: 0, message: letter('late', 1) });
      },
    };
    expect(run({ a: sleeper }).messages).toEqual([
      [1, ARRIVAL, 'hello'],
      [1, ARRIVAL + 900, 'late'],
    ]);
    expect(woken).toEqual([0, 300, 900, 5300]);
  });

  test('loses what it held back, and the moments it asked for, when its host crashes', () => {
    let woken = 0;
    const late: Strategy<Probe> = {
      ...honest,
      input: (input, port) => {
        port.deliver(input, input.type === 'submit' ? 5000 : 0);
        if (input.type === 'submit') port.wake(5000);
      },
      wake: () => woken++,
    };
    const again = 2 * SECOND + 900_000;
    const { told } = run(
      { a: late },
      {
        interventions: [
          { at: SECOND + 4000, type: 'crash', hosts: ['a'] },
          { at: SECOND + 4500, type: 'restart', hosts: ['a'] },
          { at: again, type: 'submit', host: 'a', submission: 'again' },
        ],
      },
    );
    expect(told.filter(({ input }) => input.type === 'submit').map(({ at }) => at)).toEqual([again + 5000]);
    expect(woken).toBe(1);
  });
});
