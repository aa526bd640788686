import type { Id } from '../bytes/bytes.ts';
import { IdMap, IdSet } from '../collections/id-map.ts';
import { type Cemented, cement } from '../consensus/cementing.ts';
import { judgeIncluded } from '../consensus/judge-proposal-sets.ts';
import type { Bundle, Listed, Operation, Registration, Reveal } from '../consensus/objects.ts';
import { applyWindow, compareOutcome } from '../transition/apply.ts';
import {
  CLASS_BUNDLE,
  CLASS_OPERATION,
  CLASS_PROPOSAL,
  CLASS_REGISTRATION,
  CLASS_REVEAL,
  type ObjectName,
} from '../wire/messages.ts';
import type { SessionPorts } from './context.ts';
import { type Applied, charged, type Evaluation } from './evaluation.ts';
import type { Candidate } from './proposals.ts';
import type { Session } from './session.ts';
import type { Judgement } from './voting.ts';

/** The bodies of one window: what is here, what is still missing, and what a proposal does once all are here (04 §10, 09 §11.4.3). */
export class Bodies {
  readonly #session: Session;
  readonly #ports: SessionPorts;
  /** Objects that reached quorum or are listed, kept whatever the mempool thinks of them. */
  readonly #operations = new IdMap<Operation | Registration>();
  readonly #wanted = new IdSet();
  /** First missing body of a proposal, so that asking again costs one look. */
  readonly #missing = new IdMap<Id>();

  constructor(session: Session, ports: SessionPorts) {
    this.#session = session;
    this.#ports = ports;
  }

  isWanted(id: Id): boolean {
    return this.#wanted.has(id);
  }

  operation(id: Id): Operation | Registration | undefined {
    return this.#operations.get(id) ?? this.#ports.body(id);
  }

  /** Keeps the body of an operation that this window needs, valid or not: settling decides (03 §8.1). */
  keep(object: Operation | Registration): void {
    this.#operations.set(object.id, object);
  }

  /** An identifier that reached quorum names an operation or a registration: only its body tells which. */
  requireOperation(id: Id): boolean {
    if (this.operation(id) !== undefined) return true;
    this.#want([
      { class: CLASS_OPERATION, id },
      { class: CLASS_REGISTRATION, id },
    ]);
    return false;
  }

  wantProposal(id: Id): void {
    this.#want([{ class: CLASS_PROPOSAL, id }]);
  }

  #want(names: readonly ObjectName[]): void {
    const id = (names[0] as ObjectName).id;
    if (this.#wanted.has(id)) return;
    this.#wanted.add(id);
    this.#ports.emit({ type: 'need', names });
  }

  /** Steps 9–13 of 04 §10, as far as the bodies here allow. */
  judge(candidate: Candidate): Judgement {
    if (candidate.evaluation === undefined) {
      const missing = this.#missing.get(candidate.hash);
      if (missing !== undefined && !this.#isHere(missing)) return 'missing';
      this.#evaluate(candidate);
    }
    if (candidate.evaluation === undefined) return 'missing';
    return candidate.evaluation.applied.valid ? 'valid' : 'invalid';
  }

  #isHere(id: Id): boolean {
    return (
      this.#session.bundles.get(id) !== undefined ||
      this.#session.revealsBefore.get(id) !== undefined ||
      this.operation(id) !== undefined
    );
  }

  #evaluate(candidate: Candidate): void {
    const { proposal, hash } = candidate;
    const { open } = this.#session;
    const bundles = this.#collect(hash, proposal.bundles, CLASS_BUNDLE, (id) => this.#session.bundles.get(id));
    if (bundles === undefined) return;
    const { memo, meter } = this.#ports.config;
    const cemented = memo.cemented(open.settled, hash, () => cement(open.roster, bundles));
    const reveals = this.#revealsOf(hash, cemented);
    if (reveals === undefined) return;
    const operations = this.#operationsOf(hash, cemented);
    if (operations === undefined) return;
    const applied = charged(meter, operations.length, () =>
      memo.applied(open.settled, hash, () => this.#apply(candidate, bundles, cemented, reveals, operations)),
    );
    candidate.evaluation = { applied, bodies: { bundles, reveals, ...split(operations) } };
  }

  /** The cemented reveals, ascending node_id; undefined while one is missing. */
  #revealsOf(hash: Id, cemented: Cemented): readonly Reveal[] | undefined {
    const names = cemented.reveals.map((id) => ({ nodeId: '', hash: id }));
    return this.#collect(hash, names, CLASS_REVEAL, (id) => this.#session.revealsBefore.get(id));
  }

  #operationsOf(hash: Id, cemented: Cemented): readonly (Operation | Registration)[] | undefined {
    const found: (Operation | Registration)[] = [];
    for (const id of cemented.operations) {
      const object = this.operation(id);
      if (object !== undefined) found.push(object);
      else {
        this.requireOperation(id);
        this.#missing.set(hash, id);
      }
    }
    return found.length === cemented.operations.length ? found : undefined;
  }

  #collect<T>(
    hash: Id,
    names: readonly Listed[],
    objectClass: typeof CLASS_BUNDLE | typeof CLASS_REVEAL,
    find: (id: Id) => T | undefined,
  ): readonly T[] | undefined {
    const found: T[] = [];
    for (const { hash: id } of names) {
      const object = find(id);
      if (object !== undefined) found.push(object);
      else {
        this.#want([{ class: objectClass, id }]);
        this.#missing.set(hash, id);
      }
    }
    return found.length === names.length ? found : undefined;
  }

  #apply(
    candidate: Candidate,
    bundles: readonly Bundle[],
    cemented: Cemented,
    reveals: readonly Reveal[],
    operations: readonly (Operation | Registration)[],
  ): Applied {
    const { open } = this.#session;
    const { proposal } = candidate;
    const fault = judgeIncluded(proposal, bundles, cemented, reveals, open.roster.quorum);
    if (fault !== undefined) return { valid: false, reason: fault, outcome: undefined };
    const { header } = proposal;
    const input = {
      timechainValue: header.timechainValue,
      bundles: proposal.bundles,
      reveals: proposal.reveals,
      ...split(operations),
      proposer: header.proposerNodeId,
      fallbackDepth: header.fallbackDepth,
    };
    const outcome = applyWindow(open.settled, input, this.#ports.config.verify);
    const reason = compareOutcome(outcome, header);
    if (reason !== undefined) return { valid: false, reason, outcome };
    return { valid: true, outcome, settled: outcome.settle(header.id, header.protocolVersion) };
  }

  /** What a fresh proposal of this node would contain: every valid bundle held now; undefined while a body is missing (09 §11.2.1). */
  draft(): Evaluation['bodies'] | undefined {
    const bundles = [...this.#session.bundles.accepted()];
    const cemented = cement(this.#session.open.roster, bundles);
    const reveals = this.#revealsOf('', cemented);
    const operations = this.#operationsOf('', cemented);
    return reveals && operations && { bundles, reveals, ...split(operations) };
  }
}

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
