import type { Id } from '#core/bytes/bytes.ts';
import type { Notice } from '#core/host/host.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Founder } from '../founders.ts';
import type { Measure, Metrics } from './measure.ts';

interface Seeker {
  readonly name: string;
  readonly nodeId: Id;
  /** The window in which its chain can be τ₂ windows old. */
  readonly ready: number;
}

/**
 * `entries`: `entered.<host>`, the window in which each host that is no founder became a node (−1: never), and `waited.<host>`, how
 * many windows that is after its chain could be τ₂ windows old; the end of the run where it did not enter.
 */
export class Entries implements Measure {
  readonly #seekers: readonly Seeker[];
  readonly #entered = new Map<Id, number>();
  #last = -1;

  /** `joining`: since when each host seeks entry; undefined: it is a founder. */
  constructor(
    { network }: Settled,
    names: readonly string[],
    members: readonly Pick<Founder, 'nodeId'>[],
    joining: readonly (number | undefined)[],
  ) {
    const tau2 = Number(network.params.tau2Windows);
    this.#seekers = joining.flatMap((joins, host) => {
      const nodeId = members[host]?.nodeId as Id;
      return joins === undefined ? [] : [{ name: names[host] as string, nodeId, ready: joins + tau2 }];
    });
  }

  notice(_host: number, notice: Notice): void {
    if (notice.type !== 'final') return;
    const { window, state } = notice.record.settled;
    if (window <= this.#last) return;
    this.#last = window;
    for (const { nodeId } of this.#seekers) {
      const record = this.#entered.has(nodeId) ? undefined : state.node(nodeId);
      if (record !== undefined) this.#entered.set(nodeId, Number(record.startWindow));
    }
  }

  metrics(): Metrics {
    const metrics: Record<string, number> = {};
    for (const { name, nodeId, ready } of this.#seekers) {
      const entered = this.#entered.get(nodeId);
      metrics[`entered.${name}`] = entered ?? -1;
      metrics[`waited.${name}`] = (entered ?? this.#last) - ready;
    }
    return metrics;
  }
}
