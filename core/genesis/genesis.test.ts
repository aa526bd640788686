import { describe, expect, test } from 'vitest';
import { concat, fromHex, type Id, toHex } from '../bytes/bytes.ts';
import { FatalInvariant } from '../bytes/fatal.ts';
import { hashId, sha256 } from '../crypto/hash.ts';
import { accountId, nodeId } from '../crypto/ids.ts';
import { mlDsa65 } from '../crypto/ml-dsa.ts';
import { decodeAccountRecord, decodeNodeRecord } from '../state/records.ts';
import { buildGenesis, type Founder } from './genesis.ts';
import { encodeParams } from './params.ts';
import { MAINNET } from './profiles.ts';
import { MONTANA, PUBLISHED, rulesSuffix } from './rules.ts';

const keyOf = (seed: Id): Uint8Array => mlDsa65.key(fromHex(seed)).publicKey;

const founder = (n: number): Founder => ({
  accountPubkey: new Uint8Array(1952).fill(n),
  nodePubkey: new Uint8Array(1952).fill(n + 100),
});

const bootstrap = founder(1);
const others = [2, 3, 4, 5].map(founder);
const build = (founders: readonly Founder[], rules = MONTANA) => buildGenesis({ params: MAINNET, rules, founders });

test('dev profile of 01 §9.3', () => {
  const founders = [
    {
      accountPubkey: keyOf('08ce5c19768c679fda24c0d3360e57ce03d00c94c175e59f50e9c77894c20818'),
      nodePubkey: keyOf('efe527d96de2cb82b3ee2e8ad24b4aca71014e37896b0c025a376335ad456acc'),
    },
  ];
  const { network, paramsBytes, records, roots } = build(founders, PUBLISHED);
  expect(toHex(sha256(paramsBytes))).toBe('1c595b5e364078488dbceccbadcfc149b42b7e4f7b3d42ef9764eefe9abbfa6b');
  expect(records.account.map(([id]) => id)).toEqual([
    '9f199584ed120b987b617ba5bff829e176f23e5465dd70cfac5c141dfb131a21',
  ]);
  expect(network.founders).toEqual(['c36514f71adbd7b1772628f184a2e9075cef8bb91f6c38d5cd1e4f3030674018']);
  expect(roots).toEqual({
    accountRoot: '11b50738055d709ab73e32900403af015ccf93d2642bf933ad98d49b3933985e',
    nodeRoot: 'b4aba5dd69058d0139f6e119b73c0d39ffb162ccf883223968dfb9244eceea84',
    candidateRoot: '87dd145ec5630decdf8fc800583c51cce9dbe8438a1fa0b7e61eb679b4b4638f',
    stateRoot: 'ecfee676f0ba6d4afdfdaa717860f6c987f643abefbc1e65b2c2023b34401046',
  });
  expect(network.genesisHash).toBe('782c0a98c469eca5573f91e6a57eee90fa7cc3f8359f550665178c22ba2c0dab');
});

describe('founders', () => {
  test('bootstrap first, the others ascending by node_id, in whatever order they are named', () => {
    const genesis = build([bootstrap, ...others]);
    const ids = others.map(({ nodePubkey }) => nodeId(nodePubkey)).sort();
    expect(genesis.network.founders).toEqual([nodeId(bootstrap.nodePubkey), ...ids]);
    const reordered = build([bootstrap, ...others.toReversed()]);
    expect(reordered).toEqual(genesis);
    const led = build([others[0] as Founder, bootstrap, ...others.slice(1)]);
    expect(led.roots).toEqual(genesis.roots);
    expect(led.network.genesisHash).not.toBe(genesis.network.genesisHash);
  });

  test('hash-bound bytes: params, suffix, count and keys of the others (09 §1)', () => {
    const { network, paramsBytes, roots } = build([bootstrap, ...others.slice(0, 2)]);
    const [first, second] = [others[0], others[1]]
      .map((other) => other as Founder)
      .sort((a, b) => (nodeId(a.nodePubkey) < nodeId(b.nodePubkey) ? -1 : 1)) as [Founder, Founder];
    const keys = [first.accountPubkey, first.nodePubkey, second.accountPubkey, second.nodePubkey];
    expect(network.params.bootstrapNodePubkey).toEqual(bootstrap.nodePubkey);
    expect(toHex(paramsBytes)).toBe(
      toHex(concat(encodeParams(network.params), rulesSuffix(MONTANA), Uint8Array.of(2, 0), ...keys)),
    );
    expect(network.genesisHash).toBe(hashId('mt-genesis', roots.stateRoot, paramsBytes));
    expect(build([bootstrap]).paramsBytes).toHaveLength(4106 + 18);
    expect(build([bootstrap], PUBLISHED).paramsBytes).toHaveLength(4106);
    expect(build([bootstrap, founder(2)], PUBLISHED).paramsBytes).toHaveLength(4106 + 2 + 3904);
  });

  test('each has an account without balance, flagged, and a node of chain length 1', () => {
    const { records } = build([bootstrap, ...others]);
    for (const [id, bytes] of records.account) {
      const account = decodeAccountRecord(bytes);
      if (!account.ok) throw new Error(account.error);
      expect(account.value).toMatchObject({
        accountId: id,
        balance: 0n,
        isNodeOperator: true,
        frontierHash: hashId('mt-genesis', id),
        creationWindow: 0,
      });
    }
    for (const [id, bytes] of records.node) {
      const node = decodeNodeRecord(bytes);
      if (!node.ok) throw new Error(node.error);
      expect(node.value).toMatchObject({ nodeId: id, chainLength: 1n, chainLengthSnapshot: 1n, startWindow: 0n });
    }
    expect(records.account.map(([id]) => id)).toEqual(
      [bootstrap, ...others].map(({ accountPubkey }) => accountId(1, accountPubkey)).sort(),
    );
    expect(records.candidate).toEqual([]);
  });

  test('none, or two with one key, make no network', () => {
    expect(() => build([])).toThrow(FatalInvariant);
    expect(() => build([bootstrap, { ...founder(2), nodePubkey: bootstrap.nodePubkey }])).toThrow(FatalInvariant);
    expect(() => build([bootstrap, { ...founder(2), accountPubkey: bootstrap.accountPubkey }])).toThrow(FatalInvariant);
  });
});

test('every rule set is a network of its own', () => {
  const hashes = [MONTANA, PUBLISHED, { ...MONTANA, finality: 'first-valid' as const }].map(
    (rules) => build([bootstrap], rules).network.genesisHash,
  );
  expect(new Set(hashes).size).toBe(3);
});
