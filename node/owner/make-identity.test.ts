import type * as crypto from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type * as keys from '#core/crypto/keys.ts';
import { entropyToMnemonic } from '#core/crypto/mnemonic.ts';
import { wipeIdentity } from '#node/config/identity.ts';
import type * as mnemonic from '#node/config/mnemonic.ts';
import { makeEphemeral, makeRecoverable, restore } from './make-identity.ts';

type Secret = Uint8Array | Uint16Array;

/** Every secret that was made, where it was made. */
const { made, noting } = vi.hoisted(() => {
  const made: Secret[] = [];
  const noting =
    <A extends readonly unknown[], T>(make: (...args: A) => T, secrets: (of: T) => readonly Secret[]) =>
    (...args: A): T => {
      const secret = make(...args);
      made.push(...secrets(secret));
      return secret;
    };
  return { made, noting };
});

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof crypto>();
  return {
    ...real,
    randomBytes: noting(
      (size: number) => real.randomBytes(size),
      (bytes) => [bytes],
    ),
    randomFillSync: noting(
      (bytes: Uint8Array) => real.randomFillSync(bytes),
      (bytes) => [bytes],
    ),
  };
});
vi.mock('#core/crypto/keys.ts', async (original) => {
  const real = await original<typeof keys>();
  return { ...real, roleSeeds: noting(real.roleSeeds, ({ account, node, app }) => [account, node, app]) };
});
vi.mock('#node/config/mnemonic.ts', async (original) => {
  const real = await original<typeof mnemonic>();
  return {
    ...real,
    newMasterSeed: noting(real.newMasterSeed, ({ masterSeed, words }) => [masterSeed, words]),
    recoverMasterSeed: noting(real.recoverMasterSeed, (seed) => [seed]),
  };
});
vi.mock('./typed.ts', () => ({
  readTyped: async () => new Uint8Array(Buffer.from(entropyToMnemonic(new Uint8Array(32)))),
}));

const folder = mkdtempSync(join(tmpdir(), 'montana-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void made.splice(0));

const left = (): number => made.filter((secret) => secret.some((unit: number) => unit !== 0)).length;

test('of a new identity nothing is left when it is wiped and its words are shown', () => {
  wipeIdentity(makeEphemeral(join(folder, 'ephemeral.bin')));
  expect([made.length, left()]).toEqual([3, 0]);
  const { identity, words } = makeRecoverable(join(folder, 'recoverable.bin'));
  expect(left()).toBeGreaterThan(0);
  wipeIdentity(identity);
  words.fill(0);
  expect([made.length, left()]).toEqual([9, 0]);
});

test('of one that cannot be written nothing is left', async () => {
  const file = join(folder, 'none', 'identity.bin');
  expect(() => makeEphemeral(file)).toThrow('cannot be written');
  expect([made.length, left()]).toEqual([3, 0]);
  expect(() => makeRecoverable(file)).toThrow('cannot be written');
  expect([made.length, left()]).toEqual([6, 0]);
  await expect(restore(file, true)).rejects.toThrow('cannot be written');
  expect([made.length, left()]).toEqual([10, 0]);
});
