import { toHex } from '#core/bytes/bytes.ts';
import { initialFrontier } from '#core/genesis/births.ts';
import { earnedSupply, entryProofMode, initialTimechainValue, settledSupply } from '#core/genesis/derived.ts';
import { buildGenesis, type Genesis } from '#core/genesis/genesis.ts';
import { paramsLayout } from '#core/genesis/params.ts';
import { rulesSuffix } from '#core/genesis/rules.ts';
import { type Handlers, readFields } from '../handler.ts';
import { Input } from '../input.ts';
import { publicKey } from '../keys.ts';
import { rulesFrom } from '../rules.ts';

const key = (input: Input, name: string): Uint8Array =>
  input.has(`${name}_pubkey`) ? input.bytes(`${name}_pubkey`) : publicKey(input.id(`${name}_seed`));

/** The network of `rules`, `params`, bootstrap keys and `founders`. */
export const genesisOf = (input: Input): Genesis => {
  const bootstrap = { accountPubkey: key(input, 'bootstrap_account'), nodePubkey: key(input, 'bootstrap_node') };
  const others = input.has('founders') ? input.list('founders') : [];
  const fields = new Input({
    ...(input.value('params') as object),
    bootstrap_account_pubkey: toHex(bootstrap.accountPubkey),
    bootstrap_node_pubkey: toHex(bootstrap.nodePubkey),
  });
  return buildGenesis({
    params: readFields(paramsLayout, fields),
    rules: rulesFrom(input.value('rules')),
    founders: [
      bootstrap,
      ...others.map((founder) => ({
        accountPubkey: publicKey(founder.id('account_seed')),
        nodePubkey: publicKey(founder.id('node_seed')),
      })),
    ],
  });
};

/** 01 §8, §9; 09 §1; 02 A-S1. */
export const genesis: Handlers = {
  genesis: (input) => {
    const { network, paramsBytes, roots } = genesisOf(input);
    return {
      ...roots,
      params: paramsBytes,
      size: paramsBytes.length,
      genesis_state_hash: network.genesisHash,
      genesis_nodes: network.founders,
      timechain_0: initialTimechainValue(network.rules, network.genesisHash),
    };
  },
  supply: (input) => ({
    earned: earnedSupply(input.big('emission_moneta'), input.number('window')),
    settled: settledSupply(input.big('emission_moneta'), input.number('window')),
  }),
  rules_suffix: (input) => ({ suffix: rulesSuffix(rulesFrom(input.value('rules'))) }),
  initial_frontier: (input) => ({
    frontier_hash: initialFrontier(
      rulesFrom(input.value('rules')),
      input.id('genesis_state_hash'),
      input.id('account_id'),
      input.number('creation_window'),
    ),
  }),
  entry_proof_mode: (input) => ({
    mode: entryProofMode(rulesFrom(input.value('rules')), {
      vdfEntryWindows: input.big('vdf_entry_windows'),
      d0: input.big('d0'),
    }),
  }),
};
