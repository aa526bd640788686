import { beforeAll, describe, expect, test } from 'vitest';
import type { Id } from '#core/bytes/bytes.ts';
import type { Evidence, Header, Vote } from '#core/consensus/objects.ts';
import type { Message } from '#core/wire/messages.ts';
import type { MontanaShape } from '#sim/run/adapter.ts';
import type { RunResult } from '#sim/run/result.ts';
import { Run } from '#sim/run/run.ts';
import { EVERYTHING_HOLDS, type ScenarioInput } from '#sim/run/scenario.ts';
import { hostNames, parseScenario } from '#sim/run/settings.ts';
import { linkEnds } from '#sim/world/connection.ts';
import type { Port } from '#sim/world/strategy.ts';
import { HAPPENINGS, type Input } from '#sim/world/types.ts';
import { Coalition } from './coalition.ts';
import { EquivocatingLeader } from './equivocating-leader.ts';

type Type = 'equivocating-leader' | 'equivocating-voters';

/** The first `members` of the hosts conspire; n000 among them leads windows 0 and 1. */
const scenario = (type: Type, nodes: number, members: number, changes: Partial<ScenarioInput> = {}) =>
  parseScenario(
    {
      title: 'Two ways',
      claim: 'None.',
      nodes,
      windows: 2,
      hosts: [{ count: nodes, spread: 10 }],
      network: { links: 4 },
      workload: { transfers: 2 },
      adversary: [{ type, hosts: hostNames(nodes).slice(0, members) }],
      expect: EVERYTHING_HOLDS,
      ...changes,
    } satisfies ScenarioInput,
    'two ways',
  );

/** What the members of a run sent to whom, and what became of it. */
class Seen {
  readonly result: RunResult;
  /** Proposal made final, by window and honest host. */
  readonly final = new Map<number, Map<number, Id>>();
  readonly evidence: Evidence[] = [];
  readonly penalties = new Set<string>();
  /** Headers and votes of members, by the half they were sent to. */
  readonly headers: readonly [Set<Header>, Set<Header>] = [new Set(), new Set()];
  readonly votes: readonly [Set<Vote>, Set<Vote>] = [new Set(), new Set()];
  /** Identifiers that members told each half of. */
  readonly told: readonly [Set<Id>, Set<Id>] = [new Set(), new Set()];
  readonly nodes: readonly Id[];
  readonly #members: number;

  constructor(type: Type, nodes: number, members: number, changes: Partial<ScenarioInput> = {}) {
    this.#members = members;
    const run = new Run(scenario(type, nodes, members, changes), {
      happenings: (_at, what, who, _content, subject) => {
        if (what !== HAPPENINGS.send) return;
        const { from, to } = linkEnds(who);
        if (from < members && to >= members) this.#sent(this.half(to), subject as Message);
      },
      watch: (host, notice) => {
        if (host < members) return;
        if (notice.type === 'penalty') this.penalties.add(notice.reason);
        else if (notice.type === 'evidence') this.evidence.push(notice.evidence);
        else if (notice.type === 'final') {
          const { window, side } = notice.record.settled;
          this.final.set(window, (this.final.get(window) ?? new Map()).set(host, side.proposalHash));
        }
      },
    });
    this.nodes = run.genesis.network.founders.filter((node) => (run.hostOf(node) as number) < members);
    this.result = run.finish();
  }

  half(host: number): 0 | 1 {
    return ((host - this.#members) % 2) as 0 | 1;
  }

  /** What each half made final in a window. */
  finals(window: number): readonly [readonly Id[], readonly Id[]] {
    const hosts = [...(this.final.get(window) ?? [])];
    const of = (half: number): readonly Id[] => [
      ...new Set(hosts.filter(([host]) => this.half(host) === half).map(([, id]) => id)),
    ];
    return [of(0), of(1)];
  }

  violated(): readonly string[] {
    return this.result.properties.filter(({ observed }) => observed === 'violated').map(({ name }) => name);
  }

  #sent(half: 0 | 1, message: Message): void {
    const objects =
      message.type === 'object' ? [message.object] : message.type === 'object-response' ? message.objects : [];
    for (const object of objects) {
      if (object.kind === 'proposal') this.headers[half].add(object.header);
      else if (object.kind === 'vote') this.votes[half].add(object);
    }
    if (message.type === 'announce') for (const { id } of message.names) this.told[half].add(id);
  }
}

const headersOf = (seen: Seen, half: 0 | 1, window: number): readonly Id[] => [
  ...new Set(
    [...seen.headers[half]]
      .filter((header) => header.window === window && seen.nodes.includes(header.proposerNodeId))
      .filter(({ fallbackDepth }) => fallbackDepth === 1)
      .map(({ id }) => id),
  ),
];

/** Whatever the members did, nothing of it was signed with another's key, and a half saw one of two only. */
const keepsToItsKeys = (seen: Seen): void => {
  expect(seen.penalties).not.toContain('InvalidSignature');
  expect(seen.result.properties.find(({ name }) => name === 'one-signature-per-slot')?.observed).toBe('holds');
  for (const { signer } of seen.evidence) expect(seen.nodes).toContain(signer);
};

const showsTwoFaces = (seen: Seen, window: number): void => {
  const [first, second] = [headersOf(seen, 0, window), headersOf(seen, 1, window)];
  expect([first.length, second.length]).toEqual([1, 1]);
  expect(first).not.toEqual(second);
  for (const id of second) expect(seen.told[0]).not.toContain(id);
  for (const id of first) expect(seen.told[1]).not.toContain(id);
};

const isTheSame = (type: Type, members: number): void => {
  const digest = (changes: Partial<ScenarioInput> = {}): string =>
    new Run(scenario(type, 10, members, changes), {}).finish().traceDigest;
  const first = digest();
  expect(digest({ wire: true, memo: false })).toBe(first);
  expect(new Run(scenario(type, 10, members), { reverseHosts: true }).finish().traceDigest).toBe(first);
  expect(digest({ seed: 2 })).not.toBe(first);
};

describe('an equivocating leader', () => {
  describe('where the first valid proposal is final', () => {
    let seen: Seen;
    beforeAll(() => {
      seen = new Seen('equivocating-leader', 10, 1, { rules: { finality: 'first-valid' } });
    });

    test('makes each half another proposal final, with two messages', () => {
      const [first, second] = seen.finals(0);
      expect([first.length, second.length]).toEqual([1, 1]);
      expect(first).not.toEqual(second);
      expect(seen.final.get(0)?.size).toBe(9);
      // What each half makes final follows the rules all the same.
      expect(seen.violated()).toEqual(['agreement', 'equal-roots', 'promise-kept']);
    });

    test('shows no half the proposal of the other, and signs for itself alone', () => {
      showsTwoFaces(seen, 0);
      keepsToItsKeys(seen);
    });
  });

  describe('where votes decide', () => {
    let seen: Seen;
    beforeAll(() => {
      seen = new Seen('equivocating-leader', 10, 1);
    });

    test('loses its round and is convicted by every honest node; all properties hold', () => {
      expect(seen.violated()).toEqual([]);
      // Windows 0 and 1, nine honest nodes.
      expect(seen.evidence.map(({ evidenceKind }) => evidenceKind)).toEqual(new Array(18).fill(3));
      expect(seen.result.metrics.roundOneShare).toBeLessThan(0.5);
      // What its own machine finds does not count.
      expect(seen.result.metrics.evidence).toBe(18);
    });

    test('shows no half the proposal of the other, and signs for itself alone', () => {
      for (const window of [0, 1]) showsTwoFaces(seen, window);
      keepsToItsKeys(seen);
    });
  });

  test('needs a bundle to spare: with three nodes Q = 3, with four as well', () => {
    expect(new Seen('equivocating-leader', 3, 1, { windows: 1 }).evidence).toEqual([]);
    expect(new Seen('equivocating-leader', 4, 1, { windows: 1 }).evidence.length).toBeGreaterThan(0);
  });

  test('has one history for one seed, through bytes and without the memo', () => {
    isTheSame('equivocating-leader', 1);
  });
});

/** Ten nodes of equal weight: Q = ⌈6.7 w⌉ of 10 w, so three are safe and four are 2Q − A in window 0 (09 §11.1). */
describe('equivocating voters', () => {
  describe('with b = 2Q − A', () => {
    let seen: Seen;
    beforeAll(() => {
      seen = new Seen('equivocating-voters', 10, 4);
    });

    test('make each half another proposal final', () => {
      const [first, second] = seen.finals(0);
      expect([first.length, second.length]).toEqual([1, 1]);
      expect(first).not.toEqual(second);
      expect(seen.violated()).toEqual(expect.arrayContaining(['agreement', 'equal-roots', 'promise-kept']));
      for (const name of ['validity', 'supply', 'certificate-weight']) expect(seen.violated()).not.toContain(name);
    });

    test('show a half its own proposal and votes for it alone, with their own keys', () => {
      showsTwoFaces(seen, 0);
      keepsToItsKeys(seen);
      for (const half of [0, 1] as const) {
        const [shown] = headersOf(seen, half, 0);
        const votes = [...seen.votes[half]].filter(({ window, nodeId }) => window === 0 && seen.nodes.includes(nodeId));
        expect(new Set(votes.map(({ proposalHash }) => proposalHash))).toEqual(new Set([shown]));
        // Four members, two phases.
        expect(new Set(votes.map(({ id }) => id)).size).toBe(8);
      }
    });
  });

  describe('with b = 2Q − A − 1', () => {
    let seen: Seen;
    beforeAll(() => {
      seen = new Seen('equivocating-voters', 10, 3, { windows: 5 });
    });

    test('vote both ways all the same, and break nothing', () => {
      showsTwoFaces(seen, 0);
      keepsToItsKeys(seen);
      expect(seen.evidence.some(({ evidenceKind }) => evidenceKind === 2)).toBe(true);
      expect(seen.violated()).toEqual([]);
    });
  });

  test('have one history for one seed, through bytes and without the memo', () => {
    isTheSame('equivocating-voters', 3);
  });
});

test('an equivocator keeps a connection to every other host: whom it has lost it dials again', () => {
  const nodeId = 'aa'.repeat(32);
  const key = { publicKey: new Uint8Array(0), sign: () => new Uint8Array(0) };
  const coalition = new Coalition([{ host: 0, nodeId }], 3);
  const leader = new EquivocatingLeader({ host: 0, nodeId, key, coalition, hosts: 3 });
  const dialled: string[] = [];
  const port: Port<MontanaShape> = {
    now: 0,
    deliver: () => {},
    perform: (effect, delay) => dialled.push(effect.type === 'dial' ? `${effect.host} in ${delay}` : effect.type),
    wake: () => {},
  };
  const told = (...inputs: readonly Input<MontanaShape>[]): readonly string[] => {
    dialled.length = 0;
    for (const input of inputs) leader.input(input, port);
    return [...dialled];
  };
  const up = (peer: number, host: number) => ({ type: 'peer-up', peer, host, dialled: false }) as const;
  expect(told(up(0, 1), up(1, 1), { type: 'peer-down', peer: 0 }, { type: 'dial-failed', host: 1 })).toEqual([]);
  expect(told({ type: 'peer-down', peer: 1 })).toEqual(['1 in 1000000']);
  expect(told({ type: 'dial-failed', host: 1 }, { type: 'dial-failed', host: 2 })).toEqual([
    '1 in 1000000',
    '2 in 1000000',
  ]);
  expect(told({ type: 'dial-failed', host: 0 })).toEqual([]);
});
