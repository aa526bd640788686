import type { Id } from '../bytes/bytes.ts';
import { IdMap, IdSet } from '../collections/id-map.ts';
import { type Cemented, cement } from '../consensus/cementing.ts';
import { judgeIncluded } from '../consensus/judge-proposal-sets.ts';
import type { Bundle, Operation, Proposal, Registration, Reveal } from '../consensus/objects.ts';
import { controlRoot } from '../consensus/set-roots.ts';
import { applyWindow, compareOutcome } from '../transition/apply.ts';
import type { Prework } from '../transition/prework.ts';
import {
  CLASS_BUNDLE,
  CLASS_OPERATION,
  CLASS_PROPOSAL,
  CLASS_REGISTRATION,
  CLASS_REVEAL,
  type ObjectName,
} from '../wire/messages.ts';
import type { SessionPorts } from './context.ts';
import { type Applied, type Bodies as BodiesOf, charged, invalid } from './evaluation.ts';
import type { Candidate } from './proposals.ts';
import type { Session } from './session.ts';
import type { Judgement } from './voting.ts';

/** What is known of a proposal while bodies are missing. */
interface Progress {
  bundles: readonly Bundle[] | undefined;
  cemented: Cemented | undefined;
  /** One that is not here: until it comes there is nothing to do. */
  missing: Id | undefined;
}

/** The bodies of one window: what is here, what is still missing, and what a proposal does once all are here (04 §10, 09 §11.4.3). */
export class Bodies {
  readonly #session: Session;
  readonly #ports: SessionPorts;
  /** Operations and registrations that reached quorum, kept whatever the pools think of them. */
  readonly #kept = new IdMap<Operation | Registration>();
  readonly #wanted = new IdSet();
  readonly #progress = new IdMap<Progress>();

  constructor(session: Session, ports: SessionPorts) {
    this.#session = session;
    this.#ports = ports;
  }

  isWanted(id: Id): boolean {
    return this.#wanted.has(id);
  }

  operation(id: Id): Operation | Registration | undefined {
    return this.#kept.get(id) ?? this.#ports.body(id);
  }

  /** Keeps the body of an operation that this window needs, whether it will change the state or not: settling decides (03 §8.1). */
  keep(object: Operation | Registration): void {
    this.#kept.set(object.id, object);
  }

  /** An identifier that reached quorum names an operation or a registration: only its body tells which. */
  requireOperation(id: Id): void {
    if (this.operation(id) !== undefined) return;
    this.#want([
      { class: CLASS_OPERATION, id },
      { class: CLASS_REGISTRATION, id },
    ]);
  }

  requireProposal(id: Id): void {
    this.#want([{ class: CLASS_PROPOSAL, id }]);
  }

  #want(names: readonly ObjectName[]): void {
    const { id } = names[0] as ObjectName;
    if (this.#wanted.has(id)) return;
    this.#wanted.add(id);
    this.#ports.emit({ type: 'need', names });
  }

  /** Steps 9–13 of 04 §10, as far as the bodies here allow. */
  judge(candidate: Candidate): Judgement {
    if (candidate.evaluation === undefined) this.#evaluate(candidate);
    const applied = candidate.evaluation?.applied;
    return applied === undefined ? 'missing' : applied.valid ? 'valid' : 'invalid';
  }

  #evaluate(candidate: Candidate): void {
    const { proposal, hash } = candidate;
    const progress = this.#progressOf(hash);
    if (progress.missing !== undefined && !this.#isHere(progress.missing)) return;
    progress.missing = undefined;
    const fault = this.#listFault(proposal);
    if (fault !== undefined) {
      candidate.evaluation = { applied: invalid(fault), bodies: NO_BODIES };
      return;
    }
    progress.bundles ??= this.#bundlesOf(proposal, progress);
    const { bundles } = progress;
    if (bundles === undefined) return;
    const { settled, roster } = this.#session.open;
    const { memo, meter } = this.#ports.config;
    progress.cemented ??= memo.cemented(settled, hash, () => cement(roster, bundles));
    const { cemented } = progress;
    const reveals = this.#revealsOf(cemented.reveals, progress);
    const operations = this.#operationsOf(cemented.operations, progress);
    if (reveals === undefined || operations === undefined) return;
    const bodies = { bundles, reveals, ...split(operations) };
    const prework = this.#ports.prework(settled);
    const apply = (): Applied => this.#apply(proposal, bodies, cemented, prework);
    const isCommitted = this.#areCommitted(proposal, bodies.registrations);
    const applied = charged(meter, operations.length, () =>
      isCommitted ? memo.applied(settled, hash, apply) : apply(),
    );
    candidate.evaluation = { applied, bodies };
    this.#progress.delete(hash);
  }

  #progressOf(hash: Id): Progress {
    let progress = this.#progress.get(hash);
    if (progress === undefined) {
      progress = { bundles: undefined, cemented: undefined, missing: undefined };
      this.#progress.set(hash, progress);
    }
    return progress;
  }

  #isHere(id: Id): boolean {
    const { bundles, revealsBefore } = this.#session;
    return bundles.get(id) !== undefined || revealsBefore.get(id) !== undefined || this.operation(id) !== undefined;
  }

  /** What of step 9 the list alone shows: nothing is fetched for a list of strangers, or for one below Q. */
  #listFault({ bundles }: Proposal): 'BundleInvalid' | 'InsufficientBundles' | undefined {
    const { roster } = this.#session.open;
    let weight = 0n;
    for (const { nodeId } of bundles) {
      const member = roster.members[roster.slotOf(nodeId)];
      if (member === undefined) return 'BundleInvalid';
      weight += member.weight;
    }
    return weight < roster.quorum ? 'InsufficientBundles' : undefined;
  }

  #bundlesOf({ bundles }: Proposal, progress: Progress): readonly Bundle[] | undefined {
    const ids = bundles.map(({ hash }) => hash);
    return all(ids, progress, (id) => {
      const bundle = this.#session.bundles.get(id);
      if (bundle === undefined) this.#want([{ class: CLASS_BUNDLE, id }]);
      return bundle;
    });
  }

  #revealsOf(ids: readonly Id[], progress: Progress): readonly Reveal[] | undefined {
    return all(ids, progress, (id) => {
      const reveal = this.#session.revealsBefore.get(id);
      if (reveal === undefined) this.#want([{ class: CLASS_REVEAL, id }]);
      return reveal;
    });
  }

  #operationsOf(ids: readonly Id[], progress: Progress): readonly (Operation | Registration)[] | undefined {
    return all(ids, progress, (id) => {
      const object = this.operation(id);
      if (object === undefined) this.requireOperation(id);
      return object;
    });
  }

  /**
   * Whether the registrations here are those that the header's control_root covers: by other copies of them, which names do not tell
   * apart, a proposal is judged otherwise than by the leader's.
   */
  #areCommitted({ header }: Proposal, registrations: readonly Registration[]): boolean {
    const { controlLeaf } = this.#session.open.settled.network.rules;
    return registrations.length === 0 || controlRoot(registrations, controlLeaf) === header.controlRoot;
  }

  #apply(proposal: Proposal, bodies: BodiesOf, cemented: Cemented, prework: Prework | undefined): Applied {
    const { settled, roster } = this.#session.open;
    const { header } = proposal;
    const fault = judgeIncluded(proposal, bodies.bundles, cemented, bodies.reveals, roster.quorum);
    if (fault !== undefined) return invalid(fault);
    const input = {
      timechainValue: header.timechainValue,
      bundles: proposal.bundles,
      reveals: proposal.reveals,
      operations: bodies.operations,
      registrations: bodies.registrations,
      proposer: header.proposerNodeId,
      fallbackDepth: header.fallbackDepth,
    };
    const outcome = applyWindow(settled, input, this.#ports.config.verify, undefined, prework);
    const reason = compareOutcome(outcome, header);
    if (reason !== undefined) return { valid: false, reason, outcome };
    return { valid: true, outcome, settled: outcome.settle(header.id, header.protocolVersion) };
  }

  /** What a fresh proposal of this node contains: every valid bundle held now; undefined while a body is missing (09 §11.2.1). */
  draft(): BodiesOf | undefined {
    const progress = this.#progressOf(DRAFT);
    if (progress.missing !== undefined && !this.#isHere(progress.missing)) return undefined;
    progress.missing = undefined;
    const bundles = this.#session.bundles.accepted();
    const cemented = cement(this.#session.open.roster, bundles);
    const reveals = this.#revealsOf(cemented.reveals, progress);
    const operations = this.#operationsOf(cemented.operations, progress);
    return reveals && operations && { bundles, reveals, ...split(operations) };
  }
}

/** Where the progress of the own proposal is kept: no hash is empty. */
const DRAFT: Id = '';

const NO_BODIES: BodiesOf = { bundles: [], reveals: [], operations: [], registrations: [] };

/** All of them, or undefined with the first one missing noted; each missing one is looked for. */
const all = <T>(ids: readonly Id[], progress: Progress, find: (id: Id) => T | undefined): readonly T[] | undefined => {
  const found: T[] = [];
  for (const id of ids) {
    const object = find(id);
    if (object !== undefined) found.push(object);
    else progress.missing ??= id;
  }
  return found.length === ids.length ? found : undefined;
};

/** Operations and registrations apart; each list keeps its order. */
const split = (
  objects: readonly (Operation | Registration)[],
): { readonly operations: readonly Operation[]; readonly registrations: readonly Registration[] } => {
  const operations: Operation[] = [];
  const registrations: Registration[] = [];
  for (const object of objects) {
    if (object.kind === 'operation') operations.push(object);
    else registrations.push(object);
  }
  return { operations, registrations };
};
