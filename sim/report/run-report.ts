import * as Plot from '@observablehq/plot';
import { byName } from '#sim/campaign/aggregate.ts';
import { numberText } from '#sim/campaign/tables.ts';
import type { RunResult } from '#sim/run/result.ts';
import type { Scenario } from '#sim/run/scenario.ts';
import { type Page, pageText, type Section } from './page.ts';
import { plotText } from './plot.ts';

/** What the journal of a run adds to its result. */
export interface RunHistory {
  readonly scenario: Scenario;
  /** Windows in the order they became final; virtual microseconds. */
  readonly windows: readonly { readonly window: number; readonly at: number; readonly round: number }[];
}

/** The report of one run, as HTML. */
export const runReport = (result: RunResult, history: RunHistory | undefined): string => {
  const page: Page = {
    title: result.scenario,
    claim: history?.scenario.claim ?? '',
    setting: settingOf(result),
    sections: [
      verdicts(result),
      ...causes(result),
      ...presence(result),
      ...(history === undefined ? [] : closing(history)),
      ...epochs(result),
      ...messages(result),
      metricsTable(result),
    ],
    reproduce: result.reproduce,
  };
  return pageText(page);
};

const settingOf = (result: RunResult): Page['setting'] => [
  ['nodes', `${result.nodes}`],
  ['windows', `0 to ${result.finalWindow} final at every honest node that is up, ${result.windows} wanted`],
  ['seed', result.seed],
  ['rules', typeof result.rules === 'string' ? result.rules : JSON.stringify(result.rules)],
  ['messages', `${result.deliveries}, of them ${result.firstReceipts} new to their receiver`],
  ['events', `${result.events}`],
  ['state root', result.stateRoot],
  ['trace digest', result.traceDigest],
];

const verdicts = ({ properties, limits }: RunResult): Section => ({
  title: 'Expected and seen',
  table: {
    header: ['', 'expected', 'seen', 'as expected', ''],
    rows: [
      ...properties.map(({ name, expected, observed, met, detail }) => [name, expected, observed, yes(met), detail]),
      ...limits.map(({ metric, least, most, observed, met }) => [
        metric,
        `${least ?? '−∞'} to ${most ?? '∞'}`,
        `${observed ?? 'not measured'}`,
        yes(met),
        '',
      ]),
    ],
  },
});

const yes = (met: boolean): string => (met ? 'yes' : 'NO');

const causes = ({ properties }: RunResult): readonly Section[] =>
  properties.flatMap(({ name, causes: lines = [] }) =>
    lines.length === 0 ? [] : [{ title: `How ${name} was violated`, lines }],
  );

/** Presence against speed, then the hosts that were restarted. */
const presence = ({ metrics }: RunResult): readonly Section[] => {
  const groups = series(metrics, /^presence\.(\w+)$/).map(({ key, value }) => ({
    group: /^\d/.test(key) ? key : `${key}, after its restart`,
    share: value,
  }));
  if (groups.length === 0) return [];
  return [
    {
      title: 'Presence against speed',
      note: 'Share of the windows that include a node: groups of nodes by hash rate, the slowest first.',
      plot: plotText('presence', {
        ariaLabel: 'Presence against speed',
        height: 260,
        x: { label: 'nodes by hash rate', domain: groups.map(({ group }) => group) },
        y: { label: 'presence', domain: [0, 1], grid: true },
        marks: [Plot.barY(groups, { x: 'group', y: 'share', fill: '#4269d0' }), Plot.ruleY([0])],
      }),
      table: { header: ['group', 'presence'], rows: groups.map(({ group, share }) => [group, numberText(share)]) },
    },
  ];
};

/** Virtual time from one final window to the next. */
const closing = ({ windows }: RunHistory): readonly Section[] => {
  if (windows.length < 2) return [];
  const rows = windows.map(({ window, at, round }, i) => ({
    ...{ window, round: `round ${round}` },
    seconds: (at - (windows[i - 1]?.at ?? 0)) / 1e6,
  }));
  const rounds = [...new Set(windows.map(({ round }) => round))].sort((a, b) => a - b).map((round) => `round ${round}`);
  return [
    {
      title: 'Time from one final window to the next',
      note: 'Virtual seconds, when a window is final for the first time anywhere.',
      plot: plotText('closing', {
        ariaLabel: 'Seconds from one final window to the next',
        height: 260,
        x: { label: 'window', ...wholeTicks(rows.length) },
        y: { label: 'seconds', zero: true, grid: true },
        color: { type: 'ordinal', scheme: 'observable10', domain: rounds, legend: rounds.length > 1 },
        marks: [
          Plot.ruleY([0]),
          Plot.lineY(rows, { x: 'window', y: 'seconds', strokeOpacity: 0.4 }),
          Plot.dot(rows, { x: 'window', y: 'seconds', fill: 'round', r: 2.5 }),
        ],
      }),
      table: {
        header: ['window', 'seconds', 'round'],
        rows: rows.map(({ window, seconds }, i) => [`${window}`, numberText(seconds), `${windows[i]?.round}`]),
      },
    },
  ];
};

/** `epoch.<k>.<what>`: one figure for each thing measured. */
const epochs = ({ metrics }: RunResult): readonly Section[] => {
  const kinds = new Set(series(metrics, /^epoch\.\d+\.(\w+)$/).map(({ key }) => key));
  return [...kinds].map((kind): Section => {
    const points = series(metrics, new RegExp(`^epoch\\.(\\d+)\\.${kind}$`)).map(({ key, value }) => ({
      epoch: Number(key),
      value,
    }));
    return {
      title: `${kind} by epoch`,
      plot: plotText(`epoch-${kind}`, {
        ariaLabel: `${kind} by epoch`,
        height: 260,
        x: { label: 'epoch', ...wholeTicks(points.length) },
        y: { label: kind, grid: true, nice: true },
        marks: [
          Plot.lineY(points, { x: 'epoch', y: 'value', stroke: '#4269d0' }),
          Plot.dot(points, { x: 'epoch', y: 'value', fill: '#4269d0' }),
        ],
      }),
      table: { header: ['epoch', kind], rows: points.map(({ epoch, value }) => [`${epoch}`, numberText(value)]) },
    };
  });
};

/** Ticks at whole numbers only. */
const wholeTicks = (points: number): { readonly ticks: number; readonly tickFormat: string } => ({
  ticks: Math.max(1, Math.min(10, points - 1)),
  tickFormat: 'd',
});

const messages = ({ metrics }: RunResult): readonly Section[] => {
  const kinds = series(metrics, /^sent\.(.+)$/).sort((a, b) => b.value - a.value || byName(a.key, b.key));
  if (kinds.length === 0) return [];
  return [
    {
      title: 'Messages sent, by kind',
      plot: plotText('messages', {
        ariaLabel: 'Messages sent, by kind',
        height: 60 + 22 * kinds.length,
        marginLeft: 130,
        x: { label: 'messages', grid: true },
        y: { label: null, domain: kinds.map(({ key }) => key) },
        marks: [Plot.barX(kinds, { x: 'value', y: 'key', fill: '#4269d0' }), Plot.ruleX([0])],
      }),
      table: { header: ['kind', 'messages'], rows: kinds.map(({ key, value }) => [key, `${value}`]) },
    },
  ];
};

const metricsTable = ({ metrics }: RunResult): Section => ({
  title: 'All metrics',
  table: {
    header: ['metric', 'value'],
    rows: Object.keys(metrics)
      .sort(byName)
      .map((name) => [name, `${metrics[name]}`]),
  },
});

/** The metrics whose name matches, in the order of their names; `key` is what the pattern catches. */
const series = (metrics: RunResult['metrics'], pattern: RegExp): { readonly key: string; readonly value: number }[] =>
  Object.keys(metrics)
    .sort(byName)
    .flatMap((name) => {
      const key = pattern.exec(name)?.[1];
      return key === undefined ? [] : [{ key, value: metrics[name] as number }];
    });
