import type { RunResult } from '#sim/run/result.ts';

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
  const perSecond = result.seconds > 0 ? result.deliveries / result.seconds : 0;
  lines.push(
    '',
    `  ${percent(metrics.roundOneShare)} of the windows closed in round 1, ${metrics.secondsPerWindow} s of virtual time each`,
    `  ${metrics.operationsSettled} of ${metrics.operationsSubmitted} operations settled`,
    `  ${percent(metrics.bundlesWithinOneSecond)} of bundle receptions within 1 s, median ${metrics.bundleSpreadMedianMs} ms`,
    `  ${metrics.megabytesPerNodeAndWindow} MB sent per node and window, ${metrics.deliveriesPerWindow} messages per window`,
    `  ${result.deliveries} messages (${result.firstReceipts} new to their receiver) and ${result.events} events` +
      ` in ${result.seconds.toFixed(1)} s: ${(perSecond / 1e6).toFixed(2)} M messages per second`,
    `  state root ${result.stateRoot}`,
    `  trace      ${result.traceDigest}`,
    '',
  );
  const failed = result.properties.filter(({ met }) => !met).map(({ name }) => name);
  lines.push(
    failed.length === 0 && result.finalWindow >= result.windows - 1
      ? 'Everything as expected.'
      : `NOT as expected: ${failed.length === 0 ? 'the run stalled' : failed.join(', ')}. To repeat it:`,
  );
  lines.push(failed.length === 0 ? `Again: ${result.reproduce}` : `  ${result.reproduce}`, '');
  return lines.join('\n');
};

const percent = (share: number | undefined): string => `${((share ?? 0) * 100).toFixed(1)} %`;
