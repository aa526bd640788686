import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { equalBytes } from '../bytes/bytes.ts';
import { type Anchor, type Bundle, PRECOMMIT, type Vote } from '../consensus/objects.ts';
import type { RulesChoice } from '../genesis/rules.ts';
import { cheapVerify, idOf } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { Party, type Seat } from '../participant/party.suite.ts';
import type { FinalRecord } from '../participant/types.ts';
import type { AccountRecord } from '../state/records.ts';
import type { Settled } from '../transition/settled.ts';
import { buildAnchorProof } from './build.ts';
import { type AnchorProof, anchorProofLayout, encodeAnchorProof } from './proof.ts';
import type { Trust } from './trust.ts';
import { verifyAnchorProof } from './verify.ts';

const DATA_HASH = idOf(2);

/** Windows of the history: the last ones are after a τ₂ boundary. */
const WINDOWS = 11;

/** A history of four founders in which the first one's Anchor was cemented, as each of its participants saw it. */
interface History {
  readonly genesis: Settled;
  readonly finals: readonly FinalRecord[];
  readonly anchor: Anchor;
  /** W. */
  readonly window: number;
  readonly bundles: readonly Bundle[];
  readonly certificate: readonly Vote[];
}

const historyOf = (rules: RulesChoice, count = 4): History => {
  const party = new Party({ count, rules, d0: 1_280 });
  const [first] = party.seats as [Seat];
  party.start();
  party.until(() => first.finals.length >= 5);
  const account = [...first.participant.settled.state.accounts()].find(({ currentPubkey }) =>
    equalBytes(currentPubkey, first.accountKey.publicKey),
  ) as AccountRecord;
  const fields = { type: 'Anchor', appId: idOf(1), dataHash: DATA_HASH } as const;
  const anchor = makeOperation(
    { ...fields, prevHash: account.frontierHash, sender: account.accountId },
    first.accountKey,
  ) as Anchor;
  for (const seat of party.seats) party.offer(seat, anchor);
  party.until(() => first.finals.length >= WINDOWS);
  const finals = first.finals.slice(0, WINDOWS);
  const window = finals.findIndex(({ entry }) => entry.operations.includes(anchor.id));
  const { id } = (finals[window] as FinalRecord).proposal.header;
  const said = party.seats.flatMap((seat) => seat.said);
  const bundles = said.flatMap((object) => (object.kind === 'bundle' && object.window === window ? [object] : []));
  const certificate = said
    .flatMap((object) => (object.kind === 'vote' && object.phase === PRECOMMIT ? [object] : []))
    .filter(({ proposalHash }) => proposalHash === id)
    .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
  return { genesis: party.genesis, finals, anchor, window, bundles, certificate };
};

/** State after a window of a history. */
const settledAt = ({ genesis, finals }: History, window: number): Settled => finals[window]?.settled ?? genesis;

/** The owner's proof with headers from window `from` to W, and scopes up to `to`. */
const proofOf = (history: History, from: number, to = history.window): AnchorProof => {
  const { finals, anchor, window, bundles, certificate } = history;
  const headers = finals.map(({ proposal }) => proposal.header);
  const made = buildAnchorProof({
    anchor,
    before: settledAt(history, window - 1).state,
    headers: headers.slice(from, window + 1),
    iterations: Array.from({ length: window - from }, (_, i) => settledAt(history, from + i).side.dNext),
    included: finals[window]?.proposal.bundles ?? [],
    bundles,
    later: headers.slice(window + 1, to + 1),
    certificate,
    trusted: settledAt(history, from).state,
    tau2Windows: history.genesis.network.params.tau2Windows,
  });
  if (!made.ok) throw new Error(made.error);
  return made.value;
};

const judge = (bytes: Uint8Array, trust: Trust): unknown => {
  const question = { dataHash: DATA_HASH, tau2Windows: 8n, trust, verify: cheapVerify, mostIterations: 100_000n };
  const verdict = verifyAnchorProof(bytes, question);
  return verdict.ok ? verdict.value.window : verdict.error;
};

const verified = (proof: AnchorProof, trust: Trust): unknown => judge(encodeAnchorProof(proof), trust);

let history: History;
let genesisTrust: Trust;
let chainTrust: Trust;

const checkpointAt = ({ finals }: History, window: number): Trust => {
  const { header } = (finals[window] as FinalRecord).proposal;
  return { type: 'checkpoint', window, proposalHash: header.id };
};

beforeAll(() => {
  history = historyOf({ timechainSeed: 'zero' });
  const { timechainValue } = history.genesis.side;
  chainTrust = { type: 'chain', timechainValue };
  genesisTrust = { type: 'genesis', timechainValue, founders: [...history.genesis.state.nodes()] };
});

describe('an Anchor in a history', () => {
  it('was cemented in the middle of it, by all, and certified', () => {
    expect(history.window).toBeGreaterThanOrEqual(4);
    expect(history.window).toBeLessThan(WINDOWS - 2);
    expect(history.bundles.length).toBe(4);
    expect(history.certificate.length).toBeGreaterThanOrEqual(3);
  });

  it('is proved to who trusts any window of it, or its genesis', () => {
    const { window } = history;
    for (let from = 0; from < window; from++) {
      expect(verified(proofOf(history, from), checkpointAt(history, from))).toBe(window);
    }
    for (let to = window; to < WINDOWS; to++) {
      expect(verified(proofOf(history, window - 1, to), checkpointAt(history, to))).toBe(window);
      expect(verified(proofOf(history, 0, to), checkpointAt(history, to))).toBe(window);
    }
    expect(verified(proofOf(history, 0), genesisTrust)).toBe(window);
    expect(verified(proofOf(history, 0), chainTrust)).toBe(window);
    expect(verified(proofOf(history, 1), chainTrust)).toBe('WrongGenesis');
  });

  it('is proved without a certificate where the printed rule or a later checkpoint is enough', () => {
    const { window } = history;
    const bare = { ...proofOf(history, 0), round: 0, certificate: [] };
    expect(verified(bare, chainTrust)).toBe(window);
    expect(verified(bare, checkpointAt(history, window))).toBe(window);
    expect(verified(bare, genesisTrust)).toBe('NoCertificate');
  });

  it('is not proved to who trusts another history, though a whole one may be invented', () => {
    const invented = historyOf({ timechainSeed: 'zero' }, 5);
    const proof = proofOf(invented, 0);
    // T_0 is the same, every hash is computed and every key its own: the printed rule knows no better.
    expect(verified(proof, chainTrust)).toBe(invented.window);
    const strangers = [...history.genesis.state.nodes()].map((node, i) => ({ ...node, nodeId: idOf(1_000 + i) }));
    expect(genesisTrust.type === 'genesis' && verified(proof, { ...genesisTrust, founders: strangers })).toBe(
      'InsufficientTrust',
    );
    expect(verified(proof, checkpointAt(history, invented.window))).toBe('WrongCheckpoint');
    expect(verified(proof, checkpointAt(history, 0))).toBe('WrongCheckpoint');
  });

  it('is told from another T_0', () => {
    const trust: Trust = { type: 'chain', timechainValue: idOf(5) };
    expect(verified(proofOf(history, 0), trust)).toBe('WrongGenesis');
  });
});

describe('a changed byte', () => {
  /** Where each part of a proof stands, as [from, to): each has a byte at least. */
  const partsOf = (proof: AnchorProof): readonly (readonly [name: string, from: number, to: number])[] => {
    const values: Readonly<Record<string, unknown>> = { version: 1, ...proof };
    let at = 0;
    return anchorProofLayout.fields.map(([name, kind]) => {
      const from = at;
      at += kind.sizeOf(values[name]);
      return [name, from, at];
    });
  };

  /** Proofs with everything in them, and who believes them. */
  const cases = () =>
    (
      [
        [proofOf(history, 1), checkpointAt(history, 1)],
        [proofOf(history, 2, WINDOWS - 1), checkpointAt(history, WINDOWS - 1)],
        [proofOf(history, 0), genesisTrust],
      ] as const
    ).map(([proof, trust]) => ({ trust, parts: partsOf(proof), bytes: encodeAnchorProof(proof) }));

  const changed = (bytes: Uint8Array, at: number, change: number): Uint8Array => {
    const copy = bytes.slice();
    copy[at] = (copy[at] as number) ^ change;
    return copy;
  };

  it('in any part is refused', () => {
    const proofs = cases();
    for (const { bytes, parts, trust } of proofs) {
      expect(judge(bytes, trust)).toBe(history.window);
      expect(parts.at(-1)?.[2]).toBe(bytes.length);
    }
    const part = fc.nat(anchorProofLayout.fields.length - 1);
    fc.assert(
      fc.property(fc.nat(2), part, fc.nat(), fc.integer({ min: 1, max: 255 }), (which, index, offset, change) => {
        const { bytes, parts, trust } = proofs[which] as (typeof proofs)[number];
        const [name, from, to] = parts[index] as (typeof parts)[number];
        const at = from + (offset % (to - from));
        expect([name, typeof judge(changed(bytes, at, change), trust)]).toEqual([name, 'string']);
      }),
      { seed: 20261121, numRuns: 400 },
    );
  });

  it('in the first eight of every part is refused', () => {
    const { bytes, parts, trust } = cases()[0] as ReturnType<typeof cases>[number];
    for (const [name, from, to] of parts) {
      for (let at = from; at < Math.min(to, from + 8); at++) {
        expect([name, at, typeof judge(changed(bytes, at, 1), trust)]).toEqual([name, at, 'string']);
      }
    }
  });
});
