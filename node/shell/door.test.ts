import { describe, expect, it } from 'vitest';
import { toHex } from '#core/bytes/bytes.ts';
import { accountId, nodeId } from '#core/crypto/ids.ts';
import { type SigningKey, SUITE_ML_DSA_65 } from '#core/crypto/suite.ts';
import { buildGenesis } from '#core/genesis/genesis.ts';
import type { FinalRecord } from '#core/participant/types.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { encodeAccountRecord } from '#core/state/records.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import type { Settled } from '#core/transition/settled.ts';
import {
  encodeAdvertisement,
  LEVEL_ACCOUNT,
  LEVEL_CANDIDATE,
  LEVEL_NODE,
  proveOnline,
} from '#core/tunnel/online-proof.ts';
import { searchWork } from '#core/tunnel/proof-of-work.ts';
import { Door } from './door.ts';
import { accountKey, genesisOf, nodeKey } from './net.suite.ts';
import { liveSuite } from './suite.ts';

const suite = liveSuite();
const settled = genesisSettled(buildGenesis(genesisOf(3, 1_000)), new MemoryBase());
const own = nodeId(nodeKey(0).publicKey);
const stranger = (index: number): SigningKey => suite.key(new Uint8Array(32).fill(200 + index));

const door = (): Door =>
  new Door({ nodeId: own, verify: suite.verify, difficulty: 2, isBootstrap: false, admitsObservers: true }, settled);

/** A source group. */
const HERE = '4:10.1';

const nonce = (index: number): string => toHex(new Uint8Array(32).fill(index));

const proofOf = (key: SigningKey, index: number, window = 0n): Uint8Array =>
  encodeAdvertisement(proveOnline(key, own, window, nonce(index)));

const proofWithWork = (key: SigningKey, index: number): Uint8Array => {
  const proof = proveOnline(key, own, 0n, nonce(index));
  return encodeAdvertisement(proof, searchWork(proof.proof, 2, 0n, 1_000)?.nonce as bigint);
};

/** A window in which an account changes its key. */
const rotated = (before: Settled, account: string, key: SigningKey): FinalRecord => {
  const record = before.state.account(account);
  if (record === undefined) throw new Error('no such account');
  const changed = { ...record, currentPubkey: key.publicKey, accountChainLength: record.accountChainLength + 1 };
  const changes = { account: [[account, encodeAccountRecord(changed)] as const] };
  const { delta } = before.state.apply(changes);
  const after = { ...before, window: before.window + 1, state: before.state.with(delta) };
  return { settled: after, delta } as FinalRecord;
};

describe('who may come in (06 §4.1)', () => {
  it('nodes and accounts by their tables, anybody else with work as an observer', () => {
    const at = door();
    const levelOf = (bytes: Uint8Array, key: SigningKey) => {
      const judged = at.judge(bytes, key.publicKey, HERE, 0);
      return judged.ok ? judged.value.level : judged.error;
    };
    expect(levelOf(proofOf(nodeKey(1), 1), nodeKey(1))).toBe(LEVEL_NODE);
    expect(levelOf(proofOf(accountKey(1), 2), accountKey(1))).toBe(LEVEL_ACCOUNT);
    expect(levelOf(proofOf(stranger(0), 3), stranger(0))).toBe('UnknownKey');
    expect(levelOf(proofWithWork(stranger(0), 4), stranger(0))).toBe(LEVEL_CANDIDATE);
    expect(levelOf(proofOf(nodeKey(1), 1), nodeKey(1))).toBe('NonceReused');
    expect(levelOf(proofOf(nodeKey(1), 5, 2n), nodeKey(1))).toBe('InvalidSignature');
    expect([nodeKey(2), accountKey(2), stranger(1)].map(({ publicKey }) => at.classify(publicKey)?.level)).toEqual([
      LEVEL_NODE,
      LEVEL_ACCOUNT,
      undefined,
    ]);
  });

  it('has eight places for observers, and a place is free when one leaves, once', () => {
    const at = door();
    const enter = (index: number) =>
      at.judge(proofWithWork(stranger(index), index), stranger(index).publicKey, `${HERE}${index}`, 0);
    const grants = Array.from({ length: 8 }, (_, index) => enter(index)).map(
      (judged) => judged.ok && judged.value.grant,
    );
    expect(enter(8)).toEqual({ ok: false, error: 'TooManyObservers' });
    at.leave(grants[0] as number);
    at.leave(grants[0] as number);
    expect(enter(9).ok).toBe(true);
    expect(enter(10)).toEqual({ ok: false, error: 'TooManyObservers' });
  });

  it('verifies eight proofs of unknown keys a second for one source group, and any number of known ones (06 §11)', () => {
    const at = door();
    const outcome = (key: SigningKey, index: number, group: string, now: number): string => {
      const judged = at.judge(proofOf(key, index), key.publicKey, group, now);
      return judged.ok ? 'in' : judged.error;
    };
    const unknown = (index: number, group: string, now: number) => outcome(stranger(0), index, group, now);
    for (let index = 0; index < 8; index++) expect(unknown(index, HERE, 0)).toBe('UnknownKey');
    expect(unknown(8, HERE, 0)).toBe('TooManyUnknown');
    expect(unknown(8, '4:10.2', 0)).toBe('UnknownKey');
    expect(outcome(nodeKey(1), 20, HERE, 0)).toBe('in');
    expect(outcome(accountKey(1), 21, HERE, 0)).toBe('in');
    expect([124, 125, 125].map((now, index) => unknown(30 + index, HERE, now))).toEqual([
      'TooManyUnknown',
      'UnknownKey',
      'TooManyUnknown',
    ]);
  });

  it('a key that was rotated out is nobody’s, its successor is the account’s (06 §15 E-12)', () => {
    const [first, second, third] = [accountKey(1), stranger(0), stranger(1)];
    const account = accountId(SUITE_ML_DSA_65, first.publicKey);
    const levels = (at: Door) => [first, second, third].map(({ publicKey }) => at.classify(publicKey)?.level);
    const at = door();
    expect(levels(at)).toEqual([LEVEL_ACCOUNT, undefined, undefined]);
    const once = rotated(settled, account, second);
    at.final(once);
    expect(levels(at)).toEqual([undefined, LEVEL_ACCOUNT, undefined]);
    const twice = rotated(once.settled, account, third);
    at.final(twice);
    expect(levels(at)).toEqual([undefined, undefined, LEVEL_ACCOUNT]);
    at.final(rotated(twice.settled, account, first));
    expect(levels(at)).toEqual([LEVEL_ACCOUNT, undefined, undefined]);
    // A door that is made later finds the same by a walk through the accounts.
    const config = { nodeId: own, verify: suite.verify, difficulty: 2, isBootstrap: false, admitsObservers: true };
    const late = new Door(config, twice.settled);
    expect(levels(late)).toEqual([undefined, undefined, undefined]);
    expect(late.advance()).toBe(false);
    expect(levels(late)).toEqual([undefined, undefined, LEVEL_ACCOUNT]);
  });
});
