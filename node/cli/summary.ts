import { isAsExpected, isComplete, type RunResult } from '#sim/run/result.ts';

const MARK = { true: 'ok ', false: 'NOT' } as const;

/** The end of a run, for a person. */
export const summary = (result: RunResult): string => {
  const { metrics } = result;
  const lines: string[] = [
    '',
    `${result.scenario}: ${result.nodes} nodes, windows 0 to ${result.finalWindow} final everywhere, seed ${result.seed}`,
    '',
  ];
  for (const { name, expected, observed, met, detail } of result.properties) {
    const verdict = expected === 'measured' ? 'measured' : observed;
    const wanted = met ? '' : ` (expected: ${expected})`;
    lines.push(`  ${MARK[`${met}`]} ${name.padEnd(23)} ${verdict}${wanted}: ${detail}`);
  }
  for (const { metric, least, most, observed, met } of result.limits) {
    lines.push(
      `  ${MARK[`${met}`]} ${metric.padEnd(23)} ${observed ?? 'not measured'} (expected: ${rangeText(least, most)})`,
    );
  }
  const perSecond = result.seconds > 0 ? result.deliveries / result.seconds : 0;
  lines.push(
    '',
    `  ${percent(metrics.roundOneShare)} of the windows closed in round 1, ${metrics.secondsPerWindow} s of virtual time each`,
    `  ${metrics.operationsSettled} of ${metrics.operationsSubmitted} operations settled`,
    `  ${percent(metrics.bundlesWithinOneSecond)} of bundle receptions within 1 s, median ${metrics.bundleSpreadMedianMs} ms`,
    `  ${metrics.megabytesPerNodeAndWindow} MB sent per node and window, ${metrics.deliveriesPerWindow} messages per window`,
    `  ${result.deliveries} messages (${result.firstReceipts} new to their receiver) and ${result.events} events` +
      ` in ${result.seconds.toFixed(1)} s: ${(perSecond / 1e6).toFixed(2)} M messages per second`,
    '',
    ...presencePlot(metrics),
    `  state root ${result.stateRoot}`,
    `  trace      ${result.traceDigest}`,
    '',
  );
  if (isAsExpected(result)) {
    lines.push('Everything as expected.', `Again: ${result.reproduce}`, '');
  } else {
    const failed: string[] = [
      ...result.properties.filter(({ met }) => !met).map(({ name }) => name),
      ...result.limits.filter(({ met }) => !met).map(({ metric }) => metric),
    ];
    if (!isComplete(result)) failed.push('the run stalled');
    lines.push(`NOT as expected: ${failed.join(', ')}. To repeat it:`, `  ${result.reproduce}`, '');
  }
  return lines.join('\n');
};

const rangeText = (least: number | undefined, most: number | undefined): string => {
  if (least === undefined) return most === undefined ? 'any number' : `at most ${most}`;
  return most === undefined ? `at least ${least}` : least === most ? `${least}` : `${least} to ${most}`;
};

/** Characters of a full bar. */
const BAR = 40;

/** Presence against speed: a bar for each group of nodes, the slowest first; then the nodes that were restarted. */
const presencePlot = (metrics: RunResult['metrics']): readonly string[] => {
  const shares = Object.entries(metrics).flatMap(([name, share]) => {
    const whose = /^presence\.(\w+)$/.exec(name)?.[1];
    return whose === undefined ? [] : [{ whose, share }];
  });
  return [
    '  presence against speed: share of the windows that include a node, slowest nodes first',
    ...shares
      .filter(({ whose }) => /^\d/.test(whose))
      .map(({ whose, share }) => `  ${whose.padStart(4)}  ${bar(share)}  ${share.toFixed(3)}`),
    ...shares
      .filter(({ whose }) => !/^\d/.test(whose))
      .map(({ whose, share }) => `  ${whose}  ${bar(share)}  ${share.toFixed(3)}, after its restart`),
    '',
  ];
};

const bar = (share: number): string => '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '·');

const percent = (share: number | undefined): string => `${((share ?? 0) * 100).toFixed(1)} %`;
