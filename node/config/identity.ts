import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ascii, concat, equalBytes, type Id } from '#core/bytes/bytes.ts';
import { layout, raw } from '#core/bytes/layout.ts';
import { accountId, nodeId, peerId, recoveryFingerprint } from '#core/crypto/ids.ts';
import { type RoleSeeds, roleSeeds } from '#core/crypto/keys.ts';
import { mlDsa65, mlDsaKeyPair, mlDsaSigningKey } from '#core/crypto/ml-dsa.ts';
import { mlKemKeyPair } from '#core/crypto/ml-kem.ts';
import { type SigningKey, SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import { wipe } from '#core/tunnel/wipe.ts';
import { replaceOwn, syncFolder, writeOwn } from './durable.ts';
import { inShell } from './in-shell.ts';
import { Refused, systemCode, systemReason } from './refused.ts';

/** `identity.bin` (01 §7.5), 73 bytes: what every key of the owner comes from. */
const RECOVERABLE = layout('IdentityRecoverable', { masterSeed: raw(64) });

/** The same without the master seed, 137 bytes: nobody can write the words of this one down. */
const EPHEMERAL = layout('IdentityEphemeral', { account: raw(32), node: raw(32), app: raw(64) });

const MAGIC = ascii('montana1');
const HEADER = MAGIC.length + 1;
const VERSION_RECOVERABLE = 1;
const VERSION_EPHEMERAL = 2;
const MOST = HEADER + EPHEMERAL.minimum;

/** What stands in the file: the master seed, or its keys alone (01 §7.5, Modes A and B). */
export type IdentityMode = 'recoverable' | 'ephemeral';

/** Who a node is. */
export interface Identity {
  readonly mode: IdentityMode;
  /** 32 bytes each; `wipeIdentity` ends them. */
  readonly seeds: RoleSeeds;
  /** Of the account that operates the node. */
  readonly accountKey: Uint8Array;
  readonly nodeKey: Uint8Array;
  readonly accountId: Id;
  readonly nodeId: Id;
  /** `Qm…` */
  readonly peerId: string;
}

const publicKey = (seed: Uint8Array): Uint8Array => {
  const pair = mlDsaKeyPair(seed);
  wipe(pair.secretKey);
  return pair.publicKey;
};

const identityOf = (mode: IdentityMode, seeds: RoleSeeds): Identity => {
  const [accountKey, nodeKey] = [publicKey(seeds.account), publicKey(seeds.node)];
  return {
    mode,
    seeds,
    accountKey,
    nodeKey,
    accountId: accountId(SUITE_ML_DSA_65, accountKey),
    nodeId: nodeId(nodeKey),
    peerId: peerId(nodeKey),
  };
};

export const wipeIdentity = ({ seeds }: Pick<Identity, 'seeds'>): void => wipe(seeds.account, seeds.node, seeds.app);

/** The account's key: it signs the registration of a candidate (05 §8). */
export const operatorKey = ({ seeds }: Identity): SigningKey => mlDsa65.key(seeds.account);

/** Signs with the account's key, which is gone from memory when `use` returns. */
export const withAccountKey = <T>({ seeds }: Identity, use: (key: SigningKey) => T): T => {
  const pair = mlDsaKeyPair(seeds.account);
  try {
    return use(mlDsaSigningKey(pair));
  } finally {
    wipe(pair.secretKey);
  }
};

/** What two devices with the same words have in common: over all three public keys (01 §7.6). */
export const recoveryFingerprintOf = ({ seeds, accountKey, nodeKey }: Identity): Id => {
  const app = mlKemKeyPair(seeds.app);
  wipe(app.secretKey);
  return recoveryFingerprint(accountKey, nodeKey, app.publicKey);
};

/** Writes an identity that its 24 words recover. The seed stays the caller's to wipe. Throws `Refused` if the file is there. */
export const writeRecoverable = (file: string, masterSeed: Uint8Array): Identity => {
  writeNew(file, VERSION_RECOVERABLE, RECOVERABLE.encode({ masterSeed }));
  return identityOf('recoverable', roleSeeds(masterSeed));
};

const copyOf = ({ account, node, app }: RoleSeeds): RoleSeeds => ({
  account: account.slice(),
  node: node.slice(),
  app: app.slice(),
});

/**
 * Writes an identity without a master seed: these keys live only in this file, unless its words stand elsewhere (01 §7.5, Mode B). The
 * seeds are the identity's from now on; they are wiped where it cannot be written.
 */
export const writeEphemeral = (file: string, seeds: RoleSeeds): Identity => {
  try {
    writeNew(file, VERSION_EPHEMERAL, EPHEMERAL.encode(seeds));
  } catch (error) {
    wipeIdentity({ seeds });
    throw error;
  }
  return identityOf('ephemeral', seeds);
};

/**
 * Rewrites an identity file without its master seed (01 §7.5, Mode A to B): the keys stay the same. At every moment one whole file stands
 * there; at the end the bytes of the old one are zeros, as far as the file system writes where it read. False: there was no seed in it.
 * Throws `Refused`.
 */
export const forgetSeed = (file: string): boolean => {
  const identity = readIdentity(file);
  try {
    if (identity.mode === 'ephemeral') return false;
    const bytes = contents(VERSION_EPHEMERAL, EPHEMERAL.encode(identity.seeds));
    const old = openSync(file, 'r+');
    try {
      replaceOwn(file, bytes);
      writeSync(old, new Uint8Array(fstatSync(old).size), 0, undefined, 0);
      fsyncSync(old);
    } finally {
      closeSync(old);
      wipe(bytes);
    }
    return true;
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(`${file}: cannot be rewritten: ${systemReason(error)}; make the file and its folder writable`);
  } finally {
    wipeIdentity(identity);
  }
};

/** The file's bytes. `body` is wiped. */
const contents = (version: number, body: Uint8Array): Uint8Array => {
  const bytes = concat(MAGIC, Uint8Array.of(version), body);
  wipe(body);
  return bytes;
};

/** Never over another. */
const writeNew = (file: string, version: number, body: Uint8Array): void => {
  const bytes = contents(version, body);
  try {
    writeOwn(file, bytes);
    syncFolder(dirname(file));
  } catch (error) {
    const advice = 'it is kept; use another folder, or move it away if you have its words';
    if (systemCode(error) === 'EEXIST') throw new Refused(`${file}: there is an identity already; ${advice}`);
    throw new Refused(`${file}: cannot be written: ${systemReason(error)}; choose a folder you may write to`);
  } finally {
    wipe(bytes);
  }
};

/** Reads an identity file. Throws `Refused`: missing, readable by others, or none. */
export const readIdentity = (file: string): Identity => {
  const bytes = new Uint8Array(MOST + 1);
  try {
    return parse(file, bytes.subarray(0, readOwn(file, bytes)));
  } finally {
    wipe(bytes);
  }
};

/** Reads what only its owner can read; returns the length. */
const readOwn = (file: string, target: Uint8Array): number => {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT')
      throw new Refused(`${file}: there is no identity; make one with "montana keys new --identity ${inShell(file)}"`);
    throw new Refused(`${file}: cannot be read: ${systemReason(error)}; run the node as the user who owns it`);
  }
  try {
    const { mode } = fstatSync(handle);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const digits = (mode & 0o777).toString(8).padStart(4, '0');
      throw new Refused(`${file}: others can read your keys (mode ${digits}); run "chmod 600 ${file}"`);
    }
    return readSync(handle, target);
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(
      `${file}: cannot be read: ${systemReason(error)}; put your copy of the file back, or recover it from its words`,
    );
  } finally {
    closeSync(handle);
  }
};

const parse = (file: string, bytes: Uint8Array): Identity => {
  const body = bytes.subarray(HEADER);
  const version = equalBytes(bytes.subarray(0, MAGIC.length), MAGIC) ? bytes[MAGIC.length] : undefined;
  if (version === VERSION_RECOVERABLE) {
    const kept = RECOVERABLE.decode(body);
    if (kept.ok) return identityOf('recoverable', roleSeeds(kept.value.masterSeed));
  } else if (version === VERSION_EPHEMERAL) {
    const kept = EPHEMERAL.decode(body);
    if (kept.ok) return identityOf('ephemeral', copyOf(kept.value));
  }
  throw new Refused(`${file}: is no identity file, or a damaged one; put your copy back, or recover it from its words`);
};
