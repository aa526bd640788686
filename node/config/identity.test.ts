import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fromHex, parseHex, toHex } from '#core/bytes/bytes.ts';
import { sha256 } from '#core/crypto/hash.ts';
import { roleSeeds } from '#core/crypto/keys.ts';
import { mlDsa65 } from '#core/crypto/ml-dsa.ts';
import { entropyToMnemonic } from '#core/crypto/mnemonic.ts';
import { WORDS as LIST } from '#core/crypto/wordlist.ts';
import {
  forgetSeed,
  operatorKey,
  readIdentity,
  recoveryFingerprintOf,
  wipeIdentity,
  withAccountKey,
  writeEphemeral,
  writeRecoverable,
} from './identity.ts';
import { newMasterSeed, recoverMasterSeed } from './mnemonic.ts';

const folder = mkdtempSync(join(tmpdir(), 'montana-identity-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const fresh = (): string => join(folder, `identity-${files++}.bin`);

/** Master seed of M-1.1 (01 §7.4). */
const SEED = fromHex(
  '38a1421ac3ce191fbdc46b1cca266a9d72d22320fb38bda6a3df90a1ead664a78951703197be882ace38e0f557a492a8e9ff5e3c02290a8eecf5939468708edb',
);
const typedBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const WORDS = entropyToMnemonic(new Uint8Array(32));

const seeds = () => ({
  account: new Uint8Array(32).fill(1),
  node: new Uint8Array(32).fill(2),
  app: new Uint8Array(64).fill(3),
});

describe('an identity file', () => {
  test('of words: keys of 01 §7.4, 73 bytes, mode 0600', () => {
    const file = fresh();
    const written = writeRecoverable(file, SEED);
    expect(toHex(sha256(written.accountKey))).toBe('a1e69b6a4e0c1740c3800852553b1609ab46e8dd48f6b94bfbd81503135fff00');
    expect(toHex(sha256(written.nodeKey))).toBe('8edc3910369546b8c1df465cf151057d98d76a862fc00f8d0718189cffcdd70d');
    expect(written).toMatchObject({
      accountId: '9f199584ed120b987b617ba5bff829e176f23e5465dd70cfac5c141dfb131a21',
      nodeId: 'c36514f71adbd7b1772628f184a2e9075cef8bb91f6c38d5cd1e4f3030674018',
    });
    expect(written.peerId).toMatch(/^Qm/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(toHex(readFileSync(file))).toBe(`${toHex(Buffer.from('montana1'))}01${toHex(SEED)}`);
    expect(readIdentity(file)).toEqual(written);
    expect(operatorKey(written).publicKey).toEqual(written.accountKey);
  });

  test('of fresh keys alone, 137 bytes', () => {
    const file = fresh();
    const written = writeEphemeral(file, seeds());
    expect(readFileSync(file)).toHaveLength(137);
    expect(readIdentity(file)).toEqual(written);
  });

  test('is never written over', () => {
    const file = fresh();
    writeRecoverable(file, SEED);
    const before = readFileSync(file);
    expect(() => writeEphemeral(file, seeds())).toThrow(/there is an identity already; it is kept/);
    expect(readFileSync(file)).toEqual(before);
  });

  test.each([0o640, 0o604, 0o620, 0o601])('that others can use is refused: mode %o', (mode) => {
    const file = fresh();
    writeEphemeral(file, seeds());
    chmodSync(file, mode);
    expect(() => readIdentity(file)).toThrow(`others can read your keys (mode 0${mode.toString(8)}); run "chmod 600 `);
    chmodSync(file, 0o400);
    expect(readIdentity(file).nodeId).toHaveLength(64);
  });

  test.each([
    ['empty', ''],
    ['of another magic', `${toHex(Buffer.from('montana2'))}01${toHex(SEED)}`],
    ['of another version', `${toHex(Buffer.from('montana1'))}03${toHex(SEED)}`],
    ['cut', `${toHex(Buffer.from('montana1'))}01${toHex(SEED.subarray(1))}`],
    ['too long', `${toHex(Buffer.from('montana1'))}01${toHex(SEED)}00`],
    ['of fresh keys, too long', `${toHex(Buffer.from('montana1'))}02${'00'.repeat(129)}`],
  ])('%s is refused', (_, hex) => {
    const file = fresh();
    writeFileSync(file, parseHex(hex)!, { mode: 0o600 });
    expect(() => readIdentity(file)).toThrow(/is no identity file, or a damaged one/);
  });

  test('missing, or a folder', () => {
    expect(() => readIdentity(fresh())).toThrow(/there is no identity; make one with "montana keys new --identity /);
    expect(() => readIdentity('/dev/null/x')).toThrow(/cannot be read/);
  });

  test('of words, then without them: the same keys, mode 0600, no trace of the seed', () => {
    const file = fresh();
    const before = writeRecoverable(file, SEED);
    const copy = `${file}.link`;
    linkSync(file, copy);
    writeFileSync(`${file}.new`, 'left by a crash');
    expect(forgetSeed(file)).toBe(true);
    expect(readIdentity(file)).toEqual({ ...before, mode: 'ephemeral' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(toHex(readFileSync(file)).startsWith(`${toHex(Buffer.from('montana1'))}02`)).toBe(true);
    expect(readFileSync(file).indexOf(SEED.subarray(0, 16))).toBe(-1);
    // The bytes where the old file stood.
    expect([...readFileSync(copy)].every((byte) => byte === 0)).toBe(true);
    expect(existsSync(`${file}.new`)).toBe(false);
    const ephemeral = readFileSync(file);
    expect(forgetSeed(file)).toBe(false);
    expect(readFileSync(file)).toEqual(ephemeral);
  });

  test('written without its words from the start is that of its words', () => {
    const file = fresh();
    expect(writeEphemeral(file, roleSeeds(SEED))).toEqual({ ...writeRecoverable(fresh(), SEED), mode: 'ephemeral' });
  });

  test('whose place cannot be written stays whole', () => {
    const file = fresh();
    writeRecoverable(file, SEED);
    const before = readFileSync(file);
    mkdirSync(`${file}.new`);
    expect(() => forgetSeed(file)).toThrow(/cannot be rewritten: .*; make the file and its folder writable/);
    expect(readFileSync(file)).toEqual(before);
  });

  test('signs with the account key; the recovery fingerprint of 01 §7.6', () => {
    const identity = writeRecoverable(fresh(), SEED);
    const message = Uint8Array.of(1, 2, 3);
    const signature = withAccountKey(identity, (key) => key.sign(message));
    expect(mlDsa65.verify(identity.accountKey, message, signature)).toBe(true);
    const kept = withAccountKey(identity, (key) => key);
    // The secret key is zeros now: nothing it makes is worth anything.
    expect(mlDsa65.verify(identity.accountKey, message, kept.sign(message))).toBe(false);
    expect(recoveryFingerprintOf(identity)).toBe('427f497d0296dfa255154fadbfecc48464c6ec749131698e5769e4ae22d9259d');
  });

  test('wiped seeds are zeros', () => {
    const identity = writeEphemeral(fresh(), seeds());
    wipeIdentity(identity);
    const { account, node, app } = identity.seeds;
    expect([...account, ...node, ...app].every((byte) => byte === 0)).toBe(true);
  });
});

describe('words', () => {
  test('recover the master seed, however they are typed', () => {
    const typed = typedBytes(`  ${WORDS.toUpperCase().replaceAll(' ', '\r\n ')}\n`);
    expect(recoverMasterSeed(typed)).toEqual(SEED);
    expect(typed.every((byte) => byte === 0)).toBe(true);
  });

  test.each([
    ['', 'has 0 words'],
    [WORDS.slice(8), 'has 23 words'],
    [`${WORDS} art`, 'has 25 words'],
    [WORDS.replace(/(^(?:\w+ ){2})\w+/, '$1sesame'), 'word 3 of the mnemonic is none of the list'],
    [WORDS.replace(/\w+$/, 'zoo'), 'do not go together'],
  ])('%#: refused, without repeating a word', (typed, told) => {
    expect(() => recoverMasterSeed(typedBytes(typed))).toThrow(told);
    expect(() => recoverMasterSeed(typedBytes(typed))).not.toThrow(/sesame|abandon|zoo/);
  });

  test('new ones are new, and recover what they stand for', () => {
    const { masterSeed, words } = newMasterSeed();
    const typed = Array.from(words, (word) => LIST[word]).join(' ');
    expect(typed).not.toBe(WORDS);
    expect(recoverMasterSeed(typedBytes(typed))).toEqual(masterSeed);
  });
});
