import { Refused } from '#node/config/refused.ts';
import { selfTest } from '#node/config/self-test.ts';
import { sayOutcome, teller } from '#node/owner/outcome.ts';
import { carryOn } from '#node/owner/publish.ts';
import { type RemoteOptions, withWallet } from '#node/owner/wallet.ts';

export interface AccountResumeOptions extends RemoteOptions {
  readonly giveUp?: boolean;
}

/** `montana account resume`: exit code 0: it settled, or nothing was under way; 1: it did not. Throws `Refused`. */
export const accountResume = (options: AccountResumeOptions): Promise<number> => {
  selfTest();
  return withWallet(options, async (wallet) => {
    const operation = wallet.pending.read();
    if (operation === undefined) {
      process.stdout.write(options.json === true ? 'null\n' : 'nothing is under way\n');
      return 0;
    }
    const outcome = await carryOn(wallet, operation, teller(options.json));
    if (outcome.type === 'refused' && options.giveUp === true) {
      wallet.pending.remove(operation);
      throw new Refused(`given up: ${outcome.words}; should it settle after all, your next operation does not`);
    }
    return sayOutcome(operation.id, outcome, options);
  });
};
