import type { Id } from '#core/bytes/bytes.ts';
import { accountCommand } from './account-command.ts';
import type { Outcome } from './follow.ts';
import type { RemoteOptions } from './wallet.ts';

/** What a command tells while an operation is on its way: on stderr where stdout is for JSON. */
export const teller =
  (json: boolean | undefined): ((words: string) => void) =>
  (words) =>
    process[json === true ? 'stderr' : 'stdout'].write(`${words}\n`);

/** Says how an operation ended. Exit code 0: settled; 1: not. */
export const sayOutcome = (id: Id, outcome: Outcome, options: RemoteOptions): number => {
  const { type } = outcome;
  if (options.json === true) {
    const [window, reason] = type === 'settled' ? [outcome.window, null] : [null, outcome.reason];
    process.stdout.write(`${JSON.stringify({ operation: id, state: type, window, reason })}\n`);
  } else if (type === 'settled') process.stdout.write(`settled: in window ${outcome.window}\n`);
  else if (type === 'failed') process.stderr.write(`montana: failed: ${outcome.words}\n`);
  else {
    process.stderr.write(
      `montana: not taken now: ${outcome.words}; it may still settle: "${accountCommand('resume', options)}" tries again\n`,
    );
  }
  return type === 'settled' ? 0 : 1;
};
