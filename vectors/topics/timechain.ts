import type { Id } from '#core/bytes/bytes.ts';
import { MAINNET } from '#core/genesis/profiles.ts';
import { cementedBundleAggregate } from '#core/timechain/aggregate.ts';
import { timechainStep, verifyTimechain } from '#core/timechain/chain.ts';
import { medianPermille, nextD, participationPermille } from '#core/timechain/difficulty.ts';
import type { Handlers } from '../handler.ts';

/** 04 §2, §5; 05 §7. */
export const timechain: Handlers = {
  timechain_step: (input) => ({ t: timechainStep(input.id('prev'), input.number('d')) }),
  timechain_verify: (input) => ({ valid: verifyTimechain(input.id('prev'), input.id('claim'), input.big('d')) }),
  timechain_chain: (input) => {
    const t: Id[] = [];
    let value = input.id('t0');
    for (let w = 0; w < input.number('windows'); w++) {
      value = timechainStep(value, input.number('d'));
      t.push(value);
    }
    return { t };
  },
  next_d: (input) => ({ d: nextD(input.big('d'), input.number('median_permille'), MAINNET) }),
  participation_permille: (input) => ({
    permille: participationPermille(input.big('cemented_chain_length'), input.big('active_chain_length')),
  }),
  median_permille: (input) => ({ median: medianPermille(input.numbers('values')) }),
  cemented_bundle_aggregate: (input) => ({
    aggregate: cementedBundleAggregate(input.big('window'), input.ids('node_ids')),
  }),
  d_schedule: (input) => {
    const tau2 = input.number('tau2_windows');
    const ratios = input.numbers('participation_permille');
    const d = [input.big('d0'), input.big('d0')];
    for (let w = 1; w <= ratios.length; w++) {
      const last = d.at(-1) as bigint;
      d.push(w % tau2 === 0 ? nextD(last, medianPermille(ratios.slice(w - tau2, w)), MAINNET) : last);
    }
    return { d: d.slice(0, ratios.length + 2) };
  },
};
