import type { Id } from '../bytes/bytes.ts';
import { IdSet } from '../collections/id-map.ts';
import { evidenceSlot } from '../consensus/evidence.ts';
import { judgeEvidence } from '../consensus/judge-evidence.ts';
import type { Evidence, Header } from '../consensus/objects.ts';
import type { SessionPorts } from './context.ts';
import type { Session } from './session.ts';
import type { Verdict } from './types.ts';
import { ACCEPT, rejected, STALE } from './verdicts.ts';

/** Evidence known in one window: one per signer, kind and slot (09 §12.11), and what follows from it. */
export class Convictions {
  readonly #session: Session;
  readonly #ports: SessionPorts;
  readonly #slots = new IdSet();
  /** Proposers and depths with two headers. */
  readonly #contested = new IdSet();

  constructor(session: Session, ports: SessionPorts) {
    this.#session = session;
    this.#ports = ports;
  }

  /** Whether its proposer is known to have signed another header for its depth (09 §11.4.4). */
  isContested(header: Header): boolean {
    return this.#contested.has(headerSlot(header));
  }

  offer(evidence: Evidence): Verdict {
    const slotKey = evidenceSlot(evidence);
    if (this.#slots.has(slotKey)) return STALE;
    const { open, votes, rounds } = this.#session;
    const slot = open.roster.slotOf(evidence.signer);
    const { a } = evidence;
    if (a.kind === 'vote' && slot >= 0 && !votes.hasRoom(slot, a.round, rounds.round)) return STALE;
    const reason = judgeEvidence(evidence, open, this.#ports.config.verify);
    if (reason !== undefined) return rejected(reason);
    this.#take(evidence, slotKey);
    return ACCEPT;
  }

  /** Evidence that this node found: taken, then published by a node whose word counts in this window (04 §10, 09 §3, §4). */
  found(evidence: Evidence): void {
    const slotKey = evidenceSlot(evidence);
    if (this.#slots.has(slotKey)) return;
    this.#take(evidence, slotKey);
    const { identity } = this.#ports.config;
    const { open, window } = this.#session;
    const isActive = identity !== undefined && open.roster.slotOf(identity.nodeId) >= 0;
    if (isActive && evidence.window === window) this.#ports.emit({ type: 'publish', object: evidence });
  }

  /** Votes inside evidence count for the values they name; a convicted signer binds no discipline (09 §11.2.7, §11.4.1). */
  #take(evidence: Evidence, slotKey: Id): void {
    this.#slots.add(slotKey);
    const session = this.#session;
    const slot = session.open.roster.slotOf(evidence.signer);
    for (const object of [evidence.a, evidence.b]) {
      if (object.kind === 'header') this.#contested.add(headerSlot(object));
      else if (object.kind === 'vote') session.takeVote(object, slot, 'evidence');
      else if (object.kind === 'bundle') session.bundles.equivocators.set(slot);
    }
    this.#ports.emit({ type: 'evidence', evidence });
  }
}

/** What a proposer may sign one header for. */
export const headerSlot = ({ proposerNodeId, fallbackDepth }: Header): string => `${proposerNodeId}/${fallbackDepth}`;
