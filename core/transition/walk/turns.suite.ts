import type { Id } from '../../bytes/bytes.ts';
import type { Outcome, WindowInput } from '../apply.ts';
import { openWindow } from '../open-window.ts';
import type { Settled } from '../settled.ts';

/** What happened how often on a walk, by name: reject reasons, and turns in the life of accounts, nodes and candidates. */
export class Turns {
  readonly #seen = new Map<string, number>();
  readonly #accounts = new Set<Id>();
  readonly #nodes = new Set<Id>();

  get seen(): ReadonlyMap<string, number> {
    return this.#seen;
  }

  #count(name: string, times: number): void {
    if (times > 0) this.#seen.set(name, (this.#seen.get(name) ?? 0) + times);
  }

  /** One window more. */
  note(before: Settled, input: WindowInput, outcome: Outcome, after: Settled, isCrash: boolean): void {
    const { roster, cascade, window } = openWindow(before);
    const { admitted, selection, epoch } = outcome;
    for (const { operation, fault } of outcome.operations) this.#count(fault ?? operation.type, 1);
    for (const { fault } of outcome.registrations) this.#count(`entry ${fault ?? 'ok'}`, 1);
    this.#count('expired', outcome.expired.length);
    this.#count('admitted', admitted.length);
    this.#count('admitted anew', admitted.filter((id) => this.#nodes.has(id)).length);
    this.#count('several admitted', Number(admitted.length > 1));
    this.#count('dropped', selection.dropped.length);
    this.#count('operator created', selection.created.length);
    this.#count('operator found', admitted.length - selection.created.length);
    this.#count('bonus', Number(selection.bonus !== undefined));
    this.#count('account pruned', epoch?.pruned.accounts.length ?? 0);
    this.#count('node pruned', epoch?.pruned.nodes.length ?? 0);
    const born = Array.from(after.state.accounts(), ({ accountId }) => accountId).filter(
      (id) => !before.state.account(id),
    );
    this.#count('account anew', born.filter((id) => this.#accounts.has(id)).length);
    this.#count('inactive', [...before.state.nodes()].length - roster.members.length);
    this.#count('nobody revealed', Number(window > 0 && input.reveals.length === 0));
    this.#count('began again', Number(input.fallbackDepth > cascade.length));
    this.#count('deputy', Number(input.fallbackDepth > 1));
    this.#count('returned', input.bundles.filter(({ nodeId }) => hasBeenAway(before, nodeId)).length);
    if (epoch !== undefined) {
      const moved = epoch.dNext - before.side.dAfterNext;
      this.#count(moved > 0 ? 'slower' : moved < 0 ? 'faster' : 'same pace', 1);
    }
    this.#count('crash', Number(isCrash));
    this.remember(after);
  }

  /** Who has ever been there. */
  remember({ state }: Settled): void {
    for (const { accountId } of state.accounts()) this.#accounts.add(accountId);
    for (const { nodeId } of state.nodes()) this.#nodes.add(nodeId);
  }
}

/** Not confirmed for longer than an epoch. */
const hasBeenAway = ({ network, window, state }: Settled, nodeId: Id): boolean => {
  const last = state.node(nodeId)?.lastConfirmationWindow ?? 0n;
  return last > 0n && BigInt(window) - last > network.params.tau2Windows;
};
