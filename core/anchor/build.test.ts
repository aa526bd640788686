import { describe, expect, it } from 'vitest';
import { testNodes } from '../consensus/fixtures.suite.ts';
import { idOf } from '../operations/accounts.suite.ts';
import { type AnchorMaterial, buildAnchorProof } from './build.ts';
import { anchorProofLayout, decodeAnchorProof, encodeAnchorProof } from './proof.ts';
import { scene } from './scene.suite.ts';
import { judgeAnchorProof } from './verify.ts';

const { material, headers, later, bundles, proof, question, anchor } = scene();

const built = (changes: Partial<AnchorMaterial>) => buildAnchorProof({ ...material, ...changes });

const fault = (changes: Partial<AnchorMaterial>): unknown => {
  const made = built(changes);
  return made.ok ? 'built' : made.error;
};

describe('building a proof (03 §10)', () => {
  it('takes the fewest bundles that reach Q, the heaviest, and puts them in order', () => {
    const signers = (given: Partial<AnchorMaterial>): unknown => {
      const made = built(given);
      return made.ok && made.value.bundles.map(({ bundle }) => bundle);
    };
    // Weights 3, 2, 2, 1; Q = 6.
    expect(signers({})).toEqual(bundles.slice(0, 3).map(({ bytes }) => bytes));
    expect(signers({ bundles: bundles.toReversed() })).toEqual(bundles.slice(0, 3).map(({ bytes }) => bytes));
    expect(signers({ bundles: [...bundles, ...bundles] })).toEqual(bundles.slice(0, 3).map(({ bytes }) => bytes));
    const without = [bundles[0], bundles[1], bundles[3]].flatMap((bundle) => bundle ?? []);
    expect(signers({ bundles: without })).toEqual(without.map(({ bytes }) => bytes));
  });

  it('needs bundles of weight Q that list the operation and that the header commits', () => {
    expect(fault({ bundles: bundles.slice(1, 3) })).toBe('NotCemented');
    expect(fault({ bundles: [] })).toBe('NotCemented');
    expect(fault({ anchor: { ...anchor, id: idOf(3) } })).toBe('NotCemented');
    const others = scene({ bundle: { reveals: [idOf(4)] } }).bundles;
    expect(others[0]?.operations).toContain(anchor.id);
    expect(fault({ bundles: [...others.slice(0, 1), ...bundles.slice(1, 3)] })).toBe('NotCemented');
    const exact = scene({ nodes: testNodes(67n, 33n) });
    expect(exact.proof.bundles.length).toBe(1);
    const short = scene({ nodes: testNodes(66n, 34n) });
    expect(short.proof.bundles.length).toBe(2);
  });

  it('needs the state, the header and the list of the right window', () => {
    expect(fault({})).toBe('built');
    expect(fault({ headers: headers.slice(2), iterations: [] })).toBe('NoHeaderBefore');
    expect(fault({ headers: [], iterations: [] })).toBe('NoHeaderBefore');
    expect(fault({ headers: headers.slice(0, 2) })).toBe('WrongState');
    expect(fault({ before: scene({ nodes: testNodes(3n, 2n, 2n, 2n) }).material.before })).toBe('WrongState');
    expect(fault({ before: scene({ account: { opHeight: 1 } }).material.before })).toBe('WrongState');
    expect(fault({ included: material.included.slice(1) })).toBe('BundlesRootMismatch');
    expect(fault({ anchor: { ...anchor, sender: idOf(5) } })).toBe('AccountNotFound');
  });

  it('leads to a later checkpoint', () => {
    const made = built({ later, certificate: [] });
    const last = later[1];
    const trust = { type: 'checkpoint', window: last.window, proposalHash: last.id } as const;
    expect(made.ok && judgeAnchorProof(made.value, { ...question, trust }).ok).toBe(true);
  });
});

describe('the bytes of a proof', () => {
  it('are read back to its parts', () => {
    const bytes = encodeAnchorProof(proof);
    expect(decodeAnchorProof(bytes)).toEqual({ ok: true, value: proof });
  });

  it('have the size that is printed for none of the lists', () => {
    expect(anchorProofLayout.minimum).toBe(3465);
  });

  it('are not read where a list claims more than they hold', () => {
    const bytes = encodeAnchorProof({
      ...proof,
      bundles: [],
      headers: [],
      iterations: [],
      certificate: [],
      trusted: [],
    });
    const counts = { nodes: 2, headers: 4, iterations: 4, later: 4 };
    let at = 0;
    for (const [name, kind] of anchorProofLayout.fields) {
      const size = counts[name as keyof typeof counts];
      const claimed = bytes.slice();
      if (size !== undefined) {
        claimed.fill(0xff, at, at + size);
        expect(decodeAnchorProof(claimed)).toEqual({ ok: false, error: 'Malformed' });
      }
      const parts = { version: 1, ...proof, bundles: [], headers: [], iterations: [], certificate: [], trusted: [] };
      at += kind.sizeOf(parts[name as keyof typeof parts]);
    }
    expect(at).toBe(bytes.length);
  });
});
