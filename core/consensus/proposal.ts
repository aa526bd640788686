import { concat, type Id, ZERO_ID } from '../bytes/bytes.ts';
import { id32, layout, list, Reader, raw, u8, u16, u64 } from '../bytes/layout.ts';
import { fail, ok, type Result } from '../bytes/result.ts';
import { hashId } from '../crypto/hash.ts';
import { SIGNATURE_SIZE, type SigningKey } from '../crypto/suite.ts';
import { decodeHeader, exactWindow, HEADER_SIZE } from './header.ts';
import type { Header, Listed, Proposal, Reproposal } from './objects.ts';

const listedLayout = layout('Listed', { nodeId: id32, hash: id32 });

/** Payload of 0x22 up to valid_round (09 §3, 04 D-14). */
export const proposalLayout = layout('Proposal', {
  header: raw(HEADER_SIZE),
  bundles: list(listedLayout),
  reveals: list(listedLayout),
  validRound: u16,
});

/** What follows where valid_round > 0. */
export const reproposalLayout = layout('Reproposal', { round: u16, signature: raw(SIGNATURE_SIZE) });

/** What the leader of a later round signs (09 §3): 77 bytes, `tag` = 3. */
export const reproposalScopeLayout = layout('ReproposalScope', {
  tag: u8,
  window: u64,
  round: u16,
  validRound: u16,
  proposalHash: id32,
  nodeId: id32,
});

const REPROPOSAL_TAG = 3;

/** Who leads a round of a window, as far as the caller knows: the name of a re-proposal depends on it, its bytes do not say it. */
export type LeaderOf = (window: number, round: number) => Id | undefined;

const reproposalScope = (header: Header, validRound: number, round: number, leader: Id): Uint8Array =>
  reproposalScopeLayout.encode({
    tag: REPROPOSAL_TAG,
    window: exactWindow(header),
    round,
    validRound,
    proposalHash: header.id,
    nodeId: leader,
  });

/**
 * Decodes the payload of 0x22. Error: Malformed, also for a list that does not rise strictly by node_id and for a re-proposal
 * whose valid_round is not below its round.
 */
export const decodeProposal = (bytes: Uint8Array, leaderOf: LeaderOf): Result<Proposal, 'Malformed'> => {
  const reader = new Reader(bytes);
  const { header: headerBytes, bundles, reveals, validRound } = proposalLayout.read(reader);
  const again = reader.error === undefined && validRound > 0 ? reproposalLayout.read(reader) : undefined;
  if (reader.error !== undefined || reader.offset !== bytes.length) return fail('Malformed');
  const header = decodeHeader(headerBytes);
  if (!header.ok || !ascendingByNode(bundles) || !ascendingByNode(reveals)) return fail('Malformed');
  const fresh = makeProposal(header.value, bundles, reveals);
  if (again === undefined) return ok(fresh);
  if (again.round <= validRound) return fail('Malformed');
  const leader = leaderOf(header.value.window, again.round) ?? ZERO_ID;
  const scope = reproposalScope(header.value, validRound, again.round, leader);
  return ok(withReproposal(fresh, validRound, { round: again.round, leader, scope, signature: again.signature }));
};

/** Canonical payload of 0x22. */
export const encodeProposal = ({ header, bundles, reveals, validRound, reproposal }: Proposal): Uint8Array => {
  const fresh = proposalLayout.encode({ header: header.bytes, bundles, reveals, validRound });
  if (reproposal === undefined) return fresh;
  return concat(fresh, reproposalLayout.encode({ round: reproposal.round, signature: reproposal.signature }));
};

/** Size of the payload in bytes. */
export const proposalSize = ({ bundles, reveals, reproposal }: Proposal): number =>
  HEADER_SIZE + 6 + 64 * (bundles.length + reveals.length) + (reproposal === undefined ? 0 : 2 + SIGNATURE_SIZE);

const ascendingByNode = (entries: readonly Listed[]): boolean =>
  entries.every(({ nodeId }, i) => i === 0 || (entries[i - 1] as Listed).nodeId < nodeId);

/** A fresh proposal: a signed header and the lists its roots commit, each ascending by node_id. */
export const makeProposal = (header: Header, bundles: readonly Listed[], reveals: readonly Listed[]): Proposal => ({
  kind: 'proposal',
  id: header.id,
  header,
  bundles,
  reveals,
  validRound: 0,
  reproposal: undefined,
});

/** The proposal of an earlier round again, in `round`, signed by that round's leader (09 §11.2.1). */
export const makeReproposal = (
  proposal: Proposal,
  validRound: number,
  round: number,
  leader: Id,
  key: SigningKey,
): Proposal => {
  const scope = reproposalScope(proposal.header, validRound, round, leader);
  return withReproposal(freshForm(proposal), validRound, { round, leader, scope, signature: key.sign(scope) });
};

const withReproposal = (fresh: Proposal, validRound: number, reproposal: Reproposal): Proposal => ({
  ...fresh,
  id: hashId('mt-proposal', reproposal.scope),
  validRound,
  reproposal,
});

/** What every holder of header and lists can build: valid_round 0 (09 §12.8). */
export const freshForm = (proposal: Proposal): Proposal =>
  proposal.reproposal === undefined ? proposal : makeProposal(proposal.header, proposal.bundles, proposal.reveals);
