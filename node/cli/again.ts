import type { RunResult } from '#sim/run/result.ts';
import type { Run, RunProgress } from '#sim/run/run.ts';
import { findCauses } from '#sim/trace/causes.ts';

/** Milliseconds between two lines about a run that is made again. */
const PAUSE = 2_000;

/** Tells on stderr how far a run is that is made again: at once, then now and then. */
export const runsAgain = (why: string): ((view: RunProgress) => void) => {
  let told = Number.NEGATIVE_INFINITY;
  return ({ window, windows }) => {
    const time = performance.now();
    if (time - told < PAUSE) return;
    told = time;
    process.stderr.write(`running again ${why}: window ${window} of ${windows}\n`);
  };
};

/** Adds to each violation the messages that led to it. The run is made again for that, up to the last of them. */
export const withCauses = (result: RunResult, run: Run): RunResult => {
  const witnesses = run.witnesses();
  if (witnesses.size === 0) return result;
  const progress = runsAgain(`for the causes of ${[...witnesses.keys()].join(', ')}`);
  const causes = findCauses(run.scenario, witnesses, { progress });
  const properties = result.properties.map((property) => {
    const lines = causes.get(property.name);
    return lines === undefined ? property : { ...property, causes: [...lines] };
  });
  return { ...result, properties };
};

/** How each violation came about, for a person; those that came about in one way together. */
export const causesText = ({ properties }: RunResult): string => {
  const names = new Map<string, string[]>();
  for (const { name, causes = [] } of properties) {
    if (causes.length === 0) continue;
    const text = causes.join('\n  ');
    names.set(text, [...(names.get(text) ?? []), name]);
  }
  return [...names]
    .map(([text, of]) => `How ${of.join(', ')} ${of.length === 1 ? 'was' : 'were'} violated:\n  ${text}\n\n`)
    .join('');
};
