import { type Id, strictlyAscending } from '../bytes/bytes.ts';
import type { IdMap } from '../collections/id-map.ts';
import { cement } from '../consensus/cementing.ts';
import { judgeHeader } from '../consensus/judge-header.ts';
import type { Listed, Operation, Registration } from '../consensus/objects.ts';
import { makeProposal } from '../consensus/proposal.ts';
import type { Verify } from '../crypto/suite.ts';
import { charged, invalid } from '../participant/evaluation.ts';
import type { FinalRecord, Meter } from '../participant/types.ts';
import { applyWindow, compareOutcome } from '../transition/apply.ts';
import { openWindow } from '../transition/open-window.ts';
import type { Settled } from '../transition/settled.ts';
import type { ArchiveEntry } from '../wire/messages.ts';

/** What replaying needs besides the entries. Results are not shared by header: lists and bodies come from a peer (09 §9). */
export interface ReplayTools {
  readonly verify: Verify;
  readonly meter: Meter;
}

/**
 * Whether an archive entry follows S_{W−1}, as far as that can be told before anybody asks for its bodies: a node of that state signed
 * its header, and a quorum of it the bundles it lists. The header is judged as that of any proposal but for T_W, which only hashing or
 * a certificate proves.
 */
export const entryFollows = (settled: Settled, { header, bundles, reveals }: ArchiveEntry, verify: Verify): boolean => {
  const open = openWindow(settled);
  if (judgeHeader(header, open, header.timechainValue, undefined, verify) !== undefined) return false;
  if (!isAscending(bundles) || !isAscending(reveals)) return false;
  const signers = bundles.map(({ nodeId }) => ({ nodeId, operations: [], reveals: [] }));
  return cement(open.roster, signers).weight >= open.roster.quorum;
};

/**
 * Applies one archive entry that follows to a copy of S_{W−1} and compares every root with its header (09 §9, §12.16). No bundles needed:
 * the lists say who signed, the header commits the lists. Undefined when a body is missing, or anything differs.
 */
export const replayEntry = (
  settled: Settled,
  entry: ArchiveEntry,
  bodies: IdMap<Operation | Registration>,
  tools: ReplayTools,
): FinalRecord | undefined => {
  const { header, bundles, reveals } = entry;
  const operations = find(entry.operations, bodies, (object) => object.kind === 'operation');
  const registrations = find(entry.registrations, bodies, (object) => object.kind === 'registration');
  if (operations === undefined || registrations === undefined) return undefined;
  const applied = charged(tools.meter, operations.length + registrations.length, () => {
    const input = {
      timechainValue: header.timechainValue,
      bundles,
      reveals,
      operations,
      registrations,
      proposer: header.proposerNodeId,
      fallbackDepth: header.fallbackDepth,
    };
    const outcome = applyWindow(settled, input, tools.verify);
    const reason = compareOutcome(outcome, header);
    if (reason !== undefined) return invalid(reason);
    return { valid: true, outcome, settled: outcome.settle(header.id, header.protocolVersion) };
  });
  if (!applied.valid) return undefined;
  const { outcome } = applied;
  return {
    settled: applied.settled,
    delta: outcome.delta,
    proposal: makeProposal(header, bundles, reveals),
    entry,
    operations,
    registrations,
    certificate: [],
  };
};

const isAscending = (list: readonly Listed[]): boolean => strictlyAscending(list.map(({ nodeId }) => nodeId));

const find = <T extends Operation | Registration>(
  ids: readonly Id[],
  bodies: IdMap<Operation | Registration>,
  is: (object: Operation | Registration) => object is T,
): readonly T[] | undefined => {
  const found: T[] = [];
  for (const id of ids) {
    const object = bodies.get(id);
    if (object === undefined || !is(object)) return undefined;
    found.push(object);
  }
  return found;
};
