import steady from '#scenarios/steady.ts';
import { Run } from '#sim/run/run.ts';
import type { ScenarioInput } from '#sim/run/scenario.ts';
import { parseScenario } from '#sim/run/settings.ts';
import { type Case, interleave, type Series } from './harness.ts';
import type { Section, Settings } from './section.ts';

const WINDOWS = 6;

const PLAIN = 'as usual';

interface Counted {
  readonly events: number;
  readonly deliveries: number;
  readonly firstReceipts: number;
}

/** The same run, done otherwise: the peers. None of them may change what happens. */
const variants = (quick: boolean): Readonly<Record<string, Partial<ScenarioInput>>> => ({
  [PLAIN]: {},
  'nothing remembered': { memo: false },
  ...(quick ? {} : { 'messages encoded and decoded': { wire: true } }),
});

const cpuSeconds = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

const runOf = (changes: Partial<ScenarioInput>): Run =>
  new Run(parseScenario({ ...steady, windows: WINDOWS, ...changes }, 'steady'), {});

/** Small histories of the whole simulator, by CPU time of all its threads, without the making of keys. */
const measure = ({ quick, tell }: Settings): readonly Series[] => {
  tell('warm-up');
  runOf({ windows: 2 }).finish();
  let counted: Counted | undefined;
  let digest: string | undefined;
  const cases = Object.entries(variants(quick)).map(
    ([name, changes]): Case => ({
      name,
      unit: 's',
      run: () => {
        const run = runOf(changes);
        const seconds = cpuSeconds(() => {
          while (run.advance());
        });
        const result = run.result(seconds);
        if (result.finalWindow < WINDOWS - 1) throw new Error(`steady: only window ${result.finalWindow} is final`);
        digest ??= result.traceDigest;
        if (result.traceDigest !== digest) throw new Error(`steady, ${name}: another digest`);
        counted = result;
        tell(`${name}: ${seconds.toFixed(1)} s`);
        return seconds;
      },
    }),
  );
  const series = interleave(cases, quick ? 2 : 5, 0);
  const { events, deliveries, firstReceipts } = counted as Counted;
  const [plain, ...peers] = series as [Series, ...Series[]];
  const eventsOf = ({ name }: Series): string => `events, ${name}`;
  const perSecond = (name: string, count: number, { values }: Series): Series => ({
    ...{ name, unit: 'k/s' },
    values: values.map((seconds) => count / seconds / 1000),
  });
  return [
    { name: 'events of the run', unit: 'count', values: [events] },
    { name: 'deliveries of the run', unit: 'count', values: [deliveries] },
    { name: 'first receptions of the run', unit: 'count', values: [firstReceipts] },
    perSecond('deliveries', deliveries, plain),
    perSecond('first receptions', firstReceipts, plain),
    perSecond(eventsOf(plain), events, plain),
    ...peers.map((peer) => ({ ...perSecond(eventsOf(peer), events, peer), peer: eventsOf(plain) })),
  ];
};

export const simulator: Section = {
  title: `Simulator (steady, ${steady.nodes} nodes, ${WINDOWS} windows; per second of CPU time)`,
  measure,
};
