import { describe, expect, it } from 'vitest';
import { disagreement, Model } from '#vectors/model.ts';
import type { Id } from '../bytes/bytes.ts';
import type { Operation } from '../consensus/objects.ts';
import { nodeId as nodeOf } from '../crypto/ids.ts';
import type { Founder } from '../genesis/genesis.ts';
import { makeOperation, type OperationFields } from '../operations/codec.ts';
import { accountKey, anySignature, nodeKey, step, type TestNetwork, testKey, testSettled } from './network.suite.ts';
import { openWindow } from './open-window.ts';
import type { Settled } from './settled.ts';

/** Everybody who can, sends a little to somebody else, or anchors something. */
const operationsOf = ({ window, state }: Settled): readonly Operation[] => {
  const accounts = [...state.accounts()];
  return accounts.map(({ accountId: sender, frontierHash: prevHash, balance }, i) => {
    const link = (accounts[(i + 1) % accounts.length] as { accountId: Id }).accountId;
    const fields: OperationFields =
      balance > 0n && window % 3 !== 0
        ? { type: 'Transfer', prevHash, sender, link, amount: balance / 3n + 1n }
        : { type: 'Anchor', prevHash, sender, appId: link, dataHash: prevHash };
    return makeOperation(fields, testKey(0));
  });
};

/** The first window in which model and core differ, and in what; they walk the same way, some of it on deputies and absences. */
const firstDisagreement = (core: Settled, model: Model, windows: number): readonly [number, string] | undefined => {
  let settled = core;
  for (let i = 0; i < windows; i++) {
    const { roster, lotteryBefore } = openWindow(settled);
    const {
      input,
      header,
      settled: after,
    } = step(settled, {
      operations: operationsOf(settled),
      fallbackDepth: i % 2 === 1 ? 3 : 1,
      signers: roster.members.filter((_, slot) => (slot + i) % 7 !== 0).map(({ nodeId }) => nodeId),
      revealers: (lotteryBefore?.tickets() ?? []).filter((_, slot) => (slot + i) % 3 !== 0).map(({ nodeId }) => nodeId),
    });
    const field = disagreement(model.apply(input), header);
    if (field !== undefined) return [settled.window + 1, field];
    settled = after;
  }
  return undefined;
};

const modelOf = ({ network }: Settled, verify = anySignature): Model => new Model(network, foundersOf(network), verify);

const foundersOf = ({ founders }: Settled['network']): readonly Founder[] => {
  const all = founders.map((_, i) => ({ accountPubkey: accountKey(i).publicKey, nodePubkey: nodeKey(i).publicKey }));
  const byNode = new Map(all.map((founder) => [nodeOf(founder.nodePubkey), founder]));
  return founders.map((id) => byNode.get(id) as Founder);
};

describe('the naive model beside the core', () => {
  it.each<TestNetwork>([{}, { rules: { lottery: 'binding', admission: 'protocol', timechainSeed: 'zero' } }])(
    'agrees on every header of 20 windows with operations, deputies and absences',
    (network) => {
      const settled = testSettled({ founders: 6, ...network });
      expect(firstDisagreement(settled, modelOf(settled), 20)).toBeUndefined();
    },
  );

  it('finds a core that pays another sum', () => {
    const settled = testSettled();
    const { network } = settled;
    const params = { ...network.params, emissionMoneta: network.params.emissionMoneta + 1n };
    const greedy = { ...settled, network: { ...network, params } };
    expect(firstDisagreement(greedy, modelOf(settled), 3)).toEqual([1, 'accountRoot']);
  });

  it('finds a core whose epochs are longer', () => {
    const settled = testSettled();
    const { network } = settled;
    const slow = { ...settled, network: { ...network, params: { ...network.params, tau2Windows: 5n } } };
    expect(firstDisagreement(slow, modelOf(settled), 6)).toEqual([4, 'nodeRoot']);
  });

  it('finds a core with another lottery', () => {
    const settled = testSettled();
    const target = { ...settled, side: { ...settled.side, target: 1n } };
    expect(firstDisagreement(target, modelOf(settled), 3)).toEqual([0, 'target']);
    const { network } = settled;
    const other = { ...settled, network: { ...network, genesisHash: 'ab'.repeat(32) } };
    expect(firstDisagreement(settled, modelOf(other), 3)).toEqual([0, 'timechainValue']);
  });

  it('finds a core that accepts a signature', () => {
    const settled = testSettled();
    expect(
      firstDisagreement(
        settled,
        modelOf(settled, () => false),
        3,
      ),
    ).toEqual([0, 'accountRoot']);
  });

  it('is found when it excuses leaders that failed', () => {
    class Lenient extends Model {
      protected override penalties(): readonly Id[] {
        return [];
      }
    }
    const settled = testSettled({ founders: 6 });
    const { network } = settled;
    const found = firstDisagreement(settled, new Lenient(network, foundersOf(network), anySignature), 30);
    expect(found?.[0]).toBeGreaterThan(1);
    expect(['winnerId', 'proposerNodeId']).toContain(found?.[1]);
  });

  it('is found when it pays founders on each other’s accounts', () => {
    const settled = testSettled();
    const { network } = settled;
    const [first, second, ...others] = foundersOf(network) as [Founder, Founder, ...Founder[]];
    const swapped = [
      { accountPubkey: second.accountPubkey, nodePubkey: first.nodePubkey },
      { accountPubkey: first.accountPubkey, nodePubkey: second.nodePubkey },
      ...others,
    ];
    expect(firstDisagreement(settled, new Model(network, swapped, anySignature), 2)).toEqual([0, 'nodeRoot']);
  });
});
