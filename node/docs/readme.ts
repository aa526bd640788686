import { readScenario, scenarioNames } from '#node/cli/scenarios.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { EXPERIMENTS, PAIRS, type Pair } from './experiments.ts';
import { type CellFigures, type ExperimentFigures, type Figures, variedBy } from './figures.ts';
import { settingLines } from './setting.ts';

const INTRODUCTION = `# scenarios

One file per experiment. A scenario is data: the default export of a \`.ts\` file, typed \`ScenarioInput\`, without functions in it. Fields
and defaults are in \`sim/README.md\`, what the properties assert in the top README. A file whose name is lower case letters, digits and
hyphens is listed by \`montana list\`.

This page is written by \`npm run docs\` from the scenario files and from \`figures.json\`; \`npm run figures\` measures anew, in about an hour
on two cores, and can be interrupted and taken up again. Seeds vary the network and the users; keys and genesis are the same in all runs.
Intervals are Wilson's, of 95 %. Where several runs give a number, the median stands first, then the least and the greatest.

All scenarios: rules \`montana\`, D = 2 560 a window, τ₂ = 60, hosts dealt out to five continents in turn, 50 Mbit/s up, loss 1 ‰ of the
segments, jitter below 20 ms, unless said otherwise.
`;

/** The whole of \`scenarios/README.md\`. */
export const readmeText = async (figures: Figures): Promise<string> => {
  const names = await scenarioNames();
  const parts = await Promise.all(
    names.map(async (name) => scenarioText(name, await readScenario(name), experimentsOf(figures, name))),
  );
  return `${[INTRODUCTION, pairsText(figures), ...parts].join('\n')}`;
};

/** Throws if a scenario has never been measured. */
const experimentsOf = ({ experiments }: Figures, name: string): readonly ExperimentFigures[] => {
  const found = experiments.filter(({ scenario }) => scenario === name);
  if (found.length === 0) throw new Error(`${name} has no figures: \`npm run figures ${name}\``);
  return found;
};

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const pairsText = (figures: Figures): string =>
  `## Broken and closed

${table(
  ['Rule', 'Scenario', 'Shown by', 'Broken', 'Closed'],
  PAIRS.map((pair) => pairRow(pair, experimentsOf(figures, pair.scenario))),
)}
`;

const pairRow = (
  { rule, scenario, broken, closed, shows, words }: Pair,
  experiments: readonly ExperimentFigures[],
): readonly string[] => {
  const cells = experiments.filter(({ varied }) => varied === '').flatMap((experiment) => experiment.cells);
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

const scenarioText = (name: string, scenario: Scenario, experiments: readonly ExperimentFigures[]): string => {
  const { claim, variants } = scenario;
  const variantRows = Object.entries(variants).map(([variant, { set }]) => [
    `\`${variant}\``,
    Object.entries(set)
      .map(([path, value]) => `\`${path}=${typeof value === 'string' ? value : JSON.stringify(value)}\``)
      .join(' '),
  ]);
  const parts = [
    `## ${name}`,
    claim,
    table(['', ''], settingLines(scenario)),
    ...(variantRows.length === 0 ? [] : [table(['Variant', 'sets'], variantRows)]),
    ...experiments.flatMap(experimentTexts),
    `\`\`\`sh\nnpm run -s montana -- run ${name}${variantRows.length === 0 ? '' : `   # --variant ${Object.keys(variants)[0]}`}\n\`\`\``,
  ];
  return `${parts.join('\n\n')}\n`;
};

/** The table of an experiment, and its bars. */
const experimentTexts = ({ scenario, varied, cells }: ExperimentFigures): readonly string[] => {
  const metrics = [...new Set(cells.flatMap((cell) => Object.keys(cell.metrics)))];
  const nameOf = ({ variant, value }: CellFigures): string =>
    varied === '' ? (variant === '' ? 'as written' : `\`${variant}\``) : value;
  const rows = cells.map((cell) => [
    ...[nameOf(cell), String(cell.runs), String(cell.asExpected), brokenText(cell)],
    ...metrics.map((metric) => metricText(cell, metric)),
  ]);
  const head = varied === '' ? 'Variant' : `\`${varied}\``;
  const header = [head, 'Runs', 'As expected', 'Violated', ...metrics.map((metric) => `\`${metric}\``)];
  const bars = EXPERIMENTS.find((one) => one.scenario === scenario && variedBy(one) === varied)?.bars;
  return [table(header, rows), ...(bars === undefined ? [] : [barsText(bars, cells)])];
};

/** Characters of a full bar. */
const BAR = 40;

/** The mean of one number in each cell, drawn. */
const barsText = (metric: string, cells: readonly CellFigures[]): string => {
  const means = cells.map((cell) => cell.metrics[metric]?.mean ?? 0);
  const most = Math.max(...means);
  const lines = cells.map(({ value }, i) => {
    const mean = means[i] as number;
    const bar = '█'.repeat(Math.round((mean / most) * BAR)).padEnd(BAR, '·');
    return `${value.padStart(6)}  ${bar}  ${mean.toFixed(2)}`;
  });
  return `Mean of \`${metric}\`:\n\n\`\`\`\n${lines.join('\n')}\n\`\`\``;
};

const brokenText = (cell: CellFigures): string => {
  const broken = Object.entries(cell.properties).filter(([, { held, of }]) => held < of);
  return broken.length === 0 ? 'nothing' : broken.map(([name, { held, of }]) => `${name} in ${of - held}`).join(', ');
};
