import type { Id } from '#core/bytes/bytes.ts';
import type { Rules } from '#core/genesis/rules.ts';
import type { Notice } from '#core/host/host.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Measure, Metrics } from './measure.ts';

/**
 * How many accounts one account and its descendants are, `age` windows after its first creation settled, if each of them creates one
 * whenever the cooldown lets it (03 A-2).
 *
 * From last creation: who is born in a window creates in the next, and everybody τ₂ windows after his creation before. So the
 * creations of a window are c(a) = c(a − 1) + c(a − τ₂), c(0) = 1, and the accounts are c(a + τ₂) = Σ C(a + τ₂ − j(τ₂ − 1), j).
 * From birth: nobody creates before τ₂ windows have passed, and the number doubles every τ₂.
 */
export const lineageAccounts = (rule: Rules['creationCooldown'], tau2: number, age: number): number => {
  if (age < 0) return 1;
  if (rule === 'from-birth') return 2 ** (Math.floor(age / tau2) + 1);
  let accounts = 0;
  for (let j = 0; age + tau2 - j * (tau2 - 1) >= j; j++) accounts += choose(age + tau2 - j * (tau2 - 1), j);
  return accounts;
};

/** Binomial coefficient; exact below 2⁵³. */
const choose = (n: number, k: number): number => {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
};

/** `lineage`: descendants of the account that creates first, itself included, after each τ₂, beside the closed form. */
export class Lineage implements Measure {
  readonly #members: Id[] = [];
  readonly #after: { readonly accounts: number; readonly form: number }[] = [];
  #next = 0;
  #begun = 0;
  #difference = 0;

  notice(_host: number, notice: Notice): void {
    if (notice.type !== 'final' || notice.record.settled.window !== this.#next) return;
    const { settled, operations, entry } = notice.record;
    this.#next++;
    const applied = new Set(entry.operations);
    for (const operation of operations) {
      if (operation.type !== 'TransferModeB' || !applied.has(operation.id)) continue;
      if (this.#members.length === 0) {
        this.#begun = settled.window;
        this.#members.push(operation.sender);
      }
      if (this.#members.includes(operation.sender)) this.#members.push(operation.link);
    }
    if (this.#members.length > 0) this.#count(settled);
  }

  #count({ state, window, network }: Settled): void {
    const tau2 = Number(network.params.tau2Windows);
    const age = window - this.#begun;
    const accounts = this.#members.filter((member) => state.account(member) !== undefined).length;
    const form = lineageAccounts(network.rules.creationCooldown, tau2, age);
    this.#difference = Math.max(this.#difference, Math.abs(accounts - form));
    if (age > 0 && age % tau2 === 0) this.#after.push({ accounts, form });
  }

  metrics(): Metrics {
    const metrics: Record<string, number> = { lineageBegun: this.#begun, lineageDifference: this.#difference };
    this.#after.forEach(({ accounts, form }, i) => {
      metrics[`lineage.${i + 1}`] = accounts;
      metrics[`lineageForm.${i + 1}`] = form;
    });
    return metrics;
  }
}
