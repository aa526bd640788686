import { ascii } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { accountId, nodeId } from '#core/crypto/ids.ts';
import { hkdfExpand, hmacSha256, pbkdf2 } from '#core/crypto/kdf.ts';
import { roleSeeds } from '#core/crypto/keys.ts';
import { mlDsaKeyPair } from '#core/crypto/ml-dsa.ts';
import { mlKemKeyPair } from '#core/crypto/ml-kem.ts';
import { checksum, entropyToMnemonic, masterSeed, parseMnemonic } from '#core/crypto/mnemonic.ts';
import { ACCOUNT_KEY_INFO, APP_KEY_INFO, NODE_KEY_INFO } from '#core/crypto/tags.ts';
import { WORDS } from '#core/crypto/wordlist.ts';
import type { Output } from '../compare.ts';
import type { Handlers } from '../handler.ts';

/** The key of a role, as far as a case asks for it. */
const roleKey = (role: string, master: Uint8Array): Output => {
  const seeds = roleSeeds(master);
  const described = (
    alg: string,
    seed: Uint8Array,
    keys: { publicKey: Uint8Array; secretKey: Uint8Array },
  ): Output => ({
    role,
    alg,
    seed,
    pk_sha256: sha256(keys.publicKey),
    sk_sha256: sha256(keys.secretKey),
  });
  switch (role) {
    case ACCOUNT_KEY_INFO: {
      const keys = mlDsaKeyPair(seeds.account);
      return { ...described('ML-DSA-65', seeds.account, keys), id: accountId(1, keys.publicKey) };
    }
    case NODE_KEY_INFO: {
      const keys = mlDsaKeyPair(seeds.node);
      return { ...described('ML-DSA-65', seeds.node, keys), id: nodeId(keys.publicKey) };
    }
    case APP_KEY_INFO:
      return described('ML-KEM-768', seeds.app, mlKemKeyPair(seeds.app));
    default:
      throw new Error(`unknown role ${role}`);
  }
};

/** 01 §7. */
export const mnemonic: Handlers = {
  mnemonic_to_identity: (input, wanted) => {
    const parsed = parseMnemonic(input.text('mnemonic'));
    if (!parsed.ok) return parsed;
    const master = masterSeed(parsed.value);
    const roles = wanted.list('roles').map((role) => roleKey(role.text('role'), master));
    return { entropy: parsed.value, checksum: checksum(parsed.value), master_seed: master, roles };
  },
  entropy_to_mnemonic: (input) => ({ mnemonic: entropyToMnemonic(input.bytes('entropy')) }),
  hkdf_expand: (input) => ({ okm: hkdfExpand(input.bytes('prk'), input.bytes('info'), input.number('length')) }),
  hmac_sha256: (input) => ({ mac: hmacSha256(input.bytes('key'), input.bytes('data')) }),
  pbkdf2_hmac_sha256: (input) => ({
    dk: pbkdf2(input.bytes('password'), input.bytes('salt'), input.number('iterations'), input.number('length')),
  }),
  wordlist_entry: (input) => ({
    word: WORDS[input.number('index')],
    list_sha256: sha256(ascii(`${WORDS.join('\n')}\n`)),
  }),
};
