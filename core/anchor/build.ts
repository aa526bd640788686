import { compareIds, concat, fromHex, type Id } from '../bytes/bytes.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { IdMap } from '../collections/id-map.ts';
import type { Anchor, Bundle, Header, Listed, Vote } from '../consensus/objects.ts';
import { rosterOf } from '../consensus/roster.ts';
import { listRoot } from '../consensus/set-roots.ts';
import { encodeProof, prove } from '../state/proof.ts';
import { type TreeSource, updateTree } from '../state/tree.ts';
import type { State } from '../state/view.ts';
import type { AnchorProof } from './proof.ts';

/** What an owner has when window W, which cemented its Anchor, is final (03 §10: it collects and stores the proof then). */
export interface AnchorMaterial {
  readonly anchor: Anchor;
  /** S_{W−1}. */
  readonly before: State;
  /** Final headers of successive windows, up to those of W − 1 and W. */
  readonly headers: readonly Header[];
  /** D of their windows but the first. */
  readonly iterations: readonly number[];
  /** included_bundles(W). */
  readonly included: readonly Listed[];
  /** Bundles of W that the owner holds, in any order; those that do not list the Anchor are left out. */
  readonly bundles: readonly Bundle[];
  /** Final headers after W, up to the one the verifiers will trust. */
  readonly later?: readonly Header[];
  /** Precommits for header W, ascending node_id: for verifiers that trust a window before W. */
  readonly certificate?: readonly Vote[];
  /** State after the first header, for verifiers that trust that one. Not needed when it is S_{W−1}. */
  readonly trusted?: State;
  readonly tau2Windows: bigint;
}

export type MaterialFault = 'NoHeaderBefore' | 'WrongState' | 'AccountNotFound' | 'BundlesRootMismatch' | 'NotCemented';

/**
 * Builds the proof of an Anchor (03 §10) with the fewest bundles that reach Q(W), the heaviest. It puts together and does not
 * verify: what an owner collected in good faith it verifies once itself.
 *
 * `NoHeaderBefore`: less than two headers. `WrongState`: `before` is not the state of header W − 1. `AccountNotFound`: the sender is
 * not in it. `BundlesRootMismatch`: `included` is not the list of header W. `NotCemented`: the included bundles that are held and
 * list the Anchor stay below Q(W).
 */
export const buildAnchorProof = (material: AnchorMaterial): Result<AnchorProof, MaterialFault> => {
  const { anchor, before, headers, iterations, included, later = [], certificate = [], trusted } = material;
  const header = headers.at(-1);
  const previous = headers.at(-2);
  if (header === undefined || previous === undefined) return fail('NoHeaderBefore');
  if (before.root('account') !== previous.accountRoot || before.root('node') !== previous.nodeRoot) {
    return fail('WrongState');
  }
  if (before.account(anchor.sender) === undefined) return fail('AccountNotFound');
  if (listRoot(included) !== header.includedBundlesRoot) return fail('BundlesRootMismatch');
  const chosen = fewestBundles(material, header.window);
  if (chosen === undefined) return fail('NotCemented');
  return ok({
    anchor: anchor.bytes,
    account: encodeProof(prove(before.tree('account'), anchor.sender)),
    nodes: recordsOf(before),
    bundles: provenBundles(chosen, included),
    headers: headers.map(({ bytes }) => bytes),
    iterations,
    later: later.map(({ scope }) => scope),
    round: certificate[0]?.round ?? 0,
    certificate: certificate.map(({ nodeId, signature }) => ({ nodeId, signature })),
    trusted: trusted === undefined ? [] : recordsOf(trusted),
  });
};

const recordsOf = (state: State): readonly Uint8Array[] => Array.from(state.range('node'), ([, record]) => record);

/** Included bundles that list the Anchor, the heaviest until they weigh Q(W), ascending node_id; undefined if they never do. */
const fewestBundles = (
  { anchor, before, included, bundles, tau2Windows }: AnchorMaterial,
  window: number,
): readonly Bundle[] | undefined => {
  const roster = rosterOf(before.nodes(), window, tau2Windows);
  const weightOf = (nodeId: Id): bigint => roster.members[roster.slotOf(nodeId)]?.weight ?? 0n;
  const hashes = IdMap.from(included.map(({ nodeId, hash }) => [nodeId, hash]));
  const listing = bundles.filter(
    ({ nodeId, id, operations }) => hashes.get(nodeId) === id && operations.includes(anchor.id),
  );
  const byWeight = [...IdMap.from(listing.map((bundle) => [bundle.nodeId, bundle])).values()].sort((a, b) => {
    const [first, second] = [weightOf(a.nodeId), weightOf(b.nodeId)];
    return first === second ? compareIds(a.nodeId, b.nodeId) : first > second ? -1 : 1;
  });
  let weight = 0n;
  for (let count = 1; count <= byWeight.length; count++) {
    weight += weightOf((byWeight[count - 1] as Bundle).nodeId);
    if (weight >= roster.quorum) return byWeight.slice(0, count).sort((a, b) => compareIds(a.nodeId, b.nodeId));
  }
  return undefined;
};

/** Bundles with their inclusion under the root of a proposal's list (03 §10 a). */
export const provenBundles = (bundles: readonly Bundle[], included: readonly Listed[]): AnchorProof['bundles'] => {
  const list = listTree(included);
  return bundles.map(({ nodeId, bytes }) => ({ bundle: bytes, inclusion: encodeProof(prove(list, nodeId)) }));
};

const NOTHING: TreeSource = { record: () => undefined, node: () => undefined };

/** The tree of a proposal's list (02 §6), to prove from. */
const listTree = (list: readonly Listed[]): TreeSource => {
  const records = IdMap.from(list.map(({ nodeId, hash }) => [nodeId, concat(fromHex(nodeId), fromHex(hash))]));
  const { nodes } = updateTree(NOTHING, records.sorted());
  return { record: (key) => records.get(key), node: (name) => nodes.get(name) ?? undefined };
};
