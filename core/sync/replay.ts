import { type Id, ZERO_ID } from '../bytes/bytes.ts';
import type { IdMap } from '../collections/id-map.ts';
import type { Operation, Proposal, Registration } from '../consensus/objects.ts';
import { makeProposal } from '../consensus/proposal.ts';
import type { Verify } from '../crypto/suite.ts';
import { type ApplyMemo, charged } from '../participant/evaluation.ts';
import type { FinalRecord, Meter } from '../participant/types.ts';
import { applyWindow, compareOutcome } from '../transition/apply.ts';
import type { Settled } from '../transition/settled.ts';
import type { ArchiveEntry } from '../wire/messages.ts';

/** What replaying needs besides the entries. */
export interface ReplayTools {
  readonly verify: Verify;
  readonly memo: ApplyMemo;
  readonly meter: Meter;
}

/**
 * Applies one archive entry to a copy of S_{W−1} and compares every root with its header (09 §9, §12.16). No bundles needed: the
 * lists say who signed, the header commits the lists. Undefined when the entry does not follow, or a root differs.
 */
export const replayEntry = (
  settled: Settled,
  entry: ArchiveEntry,
  bodies: IdMap<Operation | Registration>,
  tools: ReplayTools,
): FinalRecord | undefined => {
  const { header } = entry;
  const isNext = header.window === settled.window + 1 && followsFrom(settled, header.prevProposalHash);
  if (!isNext) return undefined;
  const operations = find(entry.operations, bodies, (object) => object.kind === 'operation');
  const registrations = find(entry.registrations, bodies, (object) => object.kind === 'registration');
  if (operations === undefined || registrations === undefined) return undefined;
  const applied = charged(tools.meter, operations.length + registrations.length, () =>
    tools.memo.applied(settled, header.id, () => {
      const input = {
        timechainValue: header.timechainValue,
        bundles: entry.bundles,
        reveals: entry.reveals,
        operations,
        registrations,
        proposer: header.proposerNodeId,
        fallbackDepth: header.fallbackDepth,
      };
      const outcome = applyWindow(settled, input, tools.verify);
      const reason = compareOutcome(outcome, header);
      if (reason !== undefined) return { valid: false, reason, outcome };
      return { valid: true, outcome, settled: outcome.settle(header.id, header.protocolVersion) };
    }),
  );
  if (!applied.valid) return undefined;
  const proposal: Proposal = makeProposal(header, entry.bundles, entry.reveals);
  return {
    settled: applied.settled,
    delta: applied.outcome.delta,
    proposal,
    entry,
    operations,
    registrations,
    certificate: [],
  };
};

/** The parent of window 0 is zeros, its settled predecessor the Genesis State Hash (04 D-13). */
const followsFrom = (settled: Settled, parent: Id): boolean =>
  settled.window === -1 ? parent === ZERO_ID : parent === settled.side.proposalHash;

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
