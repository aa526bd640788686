import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as z from 'zod';
import { decodeGenesis, type GenesisError } from '#core/genesis/decode.ts';
import type { Genesis } from '#core/genesis/genesis.ts';
import { MONTANA, PUBLISHED, type Rules } from '#core/genesis/rules.ts';
import { Refused } from './refused.ts';
import { readYaml } from './yaml-file.ts';

/**
 * A genesis file says which network a node belongs to. It is YAML: the hash-bound bytes (01 §9, 09 §1) in base64 and their Genesis
 * State Hash, which is compared; above them comments for people, which are not.
 */
const SHAPE = {
  genesisStateHash: z.string('write the Genesis State Hash, 64 lower-case hex digits'),
  bytes: z.string('write the hash-bound bytes in base64'),
};

const MEANT: Readonly<Record<GenesisError, string>> = {
  WrongLength: 'too short for protocol_params',
  ReservedNotZero: 'reserved bytes of protocol_params are not zero',
  ZeroParameter: 'a parameter that the rules divide by is zero',
  BadFounders: 'what follows the rules is no list of founders',
  TwoFoundersOfOneKey: 'two founders have one key',
  NotCanonical: 'not the form that this network is hashed in',
};

const AGAIN = 'get the file again from where it came from';

/** What to do about a file that an option names. */
export const BY_OPTION = 'name it with --genesis';

/** Reads a genesis file. `advice`: what to do with it where there is none; by default it is one of a node's folder. Throws `Refused`. */
export const readGenesisFile = (file: string, advice = `put it there as ${basename(file)}`): Genesis => {
  const missing = `there is no genesis file, so the network is unknown; get the one of your network, and ${advice}`;
  const { genesisStateHash, bytes } = readYaml(file, z.strictObject(SHAPE), Object.keys(SHAPE), missing);
  const genesis = decodeGenesis(new Uint8Array(Buffer.from(bytes.replaceAll(/\s/g, ''), 'base64')));
  if (!genesis.ok) throw new Refused(`${file}: bytes: ${MEANT[genesis.error]}; ${AGAIN}`);
  const { genesisHash } = genesis.value.network;
  if (genesisHash === genesisStateHash) return genesis.value;
  throw new Refused(`${file}: genesisStateHash: is ${genesisStateHash}, but the bytes have ${genesisHash}; ${AGAIN}`);
};

const rulesName = (rules: Rules): string => {
  const same = (other: Rules): boolean =>
    Object.entries(rules).every(([field, value]) => Reflect.get(other, field) === value);
  if (same(MONTANA)) return 'montana';
  if (same(PUBLISHED)) return 'published';
  return Object.entries(rules)
    .map(([field, value]) => `${field}: ${value}`)
    .join(', ');
};

/** The text of a genesis file. */
export const genesisText = ({ network, paramsBytes }: Genesis): string => {
  const { params, rules, founders, genesisHash } = network;
  const base64 = Buffer.from(paramsBytes).toString('base64');
  return [
    '# Genesis of a Montana network. Every node of the network has this file; its hash is the name of the network.',
    `# Rules: ${rulesName(rules)}. D of window 0: ${params.d0} iterations. τ₂: ${params.tau2Windows} windows. Founders, bootstrap first:`,
    ...founders.map((id) => `#   ${id}`),
    `genesisStateHash: ${genesisHash}`,
    'bytes: |',
    ...(base64.match(/.{1,116}/g) ?? []).map((line) => `  ${line}`),
    '',
  ].join('\n');
};

export const writeGenesisFile = (file: string, genesis: Genesis): void => writeFileSync(file, genesisText(genesis));
