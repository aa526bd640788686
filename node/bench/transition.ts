import type { Id } from '#core/bytes/bytes.ts';
import { makeHeader } from '#core/consensus/header.ts';
import type { Header, Listed, Operation } from '#core/consensus/objects.ts';
import { hashId } from '#core/crypto/hash.ts';
import type { SigningKey } from '#core/crypto/suite.ts';
import { buildGenesis } from '#core/genesis/genesis.ts';
import { simulation } from '#core/genesis/profiles.ts';
import { MONTANA } from '#core/genesis/rules.ts';
import { leaderOf } from '#core/lottery/cascade.ts';
import { makeOperation } from '#core/operations/codec.ts';
import { MemoryBase } from '#core/state/memory-base.ts';
import { timechainStep } from '#core/timechain/chain.ts';
import { applyWindow, headerFields, type WindowInput } from '#core/transition/apply.ts';
import { genesisSettled } from '#core/transition/genesis-settled.ts';
import { openWindow } from '#core/transition/open-window.ts';
import type { Settled } from '#core/transition/settled.ts';
import { type Founder, makeFounders } from '#sim/run/founders.ts';
import { modelledSuite } from '#sim/suite/modelled.ts';
import { disagreement, Model } from '#vectors/model.ts';
import { type Case, interleave, type Series, timed } from './harness.ts';
import type { Section } from './section.ts';

/** Signatures are measured on their own. */
const anySignature = (): boolean => true;

const ANCHORS = 10;

/** The first windows have no lottery to look back to. */
const WARM_UP = 4;

const listOf = (nodeIds: readonly Id[]): readonly Listed[] =>
  [...nodeIds].sort().map((nodeId) => ({ nodeId, hash: hashId('mt-app', nodeId) }));

/** Some accounts anchor something. */
const anchorsOf = ({ state }: Settled, key: SigningKey): readonly Operation[] =>
  [...state.accounts()]
    .slice(0, ANCHORS)
    .map(({ accountId: sender, frontierHash: prevHash }) =>
      makeOperation({ type: 'Anchor', prevHash, sender, appId: sender, dataHash: prevHash }, key),
    );

/** The next window, everybody there. It looks through a copy, so that nothing is drawn before the measured calls draw it. */
const inputAfter = (settled: Settled, key: SigningKey): WindowInput => {
  const open = openWindow({ ...settled });
  const { lotteryBefore } = open;
  const winning = lotteryBefore?.tickets().filter(({ ticket }) => ticket <= lotteryBefore.target) ?? [];
  return {
    timechainValue: open.timechainValue ?? timechainStep(open.previousT, open.d),
    bundles: listOf(open.roster.members.map(({ nodeId }) => nodeId)),
    reveals: listOf(winning.map(({ nodeId }) => nodeId)),
    operations: anchorsOf(settled, key),
    registrations: [],
    proposer: leaderOf(open.cascade, 1) as Id,
    fallbackDepth: 1,
  };
};

/** Core and model walk through the same windows side by side, a window each round, and have to agree on every header. */
const walk = (nodes: number, founders: readonly Founder[]): readonly Case[] => {
  const key = founders[0]?.node as SigningKey;
  const keys = founders.map(({ account, node }) => ({ accountPubkey: account.publicKey, nodePubkey: node.publicKey }));
  // The delay chain is measured on its own: here it is one hash long.
  const params = simulation({ founders: nodes, d0: 1 });
  const genesis = buildGenesis({ params, rules: MONTANA, founders: keys });
  const { network } = genesis;
  const byNode = new Map(founders.map(({ nodeId }, i) => [nodeId, keys[i]]));
  const model = new Model(
    network,
    network.founders.map((id) => byNode.get(id) as (typeof keys)[number]),
    anySignature,
  );
  let settled = genesisSettled(genesis, new MemoryBase());
  let input: WindowInput;
  let header: Header;
  const unit = 'ms';
  return [
    {
      name: nameOf(OPEN, nodes),
      unit,
      run: () => timed(() => openWindow(settled))[1],
    },
    {
      name: nameOf(APPLY, nodes),
      unit,
      run: () => {
        input = inputAfter(settled, key);
        const open = openWindow(settled);
        const [outcome, applying] = timed(() => applyWindow(settled, input, anySignature));
        header = makeHeader(headerFields(outcome, open, input.proposer, input.fallbackDepth), key);
        const [after, settling] = timed(() => outcome.settle(header.id, header.protocolVersion));
        settled = after;
        return applying + settling;
      },
    },
    {
      name: nameOf(MODEL, nodes),
      unit,
      run: () => {
        const [outcome, time] = timed(() => model.apply(input));
        const field = disagreement(outcome, header);
        if (field !== undefined) throw new Error(`${nodes} nodes: the model disagrees about ${field}`);
        return time;
      },
    },
  ];
};

const OPEN = 'openWindow';
const APPLY = 'applyWindow and settle';
const MODEL = 'naive model, whole window';
const nameOf = (part: string, nodes: number): string => `${nodes} nodes, ${part}`;

/** openWindow and what follows, together: what the model does in one. */
const whole = (series: readonly Series[], nodes: number): Series => {
  const valuesOf = (part: string): readonly number[] =>
    series.find(({ name }) => name === nameOf(part, nodes))?.values as readonly number[];
  const applying = valuesOf(APPLY);
  return {
    name: nameOf('whole window', nodes),
    unit: 'ms',
    peer: nameOf(MODEL, nodes),
    values: valuesOf(OPEN).map((opening, i) => opening + (applying[i] as number)),
  };
};

const SIZES = [100, 300];

/** A window of the core against the same window of the naive model. */
export const transition: Section = {
  title: 'Transition (all signatures taken as good, 10 operations a window)',
  measure: ({ quick, tell }) => {
    const suite = modelledSuite(new Uint8Array(32).fill(9));
    tell('keys');
    const founders = makeFounders(Math.max(...SIZES), suite);
    const series = interleave(
      SIZES.flatMap((nodes) => walk(nodes, founders.slice(0, nodes))),
      quick ? 6 : 31,
      WARM_UP,
    );
    return SIZES.flatMap((nodes) => [
      ...series.filter(({ name }) => name.startsWith(`${nodes} `)),
      whole(series, nodes),
    ]);
  },
};
