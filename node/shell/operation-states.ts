import type { Id } from '#core/bytes/bytes.ts';
import type { Operation } from '#core/consensus/objects.ts';
import type { Notice } from '#core/host/host.ts';
import type { FinalRecord, OperationNotice, Verdict } from '#core/participant/types.ts';
import type { State } from '#core/state/view.ts';
import type { OperationState } from '#node/api/account-schemas.ts';

/** Operations remembered; beyond, the one heard of first is forgotten. */
const MOST = 16_384;

interface Tracked {
  state: OperationState['state'];
  window: number | null;
  reason: string | null;
  /** Where it stands in its account's chain, once it was valid there: when the frontier has left it, another took its place. */
  place: Pick<Operation, 'sender' | 'prevHash'> | undefined;
}

const REPLACED = 'another operation of the account took its place';
const FAULTY = 'it was not valid in the window that cemented it';

/** In words, for the one who signed it. */
const reasonOf = (verdict: Verdict): string => {
  switch (verdict.type) {
    case 'reject':
      return verdict.reason;
    case 'hold':
      return 'it waited in vain for what must come before it: its account, frontier, balance or receiver';
    default:
      return 'it is out of date, or the node has no room for it';
  }
};

/** What became of operations this process heard of (03 §9). */
export class OperationStates {
  readonly #tracked = new Map<Id, Tracked>();

  /** undefined: nothing was heard of it. `state`: of the last final window. */
  of(operation: Id, state: Pick<State, 'account'>): OperationState | undefined {
    this.#look(operation, state);
    const tracked = this.#tracked.get(operation);
    return tracked && { operation, state: tracked.state, window: tracked.window, reason: tracked.reason };
  }

  /** An open operation ends when its account moves. A snapshot skips windows: what settled in them, the account alone tells. */
  #look(operation: Id, state: Pick<State, 'account'>): void {
    const tracked = this.#tracked.get(operation);
    if (tracked?.place === undefined || (tracked.state !== 'pending' && tracked.state !== 'confirming')) return;
    const account = state.account(tracked.place.sender);
    if (account?.frontierHash === operation) this.settled(operation, account.lastOpWindow);
    else if (account?.frontierHash !== tracked.place.prevHash) {
      this.#set(operation, { state: 'rejected', window: null, reason: REPLACED });
    }
  }

  /** An operation of this node's user is about to be judged. */
  handedIn({ id }: Operation): void {
    const state = this.#tracked.get(id)?.state ?? 'rejected';
    if (state === 'rejected') this.#set(id, { state: 'pending', window: null, reason: null });
  }

  /** Found in a final window. */
  settled(operation: Id, window: number): void {
    this.#set(operation, { state: 'settled', window, reason: null });
  }

  notice(notice: Notice): void {
    switch (notice.type) {
      case 'published':
      case 'accepted':
        if (notice.object.kind === 'operation') this.#valid(notice.object);
        break;
      case 'submitted':
        if (notice.verdict.type === 'accept') this.#valid(notice.operation);
        else if (this.#tracked.get(notice.operation.id)?.state === 'pending') {
          this.#set(notice.operation.id, { state: 'rejected', window: null, reason: reasonOf(notice.verdict) });
        }
        break;
      case 'confirmed':
        this.#confirmed(notice.notice);
        break;
      case 'final':
        this.#final(notice.record);
        break;
    }
  }

  #valid(operation: Operation): void {
    const { id, sender, prevHash } = operation;
    const tracked = this.#tracked.get(id);
    const isOpen = tracked === undefined || tracked.state === 'pending' || tracked.state === 'rejected';
    if (isOpen) this.#set(id, { state: 'pending', window: null, reason: null, place: { sender, prevHash } });
  }

  #confirmed({ operation, window }: OperationNotice): void {
    const isSettled = this.#tracked.get(operation)?.state === 'settled';
    if (!isSettled) this.#set(operation, { state: 'confirming', window, reason: null });
  }

  #final({ settled: { window }, entry, operations }: FinalRecord): void {
    const applied = new Set(entry.operations);
    for (const { id } of operations) {
      if (applied.has(id)) this.settled(id, window);
      else this.#set(id, { state: 'rejected', window, reason: FAULTY });
    }
  }

  #set(operation: Id, now: Omit<Tracked, 'place'> & Partial<Pick<Tracked, 'place'>>): void {
    const before = this.#tracked.get(operation);
    this.#tracked.set(operation, { place: before?.place, ...now });
    if (this.#tracked.size <= MOST) return;
    const [first] = this.#tracked.keys();
    this.#tracked.delete(first as Id);
  }
}
