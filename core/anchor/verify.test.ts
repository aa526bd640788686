import { describe, expect, it } from 'vitest';
import { equalBytes, ZERO_ID } from '../bytes/bytes.ts';
import { makeBundle } from '../consensus/bundle.ts';
import {
  counter,
  flipped,
  nodeIdOf,
  someIds,
  T_W,
  TAU2,
  testKey,
  testNode,
  testNodes,
  verify,
  WINDOW,
} from '../consensus/fixtures.suite.ts';
import type { Bundle } from '../consensus/objects.ts';
import { accountOf, idOf } from '../operations/accounts.suite.ts';
import { makeOperation } from '../operations/codec.ts';
import { encodeProof, prove } from '../state/proof.ts';
import { encodeAccountRecord } from '../state/records.ts';
import { provenBundles } from './build.ts';
import { basisOn, type NodeTable, provenNodeTable } from './node-table.ts';
import { type AnchorProof, encodeAnchorProof } from './proof.ts';
import { headerAt, OWNER, type Scene, scene } from './scene.suite.ts';
import { judgeTrust, type Trust } from './trust.ts';
import { type AnchorQuestion, judgeAnchorProof, verifyAnchorProof } from './verify.ts';

/** What the verifier of a scene says of a proof, by default that of the scene: the fault, or the weight. */
const say = (given: Scene, proof: Partial<AnchorProof> = {}, question: Partial<AnchorQuestion> = {}): unknown => {
  const verdict = verifyAnchorProof(encodeAnchorProof({ ...given.proof, ...proof }), {
    ...given.question,
    ...question,
  });
  return verdict.ok ? verdict.value.weight : verdict.error;
};

/** The proof of a scene with these bundles, whatever they list. */
const withBundles = (given: Scene, bundles: readonly Bundle[]): Partial<AnchorProof> => ({
  bundles: provenBundles(bundles, given.material.included),
});

const plain = scene();

const LONG_AGO = BigInt(WINDOW) - 2n * TAU2 - 1n;

describe('a proof (03 §10)', () => {
  it('tells operation, window, weight and quorum', () => {
    const verdict = judgeAnchorProof(plain.proof, plain.question);
    expect(verdict).toEqual({ ok: true, value: { anchor: plain.anchor, window: WINDOW, weight: 7n, quorum: 6n } });
  });

  it('holds with any bundles of enough weight, in any order', () => {
    expect(say(plain, withBundles(plain, plain.bundles))).toBe(8n);
    expect(say(plain, withBundles(plain, plain.bundles.toReversed()))).toBe(8n);
    expect(say(plain, withBundles(plain, plain.bundles.slice(0, 3)))).toBe(7n);
  });

  it('holds from exactly Q on', () => {
    // A = 100, Q = 67.
    expect(say(scene({ nodes: testNodes(67n, 33n) }))).toBe(67n);
    const short = scene({ nodes: testNodes(66n, 34n) });
    expect(say(short)).toBe(100n);
    expect(say(short, withBundles(short, short.bundles.slice(0, 1)))).toBe('InsufficientWeight');
    const three = scene({ nodes: testNodes(66n, 1n, 33n) });
    expect(say(three, withBundles(three, three.bundles.slice(0, 2)))).toBe(67n);
    expect(say(three, { bundles: [] })).toBe('InsufficientWeight');
  });

  it('counts by who is active in W', () => {
    const idle = testNode(5, { chainLength: 1_000n, lastConfirmationWindow: LONG_AGO });
    const last = testNode(5, { chainLength: 1_000n, lastConfirmationWindow: LONG_AGO + 1n });
    const away = scene({ nodes: [...testNodes(3n, 2n, 2n, 1n), idle] });
    const unsigned = { round: 0, certificate: [] };
    expect(say(away, unsigned)).toBe(7n);
    expect(say(away, { ...unsigned, ...withBundles(away, away.bundles) })).toBe('NotActive');
    const there = scene({ nodes: [...testNodes(3n, 2n, 2n, 1n), last] });
    expect(say(there, withBundles(there, there.bundles.slice(0, 4)))).toBe('InsufficientWeight');
    expect(say(there)).toBe(1_000n);
  });
});

describe('refused by row', () => {
  it('bytes that do not decode', () => {
    const { proof, question } = plain;
    const bytes = encodeAnchorProof(proof);
    expect(verifyAnchorProof(bytes, question).ok).toBe(true);
    const malformed = { ok: false, error: 'Malformed' };
    expect(verifyAnchorProof(bytes.subarray(0, -1), question)).toEqual(malformed);
    expect(verifyAnchorProof(new Uint8Array([...bytes, 0]), question)).toEqual(malformed);
    expect(verifyAnchorProof(flipped(bytes, 0), question)).toEqual(malformed);
    expect(verifyAnchorProof(new Uint8Array(0), question)).toEqual(malformed);
    expect(say(plain, { anchor: flipped(proof.anchor, 0) })).toBe('Malformed');
    expect(say(plain, { iterations: [3] })).toBe('Malformed');
    expect(say(plain, { iterations: [3, 4, 0] })).toBe('Malformed');
    const inclusion = new Uint8Array(0);
    expect(say(plain, { bundles: [{ bundle: new Uint8Array(3384), inclusion }] })).toBe('Malformed');
  });

  it('parts of another size, where they come by themselves', () => {
    const judged = (proof: Partial<AnchorProof>): unknown =>
      judgeAnchorProof({ ...plain.proof, ...proof }, plain.question);
    const { anchor, headers, nodes } = plain.proof;
    expect(judged({ anchor: anchor.subarray(1) })).toEqual({ ok: false, error: 'Malformed' });
    const fields = { prevHash: idOf(1), sender: idOf(2), link: idOf(3), amount: 1n } as const;
    const transfer = makeOperation({ type: 'Transfer', ...fields }, OWNER);
    expect(judged({ anchor: transfer.bytes })).toEqual({ ok: false, error: 'Malformed' });
    const short = headers.map((bytes) => bytes.subarray(0, -1));
    expect(judged({ headers: short })).toEqual({ ok: false, error: 'Malformed' });
    const cut = nodes.map((bytes) => bytes.subarray(0, -1));
    expect(judged({ nodes: cut })).toEqual({ ok: false, error: 'NodeTableMismatch' });
  });

  it('no header before W', () => {
    expect(say(plain, { headers: plain.proof.headers.slice(2), iterations: [] })).toBe('NoHeaderBefore');
    expect(say(plain, { headers: [], iterations: [] })).toBe('NoHeaderBefore');
  });

  it('1: another document', () => {
    expect(say(plain, {}, { dataHash: idOf(9) })).toBe('WrongDocument');
  });

  it('2 and (c): a sender that is not proved, or whose key did not sign', () => {
    const tree = plain.material.before.tree('account');
    expect(say(plain, { account: encodeProof(prove(tree, accountOf(testKey(201)).accountId)) })).toBe(
      'AccountNotProved',
    );
    expect(say(plain, { account: encodeProof(prove(tree, idOf(1))) })).toBe('AccountNotProved');
    expect(say(plain, { account: flipped(plain.proof.account, 40) })).toBe('AccountNotProved');
    expect(say(plain, { account: new Uint8Array(0) })).toBe('AccountNotProved');
    expect(say(scene({ signer: testKey(201) }))).toBe('InvalidAnchorSignature');
    expect(say(plain, { anchor: flipped(plain.proof.anchor, 3437) })).toBe('InvalidAnchorSignature');
    expect(say(scene({ account: { suiteId: 2 } }))).toBe('UnsupportedSuite');
    // The key in force is the record's, not the one that the id was made of.
    const changed = scene({ account: { currentPubkey: testKey(201).publicKey } });
    expect(say(changed)).toBe('InvalidAnchorSignature');
    expect(say(scene({ account: { currentPubkey: testKey(201).publicKey }, signer: testKey(201) }))).toBe(7n);
  });

  it('2 and (c): a record of the state after', () => {
    const after = encodeAccountRecord({ ...accountOf(OWNER), opHeight: 1 });
    const { delta } = plain.material.before.apply({ account: [[accountOf(OWNER).accountId, after]] });
    const state = plain.material.before.with(delta);
    expect(say(plain, { account: encodeProof(prove(state.tree('account'), accountOf(OWNER).accountId)) })).toBe(
      'AccountNotProved',
    );
  });

  it('(b): a Node Table that is not whole, not that of W − 1, or says a record twice', () => {
    const { nodes } = plain.proof;
    const [first, ...others] = nodes as [Uint8Array, ...Uint8Array[]];
    expect(say(plain, { nodes: others })).toBe('NodeTableMismatch');
    expect(say(plain, { nodes: [] })).toBe('NodeTableMismatch');
    expect(say(plain, { nodes: [...nodes, first] })).toBe('NodeTableMismatch');
    expect(say(plain, { nodes: [flipped(first, 2000), ...others] })).toBe('NodeTableMismatch');
    expect(say(plain, { nodes: scene({ nodes: testNodes(3n, 2n, 2n, 2n) }).proof.nodes })).toBe('NodeTableMismatch');
    expect(say(plain, { nodes: nodes.toReversed() })).toBe(7n);
  });

  it('3: a signer that comes twice, before another signature is verified', () => {
    const [first, second] = plain.bundles as [Bundle, Bundle];
    counter.verified = 0;
    expect(say(plain, withBundles(plain, [first, second, first, second]))).toBe('DuplicateSigner');
    expect(counter.verified).toBe(3);
  });

  it.each([
    ['WrongWindow', { window: WINDOW - 1 }],
    ['WrongEndpoint', { endpoint: T_W }],
    ['OpsOutOfOrder', { operations: [...plain.bundles[0]!.operations].reverse() }],
    ['RevealsOutOfOrder', { reveals: [idOf(1), idOf(1)] }],
    ['TooManyOps', { operations: [...someIds('many', 16_384), plain.anchor.id].sort() }],
    ['TooManyReveals', { reveals: someIds('many', 1_025) }],
    ['AnchorNotListed', { operations: someIds('others', 3) }],
    ['AnchorNotListed', { operations: [] }],
  ])('3: a bundle that is %s', (fault, bundle) => {
    const given = scene({ bundle, nodes: testNodes(1n, 3n, 2n, 2n) });
    expect(say(given, { ...withBundles(given, given.bundles) })).toBe(fault);
    // The others alone are enough.
    expect(say(given, { ...withBundles(given, given.bundles.slice(1)) })).toBe(7n);
  });

  it('3: a bundle of nobody, of another suite, or not signed', () => {
    const [first, ...others] = plain.bundles as [Bundle, ...Bundle[]];
    const fields = { ...first, nodeId: nodeIdOf(9) };
    expect(say(plain, withBundles(plain, [makeBundle(fields, testKey(9)), ...others]))).toBe('UnknownNode');
    const suite = scene({ nodes: [...testNodes(3n, 2n, 2n), testNode(4, { suiteId: 2 })] });
    expect(say(suite, { ...withBundles(suite, suite.bundles), round: 0, certificate: [] })).toBe('UnsupportedSuite');
    const [entry, ...rest] = plain.proof.bundles;
    const bundle = flipped(entry!.bundle, entry!.bundle.length - 1);
    expect(say(plain, { bundles: [{ ...entry!, bundle }, ...rest] })).toBe('InvalidSignature');
  });

  it('(a): a bundle that header W does not commit', () => {
    const [one, two, ...rest] = plain.proof.bundles;
    const swapped = [{ ...one!, inclusion: two!.inclusion }, two!, ...rest];
    expect(say(plain, { bundles: swapped })).toBe('BundleNotIncluded');
    for (const at of [0, 36, 70, 104, 140]) {
      const changed = plain.proof.bundles.map((entry) => ({ ...entry, inclusion: flipped(entry.inclusion, at) }));
      expect(say(plain, { bundles: changed })).toBe('BundleNotIncluded');
    }
    // Another bundle of a signer whose first one is committed.
    const [first, ...others] = plain.bundles as [Bundle, ...Bundle[]];
    const another = makeBundle({ ...first, reveals: [idOf(1)] }, testKey(1));
    expect(say(plain, withBundles(plain, [another, ...others]))).toBe('BundleNotIncluded');
    // The same, proved in a list that is not the one of header W.
    const list = [another, ...others].map(({ nodeId, id }) => ({ nodeId, hash: id }));
    expect(say(plain, { bundles: provenBundles([another, ...others], list) })).toBe('BundleNotIncluded');
  });

  it('5: headers that do not follow one another', () => {
    expect(say(scene({ before: { prevProposalHash: idOf(1) } }))).toBe('HeadersNotLinked');
    expect(say(scene({ header: { prevProposalHash: plain.headers[0].id } }))).toBe('HeadersNotLinked');
    expect(say(scene({ before: { window: WINDOW - 2 } }))).toBe('HeadersNotLinked');
    expect(say(scene({ before: { window: 2n ** 64n - 1n } }))).toBe('HeadersNotLinked');
  });

  it('5: headers that their proposer did not sign', () => {
    expect(say(scene({ header: { proposerNodeId: nodeIdOf(9) } }))).toBe('UnknownProposer');
    expect(say(scene({ header: { proposerNodeId: nodeIdOf(2) } }))).toBe('InvalidHeaderSignature');
    for (const at of [0, 1, 2]) {
      const headers = plain.proof.headers.map((bytes, i) => (i === at ? flipped(bytes, 3721) : bytes));
      expect(say(plain, { headers })).toBe('InvalidHeaderSignature');
    }
    const other = testNode(9, { suiteId: 2, chainLength: 1n, lastConfirmationWindow: LONG_AGO });
    const nodes = [...testNodes(3n, 2n, 2n, 1n), other];
    const given = scene({ nodes, header: { proposerNodeId: other.record.nodeId } });
    expect(say(given, { round: 0, certificate: [] })).toBe('UnsupportedProposerSuite');
  });

  it('5: a timechain that does not come out, or that costs more than the verifier gives', () => {
    expect(say(plain, { iterations: [3, 5] }, { mostIterations: 8n })).toBe('WrongTimechain');
    expect(say(plain, { iterations: [2, 4] })).toBe('WrongTimechain');
    expect(say(plain, { iterations: [0, 4] })).toBe('WrongTimechain');
    expect(say(scene({ before: { timechainValue: T_W } }))).toBe('WrongTimechain');
    expect(say(plain, {}, { mostIterations: 6n })).toBe('TooManyIterations');
    expect(say(plain, { iterations: [0xffff_ffff, 0xffff_ffff] })).toBe('TooManyIterations');
  });
});

describe('trust (09 §9)', () => {
  const [first, middle, last] = plain.headers;
  const [next, afterNext] = plain.later;
  const at = (window: number, proposalHash: string): { readonly trust: Trust } => ({
    trust: { type: 'checkpoint', window, proposalHash },
  });

  it('in a checkpoint at W or later needs no certificate, but a chain that ends there', () => {
    const bare = { round: 0, certificate: [], trusted: [] };
    expect(say(plain, bare)).toBe(7n);
    expect(say(plain, bare, at(WINDOW, middle.id))).toBe('WrongCheckpoint');
    const later = [next.scope, afterNext.scope];
    expect(say(plain, { ...bare, later }, at(WINDOW + 2, afterNext.id))).toBe(7n);
    expect(say(plain, { ...bare, later }, at(WINDOW + 2, next.id))).toBe('WrongCheckpoint');
    expect(say(plain, { ...bare, later }, at(WINDOW + 3, afterNext.id))).toBe('WrongCheckpoint');
    expect(say(plain, { ...bare, later }, at(WINDOW + 1, next.id))).toBe('WrongCheckpoint');
    expect(say(plain, { ...bare, later: later.toReversed() }, at(WINDOW + 2, afterNext.id))).toBe('LaterNotLinked');
    expect(say(plain, { ...bare, later: [afterNext.scope] }, at(WINDOW + 2, afterNext.id))).toBe('LaterNotLinked');
  });

  it('in a checkpoint before W needs the chain from there and a certificate', () => {
    const trust = at(WINDOW - 2, first.id);
    expect(say(plain, {}, trust)).toBe(7n);
    expect(say(plain, {}, at(WINDOW - 2, middle.id))).toBe('WrongCheckpoint');
    expect(say(plain, {}, at(WINDOW - 1, middle.id))).toBe('WrongCheckpoint');
    expect(say(plain, {}, at(WINDOW - 3, first.id))).toBe('WrongCheckpoint');
    expect(say(plain, { round: 0, certificate: [] }, trust)).toBe('NoCertificate');
    expect(say(plain, { trusted: [] }, trust)).toBe('TrustedTableMismatch');
    expect(say(plain, { later: [next.scope] }, trust)).toBe('UnboundHeaders');
    // From W − 1 on the table of the proof is that of the checkpoint.
    const short = { headers: plain.proof.headers.slice(1), iterations: [4], trusted: [] };
    expect(say(plain, short, at(WINDOW - 1, middle.id))).toBe(7n);
  });

  it('counts the certificate by the trusted state too, from exactly Q on', () => {
    const [one] = testNodes(1n);
    const trusted = (weight: bigint) => [
      testNode(1, { chainLength: weight }),
      testNode(7, { chainLength: 100n - weight }),
    ];
    for (const [weight, said] of [
      [67n, 1n],
      [66n, 'InsufficientTrust'],
    ] as const) {
      const given = scene({ nodes: [one!], trusted: trusted(weight) });
      expect(say(given, {}, at(WINDOW - 2, given.headers[0].id))).toBe(said);
      // Whoever trusts header W needs nobody to count.
      expect(say(given)).toBe(1n);
    }
  });

  it('counts those of the trusted state that are active in the window after it', () => {
    // First header W − 2: seen 2τ₂ windows before W − 1, or one more.
    const edge = BigInt(WINDOW) - 1n - 2n * TAU2;
    for (const [seen, said] of [
      [edge - 1n, 7n],
      [edge, 'InsufficientTrust'],
    ] as const) {
      const heavy = testNode(7, { chainLength: 1_000n, lastConfirmationWindow: seen });
      const given = scene({ trusted: [...testNodes(1n), heavy] });
      expect(say(given, {}, at(WINDOW - 2, given.headers[0].id))).toBe(said);
    }
  });

  it('refuses a certificate that is none, whoever asks for it', () => {
    const { certificate } = plain.proof;
    const [one, two, three, four] = certificate;
    for (const trust of [plain.question.trust, at(WINDOW - 2, first.id).trust]) {
      const said = (part: Partial<AnchorProof>): unknown => say(plain, part, { trust });
      expect(said({ certificate: [one!, two!, four!] })).toBe(7n);
      expect(said({ certificate: [two!, three!, four!] })).toBe('InvalidCertificate');
      expect(said({ certificate: [two!, one!, three!] })).toBe('InvalidCertificate');
      expect(said({ certificate: [one!, two!, two!] })).toBe('InvalidCertificate');
      expect(said({ certificate: [one!, two!, { ...three!, signature: two!.signature }] })).toBe('InvalidCertificate');
      expect(said({ round: 1 })).toBe('InvalidCertificate');
      expect(said({ round: 0 })).toBe('InvalidCertificate');
      expect(said({ certificate: [] })).toBe('InvalidCertificate');
      expect(said({ trusted: plain.proof.trusted.slice(1) })).toBe('TrustedTableMismatch');
    }
  });

  it('in a genesis needs window 0 and its T', () => {
    const chain: Trust = { type: 'chain', timechainValue: T_W };
    expect(say(plain, {}, { trust: chain })).toBe('WrongGenesis');
    expect(first.timechainValue).toBe(T_W);
    expect(last.window).toBe(WINDOW);
    const zero = (prevProposalHash: string) => headerAt(0, { prevProposalHash }, testKey(1));
    const { material, question, proof } = plain;
    const nodes = provenNodeTable(proof.nodes, middle.nodeRoot) as NodeTable;
    const basis = basisOn(nodes, WINDOW, TAU2);
    const bare = { ...proof, trusted: [], later: [] };
    const judged = (parent: string): unknown =>
      judgeTrust(
        { headers: [zero(parent), middle, last], basis, nodes },
        bare,
        chain,
        material.tau2Windows,
        question.verify,
      );
    expect(judged(ZERO_ID)).toBeUndefined();
    expect(judged(idOf(1))).toBe('WrongGenesis');
    const founders = testNodes(1n).map(({ record }) => record);
    expect(say(plain, {}, { trust: { ...chain, type: 'genesis', founders } })).toBe('WrongGenesis');
  });
});

describe('a verifier', () => {
  it('does not verify signatures of a proof about something else', () => {
    counter.verified = 0;
    expect(say(plain, {}, { dataHash: idOf(9) })).toBe('WrongDocument');
    expect(say(plain, { account: new Uint8Array(0) })).toBe('AccountNotProved');
    expect(counter.verified).toBe(0);
  });

  it('asks its own suite', () => {
    expect(say(plain, {}, { verify: () => false })).toBe('InvalidAnchorSignature');
    const onlyOwner: AnchorQuestion['verify'] = (key, ...rest) =>
      equalBytes(key, OWNER.publicKey) && verify(key, ...rest);
    expect(say(plain, {}, { verify: onlyOwner })).toBe('InvalidSignature');
  });
});
