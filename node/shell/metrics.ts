import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Ready, Status } from '#node/api/schemas.ts';
import { bytesIn } from '#node/store/store-files.ts';

/** Seconds of a window: about those of a devnet, and of the main network. */
const BUCKETS = [0.5, 1, 2, 5, 10, 20, 40, 50, 55, 60, 65, 70, 80, 100, 120, 180, 300, 600];

/** A value for each set of labels; without labels a single one. */
type Values = number | readonly (readonly [Readonly<Record<string, string>>, number])[];

interface Figure {
  readonly help: string;
  /** A count since the start of the process; else a value that goes up and down. */
  readonly isCount?: true;
  readonly labels?: readonly string[];
  of(status: Status, ready: Ready): Values;
}

const byReason = (counts: Readonly<Record<string, number>>): Values =>
  Object.entries(counts).map(([reason, count]) => [{ reason }, count]);

const inAndOut = (into: number, out: number): Values => [
  [{ direction: 'in' }, into],
  [{ direction: 'out' }, out],
];

/** All of them, by name; a status holds what they say. */
const FIGURES: Readonly<Record<string, Figure>> = {
  montana_ready: { help: 'Whether the node is at the head of its network', of: (_, { ready }) => Number(ready) },
  montana_window: { help: 'The open window', of: ({ standing }) => standing.window },
  montana_round: { help: 'The round of the open window', of: ({ standing }) => standing.round },
  montana_final_window: { help: 'The last final window; -1: none', of: ({ standing }) => standing.finalWindow },
  montana_head_lag_windows: {
    help: 'Final windows that others have more, as they say',
    of: ({ standing }, { heard }) => Math.max(0, (heard ?? -1) - standing.finalWindow),
  },
  montana_catch_up_done: {
    help: 'While the node catches up: how much of the phase is done',
    labels: ['phase'],
    of: ({ catchUp }) => (catchUp === null ? [] : [[{ phase: catchUp.phase }, catchUp.done]]),
  },
  montana_catch_up_goal: {
    help: 'While the node catches up: how much the phase is in all',
    labels: ['phase'],
    of: ({ catchUp }) => (catchUp === null ? [] : [[{ phase: catchUp.phase }, catchUp.total]]),
  },
  montana_hash_rate: { help: 'Iterations of the timechain a second', of: ({ hashRate }) => hashRate },
  montana_difficulty: { help: 'Iterations of the open window', of: ({ difficulty }) => difficulty },
  montana_peers: {
    help: 'Links that are open',
    labels: ['direction', 'level'],
    of({ peers }) {
      const levels = ['node', 'candidate', 'account'] as const;
      return levels.flatMap((level) =>
        (['in', 'out'] as const).map((direction) => {
          const count = peers.filter(
            (peer) => peer.level === level && peer.isOutgoing === (direction === 'out'),
          ).length;
          return [{ direction, level }, count] as const;
        }),
      );
    },
  },
  montana_known_nodes: { help: 'Nodes it knows how to reach', of: ({ known }) => known },
  montana_banned_nodes: { help: 'Nodes that may not come back yet', of: ({ banned }) => banned },
  montana_final_windows_total: {
    help: 'Windows that became final',
    isCount: true,
    of: ({ counters }) => counters.finalWindows,
  },
  montana_final_operations_total: {
    help: 'Operations of final windows',
    isCount: true,
    of: ({ counters }) => counters.operationsFinal,
  },
  montana_messages_total: {
    help: 'Messages of links',
    isCount: true,
    labels: ['direction'],
    of: ({ counters }) => inAndOut(counters.messagesIn, counters.messagesOut),
  },
  montana_bytes_total: {
    help: 'Bytes of messages of links',
    isCount: true,
    labels: ['direction'],
    of: ({ counters }) => inAndOut(counters.bytesIn, counters.bytesOut),
  },
  montana_links_opened_total: { help: 'Links that opened', isCount: true, of: ({ counters }) => counters.linksOpened },
  montana_links_closed_total: {
    help: 'Links that ended',
    isCount: true,
    labels: ['reason'],
    of: ({ reasons }) => byReason(reasons.closed),
  },
  montana_dials_failed_total: { help: 'Dials that failed', isCount: true, of: ({ counters }) => counters.dialsFailed },
  montana_refused_total: {
    help: 'Connections from outside that became no link',
    isCount: true,
    labels: ['reason'],
    of: ({ reasons }) => byReason(reasons.refused),
  },
  montana_penalties_total: {
    help: 'Messages that broke a rule',
    isCount: true,
    labels: ['reason'],
    of: ({ reasons }) => byReason(reasons.penalties),
  },
};

/** A figure in `registers`, and how it is set. */
const registered = (name: string, { help, isCount, labels = [], of }: Figure, registers: Registry[]) => {
  const options = { name, help, labelNames: [...labels], registers };
  const metric = isCount ? new Counter(options) : new Gauge(options);
  return (status: Status, ready: Ready): void => {
    const values = of(status, ready);
    metric.reset();
    for (const [named, value] of typeof values === 'number' ? [[{}, values] as const] : values)
      metric.inc(named, value);
  };
};

/** A node's figures as Prometheus reads them, in a registry of its own. What others count is set when somebody asks. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #windowSeconds: Histogram;
  readonly #set: readonly ((status: Status, ready: Ready) => void)[];
  #finalAt: number | undefined;

  /** `folder`: where the store is. */
  constructor(folder: string) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#windowSeconds = new Histogram({
      name: 'montana_window_seconds',
      help: 'Seconds from one final window to the next, of a node at the head',
      buckets: BUCKETS,
      registers,
    });
    const size: Figure = {
      help: 'Bytes of the files of the store',
      of: () => bytesIn(folder),
    };
    const all = { ...FIGURES, montana_store_bytes: size };
    this.#set = Object.entries(all).map(([name, figure]) => registered(name, figure, registers));
  }

  /** A window is final. Windows that are caught up with say nothing of the network's pace. */
  final(isAtHead: boolean, now = performance.now()): void {
    if (isAtHead && this.#finalAt !== undefined) this.#windowSeconds.observe((now - this.#finalAt) / 1_000);
    this.#finalAt = isAtHead ? now : undefined;
  }

  /** Text of Prometheus, 0.0.4. */
  async text(status: Status, ready: Ready): Promise<string> {
    for (const set of this.#set) set(status, ready);
    return this.#registry.metrics();
  }
}
