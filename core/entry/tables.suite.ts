import type { Id } from '../bytes/bytes.ts';
import { IdMap } from '../collections/id-map.ts';
import { MemoryAccounts } from '../operations/accounts.suite.ts';
import type { CandidateRecord, NodeRecord } from '../state/records.ts';
import type { EntrySet } from './view.ts';
import { isProven } from './waiting.ts';

/** The three tables in memory. */
export class MemoryTables extends MemoryAccounts implements EntrySet {
  readonly nodes = new IdMap<NodeRecord>();
  readonly pool = new IdMap<CandidateRecord>();

  get poolSize(): number {
    return [...this.pool.values()].filter(isProven).length;
  }

  candidate(nodeId: Id): CandidateRecord | undefined {
    return this.pool.get(nodeId);
  }

  hasNode(nodeId: Id): boolean {
    return this.nodes.has(nodeId);
  }

  hasCandidate(nodeId: Id): boolean {
    return this.pool.has(nodeId);
  }

  isPooledOperator(accountId: Id): boolean {
    for (const { operatorAccountId } of this.pool.values()) if (operatorAccountId === accountId) return true;
    return false;
  }

  candidates(): Iterable<CandidateRecord> {
    return this.pool.values();
  }

  putCandidate(record: CandidateRecord): void {
    this.pool.set(record.nodeId, record);
  }

  removeCandidate(nodeId: Id): void {
    this.pool.delete(nodeId);
  }

  putNode(record: NodeRecord): void {
    this.nodes.set(record.nodeId, record);
  }
}
