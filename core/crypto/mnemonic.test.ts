import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casesOf } from '#vectors/cases.ts';
import { fromHex, toHex } from '../bytes/bytes.ts';
import { accountId, nodeId } from './ids.ts';
import { hkdfExpand, hmacSha256, pbkdf2 } from './kdf.ts';
import { roleKeys, roleSeeds } from './keys.ts';
import { mlDsa65 } from './ml-dsa.ts';
import { checksum, entropyToMnemonic, masterSeed, parseMnemonic } from './mnemonic.ts';
import { WORDS, wordsSelfTest } from './wordlist.ts';

const SEED = { seed: 20261121 };
const field = (value: unknown): Uint8Array => fromHex(value as string);
const entropy = fc.uint8Array({ minLength: 32, maxLength: 32 });
const identities = casesOf('mnemonic', 'mnemonic_to_identity');

describe('word list (01 §7.1)', () => {
  it('is the specified one', () => {
    expect(wordsSelfTest()).toBe(true);
    expect(WORDS.length).toBe(2048);
    expect([WORDS[0], WORDS[2047]]).toEqual(['abandon', 'zoo']);
    expect(WORDS.every((word, i) => i === 0 || (WORDS[i - 1] as string) < word)).toBe(true);
    expect(new Set(WORDS.map((word) => word.slice(0, 4))).size).toBe(2048);
  });
});

describe('mnemonic (01 §7.2)', () => {
  it('is made as in the vectors', () => {
    const cases = casesOf('mnemonic', 'entropy_to_mnemonic');
    expect(cases.length).toBeGreaterThan(20);
    for (const { in: input, out } of cases) expect(entropyToMnemonic(field(input.entropy))).toBe(out.mnemonic);
  });

  it('is read as in the vectors, with the reason where it is not', () => {
    const seen = new Set<unknown>();
    for (const { id, in: input, out } of identities) {
      const parsed = parseMnemonic(input.mnemonic as string);
      seen.add(out.error);
      if (parsed.ok) {
        expect([id, toHex(parsed.value), checksum(parsed.value)]).toEqual([id, out.entropy, out.checksum]);
      } else expect({ id, ...parsed }).toEqual({ id, ok: false, ...out });
    }
    expect([...seen].sort()).toEqual(['INVALID_CHECKSUM', 'INVALID_LENGTH', 'INVALID_WORD', undefined]);
  });

  it('is read back to its entropy', () => {
    fc.assert(
      fc.property(entropy, (bytes) => {
        expect(parseMnemonic(entropyToMnemonic(bytes))).toEqual({ ok: true, value: bytes });
      }),
      SEED,
    );
  });

  it('names the first unknown word, and needs exactly 24 and single spaces', () => {
    fc.assert(
      fc.property(entropy, fc.nat(23), fc.nat(23), (bytes, a, b) => {
        const words = entropyToMnemonic(bytes).split(' ');
        const text = words.join(' ');
        const broken = words.map((word, i) => (i === a || i === b ? `${word}x` : word)).join(' ');
        expect(parseMnemonic(broken)).toEqual({ ok: false, error: 'INVALID_WORD', position: Math.min(a, b) });
        const upper = words.map((word, i) => (i === a ? word.toUpperCase() : word)).join(' ');
        expect(parseMnemonic(upper)).toEqual({ ok: false, error: 'INVALID_WORD', position: a });
        for (const other of [
          ` ${text}`,
          `${text} `,
          text.replace(' ', '  '),
          words.slice(1).join(' '),
          `${text} zoo`,
        ]) {
          expect(parseMnemonic(other)).toEqual({ ok: false, error: 'INVALID_LENGTH' });
        }
      }),
      SEED,
    );
    expect(parseMnemonic('')).toEqual({ ok: false, error: 'INVALID_LENGTH' });
    expect(parseMnemonic('a '.repeat(1 << 20))).toEqual({ ok: false, error: 'INVALID_LENGTH' });
  });

  it('stretches its entropy to the master seed', () => {
    expect(toHex(masterSeed(new Uint8Array(32)))).toBe(
      '38a1421ac3ce191fbdc46b1cca266a9d72d22320fb38bda6a3df90a1ead664a7' +
        '8951703197be882ace38e0f557a492a8e9ff5e3c02290a8eecf5939468708edb',
    );
  });
});

describe('role keys (01 §7.3)', () => {
  it('follow from the master seed as in the vectors', () => {
    const identity = identities.find(({ id }) => id === 'mnemonic-0001');
    const seed = field(identity?.out.master_seed);
    const seeds = roleSeeds(seed);
    const keys = roleKeys(mlDsa65, seed);
    const roles = identity?.out.roles as readonly { role: string; seed: string; id?: string }[];
    const bySeed = roles.map((role) => [role.role, role.seed]);
    expect(bySeed).toEqual(
      expect.arrayContaining([
        ['mt-account-key', toHex(seeds.account)],
        ['mt-node-key', toHex(seeds.node)],
        ['mt-app-encryption-key', toHex(seeds.app)],
      ]),
    );
    expect(roles.find(({ role }) => role === 'mt-account-key')?.id).toBe(accountId(1, keys.account.publicKey));
    expect(roles.find(({ role }) => role === 'mt-node-key')?.id).toBe(nodeId(keys.node.publicKey));
    expect(keys.app.publicKey.length).toBe(1184);
  });
});

describe('key derivation functions (01 §5)', () => {
  it('agree with the vectors', () => {
    const [hkdf, mac, stretched] = ['hkdf_expand', 'hmac_sha256', 'pbkdf2_hmac_sha256'].map((fn) =>
      casesOf('mnemonic', fn),
    );
    for (const { in: input, out } of hkdf ?? []) {
      expect(toHex(hkdfExpand(field(input.prk), field(input.info), input.length as number))).toBe(out.okm);
    }
    for (const { in: input, out } of mac ?? []) {
      expect(toHex(hmacSha256(field(input.key), field(input.data)))).toBe(out.mac);
    }
    for (const { in: input, out } of stretched ?? []) {
      const [iterations, length] = [input.iterations as number, input.length as number];
      expect(toHex(pbkdf2(field(input.password), field(input.salt), iterations, length))).toBe(out.dk);
    }
    expect([hkdf?.length, mac?.length, stretched?.length]).toEqual([8, 8, 8]);
  });
});
