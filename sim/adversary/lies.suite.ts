import type { Suite } from '#core/crypto/suite.ts';
import type { FinalRecord, Meter } from '#core/participant/types.ts';
import { Sync } from '#core/sync/sync.ts';
import type { Settled } from '#core/transition/settled.ts';
import type { Message, Status } from '#core/wire/messages.ts';
import { Stream } from '#sim/kernel/streams.ts';
import { makeFounders } from '#sim/run/founders.ts';
import { Run } from '#sim/run/run.ts';
import { suiteOf } from '#sim/run/setup.ts';
import { small } from '#sim/run/small.suite.ts';
import { InventedHistory } from './invented-history.ts';
import type { Answer, Lie, Request } from './lying-server.ts';

/** Nodes of the invented history beside the founders; windows of the true one. */
export const NODES = 16;
export const WINDOWS = 6;
const TAU2 = 8;
const LATENCY = 100_000;
const SECOND = 1_000_000;

export const CHEAP = { profile: { tau2: TAU2, d0: 256 }, faults: [] };

/** Five founders, what really happened, and what the first of them made up. */
export interface Histories {
  readonly suite: Suite;
  readonly genesis: Settled;
  readonly truth: readonly FinalRecord[];
  readonly root: string;
  readonly history: InventedHistory;
}

export const meter = (): Meter => ({ verifications: 0, signatures: 0, hashes: 0, records: 0 });

export const inventedBy = (genesis: Settled, suite: Suite, nodes: number, keys: string): InventedHistory => {
  const [founder] = makeFounders(1, suite);
  if (founder === undefined) throw new Error('no founder');
  const { nodeId, node: key } = founder;
  const farm = { tau2: TAU2, suite, keys: new Stream(keys) };
  return new InventedHistory({ start: genesis, founder: { nodeId, key }, nodes, ...farm });
};

export const histories = (): Histories => {
  const founders = { nodes: 5, hosts: [{ count: 5, spread: 5 }], network: { links: 4 } };
  const scenario = small({ ...CHEAP, ...founders, windows: WINDOWS - 1, workload: { transfers: 2 } });
  const truth: FinalRecord[] = [];
  const run = new Run(scenario, {
    watch: (host, notice) => {
      if (host === 0 && notice.type === 'final' && truth.length < WINDOWS) truth.push(notice.record);
    },
  });
  run.finish();
  const { genesis } = run;
  const suite = suiteOf(scenario, '1');
  const root = (truth.at(-1) as FinalRecord).settled.state.stateRoot();
  return { suite, genesis, truth, root, history: inventedBy(genesis, suite, NODES, 'invented') };
};

const honest = (truth: readonly FinalRecord[], request: Exclude<Request, { type: 'snapshot-request' }>): Answer => {
  const { requestId } = request;
  switch (request.type) {
    case 'archive-request': {
      const { fromWindow, count } = request;
      return {
        type: 'archive-response',
        requestId,
        entries: truth.slice(fromWindow, fromWindow + count).map(({ entry }) => entry),
      };
    }
    case 'object-request': {
      const bodies = truth.flatMap(({ operations }) => operations);
      const objects = bodies.filter(({ id }) => request.names.some((name) => name.id === id));
      return { type: 'object-response', requestId, objects, stopped: false };
    }
    case 'proof-request': {
      const { window, phase, proposalHash, from } = request;
      const votes = truth[window]?.certificate ?? [];
      const signatures = votes.slice(from).map(({ nodeId, signature }) => ({ nodeId, signature }));
      return {
        type: 'proof-response',
        requestId,
        window,
        phase,
        round: votes[0]?.round ?? 0,
        proposalHash,
        total: votes.length,
        from,
        signatures,
      };
    }
  }
};

const status: Status = { type: 'status', window: WINDOWS, round: 0, finalHash: '', validRound: 0, validHash: '' };

/** Of a few windows. */
const never = (): never => {
  throw new Error('a snapshot');
};

export interface Journey {
  /** The last window adopted, and its state root. */
  readonly window: number;
  readonly root: string;
  readonly seconds: number;
  readonly blamed: readonly string[];
  /** Peers asked, in the order of the first request. */
  readonly asked: readonly number[];
}

/** A joiner that knows peers with these lies, in this order; undefined: an honest one. An hour at most. */
export const journey = ({ genesis, truth, suite }: Histories, lies: readonly (Lie | undefined)[]): Journey => {
  let trusted = genesis;
  let now = 0;
  let timer: number | undefined;
  const blamed: string[] = [];
  const asked = new Set<number>();
  const underway: { readonly at: number; readonly peer: number; readonly answer: Message }[] = [];
  const sync: Sync = new Sync({
    tools: { verify: suite.verify, meter: meter() },
    certified: true,
    trusted: () => trusted,
    stopped: () => false,
    send: (peer, message) => {
      asked.add(peer);
      const lie = lies[peer];
      const request = message as Exclude<Request, { type: 'snapshot-request' }>;
      for (const said of lie?.instead?.(request) ?? [honest(truth, request)]) {
        const answer = lie?.altered?.(said) ?? said;
        underway.push({ at: now + LATENCY + (lie?.delay?.(answer) ?? 0), peer, answer });
      }
    },
    timer: (at) => {
      timer = at;
    },
    adopt: (records) => {
      trusted = (records.at(-1) as FinalRecord).settled;
    },
    penalty: (_, reason) => blamed.push(reason),
    fastSync: false,
    checkpoint: undefined,
    ...{ staging: never, work: never, adoptSnapshot: never, progress: never, advice: never },
  });
  lies.forEach((lie, peer) => {
    sync.status(peer, lie?.status?.(status) ?? status, now);
  });
  while (trusted.window < WINDOWS - 1 && now < 3_600 * SECOND) {
    underway.sort((a, b) => a.at - b.at);
    const [next] = underway;
    if (next !== undefined && next.at <= (timer ?? next.at)) {
      underway.shift();
      now = next.at;
      sync.message(next.peer, next.answer, now);
    } else if (timer !== undefined) {
      now = timer;
      timer = undefined;
      sync.timer(now);
    } else break;
  }
  return { window: trusted.window, root: trusted.state.stateRoot(), seconds: now / SECOND, blamed, asked: [...asked] };
};

/** Four that lie, and an honest one. */
export const four = (lie: () => Lie): readonly (Lie | undefined)[] => [lie(), lie(), lie(), lie(), undefined];
