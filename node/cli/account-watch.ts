import { type RemoteOptions, withReader } from '#node/owner/wallet.ts';
import { seenText, watch } from '#node/owner/watch.ts';
import { whole } from './whole.ts';

export interface AccountWatchOptions extends RemoteOptions {
  readonly windows?: string;
}

/** `montana account watch`: a line for each final window, until Ctrl-C or `--windows` of them. Exit code 0. Throws `Refused`, `UsageError`. */
export const accountWatch = async (options: AccountWatchOptions): Promise<number> => {
  // The secrets of an identity that asks elsewhere go with the process.
  process.once('SIGINT', () => process.exit(0));
  const most = options.windows === undefined ? undefined : whole('--windows', options.windows, 1, 1_000_000);
  return withReader(options, async ({ account, chain }) => {
    let lines = 0;
    for await (const seen of watch(chain, account)) {
      process.stdout.write(options.json === true ? `${JSON.stringify(seen)}\n` : seenText(seen, account));
      if (++lines === most) break;
    }
    return 0;
  });
};
