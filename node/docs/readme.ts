import { readScenario, scenarioNames } from '#node/cli/scenarios.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { EXPERIMENTS, PAIRS, type Pair } from './experiments.ts';
import type { CellFigures, ExperimentFigures, Figures } from './figures.ts';
import { settingLines } from './setting.ts';

const INTRODUCTION = `# scenarios

One file per experiment. A scenario is data: the default export of a \`.ts\` file, typed \`ScenarioInput\`, without functions in it. Fields
and defaults are in \`sim/README.md\`, what the properties assert in the top README. A file whose name is lower case letters, digits and
hyphens is listed by \`montana list\`.

This page is written by \`npm run docs\` from the scenario files and from \`figures.json\`; \`npm run figures\` measures anew, in about half an hour
on two cores, and can be interrupted and taken up again. Seeds vary the network and the users; keys and genesis are the same in all runs.
Intervals are Wilson's, of 95 %. Where several runs give a number, the median stands first, then the least and the greatest.

All scenarios: rules \`montana\`, D = 2 560 a window, τ₂ = 60, hosts dealt out to five continents in turn, 50 Mbit/s up, loss 1 ‰ of the
segments, jitter below 20 ms, unless said otherwise.
`;

/** The whole of \`scenarios/README.md\`. */
export const readmeText = async (figures: Figures): Promise<string> => {
  const names = await scenarioNames();
  const parts = await Promise.all(
    names.map(async (name) => scenarioText(name, await readScenario(name), experimentOf(figures, name))),
  );
  return `${[INTRODUCTION, pairsText(figures), ...parts].join('\n')}`;
};

/** Throws if a scenario has never been measured. */
const experimentOf = ({ experiments }: Figures, name: string): ExperimentFigures => {
  const found = experiments.find(({ scenario }) => scenario === name);
  if (found === undefined) throw new Error(`${name} is not among the experiments: node/docs/experiments.ts`);
  return found;
};

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const pairsText = (figures: Figures): string =>
  `## Broken and closed

${table(
  ['Rule', 'Scenario', 'Shown by', 'Broken', 'Closed'],
  PAIRS.map((pair) => pairRow(pair, experimentOf(figures, pair.scenario))),
)}
`;

const pairRow = (
  { rule, scenario, broken, closed, shows, words }: Pair,
  { cells }: ExperimentFigures,
): readonly string[] => {
  const figure = (variant: string): string => {
    const cell = cells.find((candidate) => candidate.variant === variant);
    if (cell === undefined) throw new Error(`${scenario} has no figures of its variant ${variant}`);
    return shows in cell.properties ? violatedText(cell, shows) : metricText(cell, shows);
  };
  return [rule, `[${scenario}](#${scenario})`, words, figure(broken), figure(closed)];
};

const violatedText = ({ properties }: CellFigures, name: string): string => {
  const { held, of, low, high } = properties[name] as CellFigures['properties'][string];
  return `violated in ${of - held} of ${of} runs [${share(1 - high)}, ${share(1 - low)}]`;
};

const share = (value: number): string => `${(value * 100).toFixed(1)} %`;

const metricText = ({ metrics }: CellFigures, name: string): string => {
  const numbers = metrics[name];
  if (numbers === undefined) return '–';
  const { median, min, max } = numbers;
  return min === max ? numberText(median) : `${numberText(median)} (${numberText(min)} to ${numberText(max)})`;
};

/** Four significant digits, without an exponent. */
const numberText = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));

const scenarioText = (name: string, scenario: Scenario, { varied, cells }: ExperimentFigures): string => {
  const { claim, variants } = scenario;
  const variantRows = Object.entries(variants).map(([variant, { set }]) => [
    `\`${variant}\``,
    Object.entries(set)
      .map(([path, value]) => `\`${path}=${typeof value === 'string' ? value : JSON.stringify(value)}\``)
      .join(' '),
  ]);
  const metrics = [...new Set(cells.flatMap((cell) => Object.keys(cell.metrics)))];
  const head = varied === '' ? 'Variant' : `\`${varied}\``;
  const rows = cells.map((cell) => [
    varied === '' ? (cell.variant === '' ? 'as written' : `\`${cell.variant}\``) : cell.value,
    String(cell.runs),
    String(cell.asExpected),
    brokenText(cell),
    ...metrics.map((metric) => metricText(cell, metric)),
  ]);
  return `## ${name}

${claim}

${table(['', ''], settingLines(scenario))}
${variantRows.length === 0 ? '' : `\n${table(['Variant', 'sets'], variantRows)}\n`}
${table([head, 'Runs', 'As expected', 'Violated', ...metrics.map((metric) => `\`${metric}\``)], rows)}
${barsText(name, cells)}
\`\`\`sh
npm run -s montana -- run ${name}${variantRows.length === 0 ? '' : `   # --variant ${Object.keys(variants)[0]}`}
\`\`\`
`;
};

/** Characters of a full bar. */
const BAR = 40;

/** The mean of one number in each cell, drawn. */
const barsText = (name: string, cells: readonly CellFigures[]): string => {
  const metric = EXPERIMENTS.find(({ scenario }) => scenario === name)?.bars;
  if (metric === undefined) return '';
  const means = cells.map((cell) => cell.metrics[metric]?.mean ?? 0);
  const most = Math.max(...means);
  const lines = cells.map(({ variant, value }, i) => {
    const mean = means[i] as number;
    const bar = '█'.repeat(Math.round((mean / most) * BAR)).padEnd(BAR, '·');
    return `${(variant || value).padStart(10)}  ${bar}  ${mean.toFixed(2)}`;
  });
  return `\nMean of \`${metric}\`:\n\n\`\`\`\n${lines.join('\n')}\n\`\`\`\n`;
};

const brokenText = (cell: CellFigures): string => {
  const broken = Object.entries(cell.properties).filter(([, { held, of }]) => held < of);
  return broken.length === 0 ? 'nothing' : broken.map(([name, { held, of }]) => `${name} in ${of - held}`).join(', ');
};
