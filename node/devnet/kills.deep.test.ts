import { expect, test } from 'vitest';
import { sampleStatus } from '#node/api/status.suite.ts';
import { type Killed, type KillPlan, killByChance } from './kills.ts';

/** Three nodes whose windows become final as they are looked at; one that was killed begins two windows behind, or does not move. */
class Nodes implements Killed {
  readonly size = 3;
  readonly deeds: string[] = [];
  readonly #finals = [10, 10, 10];
  readonly #isStuck: boolean;
  fault = (): string | undefined => undefined;

  constructor(isStuck = false) {
    this.#isStuck = isStuck;
  }

  async kill(index: number): Promise<void> {
    this.deeds.push(`kill ${index}`);
  }

  async start(index: number): Promise<void> {
    this.deeds.push(`start ${index}`);
    this.#finals.fill(Math.max(...this.#finals));
    this.#finals[index] = (this.#finals[index] as number) - 2;
  }

  async status(index: number) {
    const isBehind = (this.#finals[index] as number) < Math.max(...this.#finals);
    if (isBehind && !this.#isStuck) this.#finals[index] = (this.#finals[index] as number) + 1;
    const { standing } = sampleStatus();
    return sampleStatus({ standing: { ...standing, finalWindow: this.#finals[index] as number } });
  }
}

const plan: KillPlan = { seed: 'a', times: 1, patience: 10_000 };

test('who is killed comes back, the same ones for the same seed', async () => {
  const [a, b] = [new Nodes(), new Nodes()];
  const told: number[] = [];
  const twice = { ...plan, times: 2 };
  const [returns] = await Promise.all([
    killByChance(a, { ...twice, tell: ({ node }) => told.push(node) }),
    killByChance(b, twice),
  ]);
  expect(returns.map(({ windows }) => windows)).toEqual([0, 0]);
  expect(told).toEqual(returns.map(({ node }) => node));
  expect(a.deeds).toEqual(told.flatMap((node) => [`kill ${node}`, `start ${node}`]));
  expect(b.deeds).toEqual(a.deeds);
});

test('who does not come back, a fault and a signal end it', async () => {
  const faulty = new Nodes(true);
  faulty.fault = () => 'roots differ';
  const stopped = new Nodes();
  await Promise.all([
    expect(killByChance(new Nodes(true), { ...plan, patience: 0 })).rejects.toThrow(
      /^node-\d has window 8 final, the others 10$/,
    ),
    expect(killByChance(faulty, plan)).rejects.toThrow('roots differ'),
    expect(killByChance(stopped, { ...plan, signal: AbortSignal.abort() })).rejects.toThrow('aborted'),
  ]);
  expect(stopped.deeds).toEqual([]);
});
