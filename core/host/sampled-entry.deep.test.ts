import { afterEach, describe, expect, it, vi } from 'vitest';
import { concat, type Id, littleEndian } from '../bytes/bytes.ts';
import { hashId } from '../crypto/hash.ts';
import { isProven, proofWindows } from '../entry/waiting.ts';
import { JournalReader } from '../journal/container.ts';
import { troubleInWords } from '../journal/difference.ts';
import { HostRecorder } from '../journal/recorder.ts';
import { HostReplay } from '../journal/replay.ts';
import { cheapVerify } from '../operations/accounts.suite.ts';
import { Bodies } from '../participant/bodies.ts';
import type { ChainJob } from '../participant/types.ts';
import type { State } from '../state/view.ts';
import type { Message } from '../wire/messages.ts';
import { Net, type NetOptions, type Seat } from './net.suite.ts';

/*
 * Candidates that enter where chains are too long to be hashed again (05 D-E5): four nodes, τ₂ = 8, so that 2^23 + 1 iterations a
 * window are too many. They are not hashed: a stretch is one hash of where it begins and how long it is.
 */

const TAU2 = 8;
const hashed = ({ from, iterations }: ChainJob): Id => hashId('mt-app', from, littleEndian(iterations, 8));
const LONG: NetOptions = { candidates: 1, d0: 2 ** 23 + 1, iteration: 7, hashed };

/** Seats of candidates. */
const FIRST = 4;
const SECOND = 5;

const at = (net: Net, index: number): Seat => net.seats[index] as Seat;
const windowOf = (net: Net, index = 0): number => at(net, index).finals.at(-1)?.settled.window ?? -1;
const stateOf = (net: Net): State => (at(net, 0).finals.at(-1) ?? { settled: net.genesis }).settled.state;
const isNode = (net: Net, index: number): boolean => stateOf(net).node(at(net, index).nodeId) !== undefined;
const isWaiting = (net: Net, index: number): boolean => {
  const candidate = stateOf(net).candidate(at(net, index).nodeId);
  return candidate !== undefined && !isProven(candidate);
};
const said = (net: Net, index: number, kind: string) => at(net, index).said.filter((object) => object.kind === kind);

/** The window that is final once the condition holds, with a minute of network time for each; undefined: not by `last`. */
const windowWhen = (net: Net, condition: () => boolean, last: number): number | undefined =>
  net.until(() => condition() || windowOf(net) > last, 120 * (last + 2)) && condition() ? windowOf(net) : undefined;

const started = (options: Partial<NetOptions> = {}): Net => {
  const net = new Net(4, 0, { ...LONG, ...options });
  net.startAlone();
  return net;
};

const hasOpenings = (message: Message): boolean =>
  message.type === 'object'
    ? message.object.kind === 'openings'
    : message.type === 'object-response' && message.objects.some(({ kind }) => kind === 'openings');

/** What a seat has to open reaches nobody. */
const withholds = (net: Net, index: number): void => {
  net.passes = (message, from) => from !== index || !hasOpenings(message);
};

/** The round every window was decided in, at seat 0: 1 where nobody waited for anything. */
const rounds = (net: Net): readonly number[] => at(net, 0).finals.map(({ certificate }) => certificate[0]?.round ?? 0);

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a candidate under `sampled`', () => {
  it('is taken unproven, opens, is checked by everybody, listed again and admitted', () => {
    const net = started();
    const taken = windowWhen(net, () => isWaiting(net, FIRST), 20) as number;
    expect(taken).toBe(TAU2 + 1);
    const record = stateOf(net).candidate(at(net, FIRST).nodeId);
    const [registration] = said(net, FIRST, 'registration');
    expect(record).toMatchObject({ registrationWindow: 0n, proofEndpoint: registration?.id });
    expect(record?.expires).toBe(BigInt(taken) + proofWindows(BigInt(TAU2)));
    // Eight segments at most, one in about a window; then the list, and a slot in every window.
    const admitted = windowWhen(net, () => isNode(net, FIRST), taken + 12) as number;
    expect(admitted).toBeGreaterThan(taken + 1);
    expect(said(net, FIRST, 'openings')).toHaveLength(1);
    const lists = at(net, 0).finals.flatMap(({ settled, entry }) =>
      entry.registrations.map((id) => [settled.window, id]),
    );
    expect(lists).toEqual([
      [taken, registration?.id],
      [admitted, registration?.id],
    ]);
    // Admitted in the window that proved it, under `mesh`: it received that emission.
    const { operator } = at(net, FIRST);
    expect(operator).toBeDefined();
    const node = stateOf(net).node(at(net, FIRST).nodeId);
    expect(stateOf(net).account(node?.operatorAccountId ?? '')?.balance).toBe(13_000_000_000n);
    expect(rounds(net).every((round) => round === 1)).toBe(true);
    expect(windowWhen(net, () => said(net, FIRST, 'bundle').length > 0, admitted + 3)).toBeDefined();
  });

  it('that crashed after its registration opens when it is back', () => {
    const net = started();
    net.until(() => said(net, FIRST, 'registration').length > 0, 1_200);
    net.until(() => false, 1);
    net.crash(FIRST);
    const taken = windowWhen(net, () => isWaiting(net, FIRST), 12) as number;
    expect(windowWhen(net, () => windowOf(net) > taken, taken + 2)).toBe(taken + 1);
    expect(said(net, FIRST, 'openings')).toEqual([]);
    net.restart(FIRST);
    expect(windowWhen(net, () => isNode(net, FIRST), taken + 20)).toBeDefined();
    // Before it caught up it did not know: the same bytes again.
    expect(new Set(said(net, FIRST, 'registration').map(({ id }) => id)).size).toBe(1);
  });

  it('says its openings again for validators that restarted', () => {
    const net = started();
    const taken = windowWhen(net, () => isWaiting(net, FIRST), 20) as number;
    windowWhen(net, () => windowOf(net) > taken, taken + 1);
    for (const index of [1, 2]) {
      net.crash(index);
      net.restart(index);
    }
    const admitted = windowWhen(net, () => isNode(net, FIRST), taken + 30) as number;
    // Without them the other two are no quorum: they begin when the openings come again.
    expect(admitted).toBeGreaterThan(taken + 8);
    expect(said(net, FIRST, 'openings').length).toBeGreaterThan(1);
  });
});

describe('openings that are withheld', () => {
  it('cost nobody anything: an honest candidate enters as soon as without, and the record expires', () => {
    const alone = started();
    const admitted = windowWhen(alone, () => isNode(alone, FIRST), 30) as number;
    const net = started({ candidates: 2 });
    withholds(net, SECOND);
    expect(windowWhen(net, () => isNode(net, FIRST), admitted)).toBe(admitted);
    expect(isWaiting(net, SECOND)).toBe(true);
    expect(said(net, SECOND, 'openings').length).toBeGreaterThan(0);
    const { expires = 0n } = stateOf(net).candidate(at(net, SECOND).nodeId) ?? {};
    expect(windowWhen(net, () => !isWaiting(net, SECOND), Number(expires))).toBe(Number(expires));
    expect(isNode(net, SECOND)).toBe(false);
    expect(rounds(net).every((round) => round === 1)).toBe(true);
  });

  /** A planted rule, the specification's letter: a proposal with a registration is judged only with its openings at hand. */
  const plantLetter = (seen: (registration: Id) => boolean): void => {
    const body = Bodies.prototype.operation;
    vi.spyOn(Bodies.prototype, 'operation').mockImplementation(function (this: Bodies, id) {
      const object = body.call(this, id);
      return object?.kind === 'registration' && !seen(object.id) ? undefined : object;
    });
  };

  it('halt the network under the letter: no proposal of the window that lists the registration can be judged', () => {
    plantLetter(() => false);
    const net = started();
    expect(windowWhen(net, () => windowOf(net) === TAU2, TAU2)).toBe(TAU2);
    // An hour more, and many rounds: no window.
    net.until(() => false, 3_600);
    expect(windowOf(net)).toBe(TAU2);
    expect(at(net, 0).participant?.session.rounds.round).toBeGreaterThan(4);
  });

  it('do not where the same rule has them at hand', () => {
    let asked = 0;
    plantLetter(() => asked++ >= 0);
    const net = started();
    expect(windowWhen(net, () => windowOf(net) === TAU2 + 3, TAU2 + 3)).toBe(TAU2 + 3);
    expect(asked).toBeGreaterThan(0);
  });
});

describe('a chain with a segment that was not hashed', () => {
  it('is opened, found broken by everybody, never listed again, and blamed on nobody who passed it on', () => {
    let penalties = 0;
    const net = started({
      hashed: (job, { index }) =>
        index === FIRST && job.type === 'candidate' && job.window > 1 ? hashId('mt-app', job.from) : hashed(job),
    });
    const taken = windowWhen(net, () => isWaiting(net, FIRST), 20) as number;
    const { expires = 0n } = stateOf(net).candidate(at(net, FIRST).nodeId) ?? {};
    expect(windowWhen(net, () => !isWaiting(net, FIRST), Number(expires))).toBe(Number(expires));
    expect(Number(expires)).toBe(taken + 4 * TAU2);
    for (const seat of net.seats) penalties += seat.penalties.length;
    expect(penalties).toBe(0);
    expect(isNode(net, FIRST)).toBe(false);
    expect(at(net, 0).finals.flatMap(({ entry }) => entry.registrations)).toHaveLength(1);
  });
});

describe('the journals of such a run', () => {
  it('replay to the same effects: of a candidate that crashes in between, and of a node that checks', () => {
    const parts = new Map<number, Uint8Array[]>([
      [0, []],
      [FIRST, []],
    ]);
    const recorders = new Map<number, HostRecorder>();
    const net = started({
      recorder: (seat, made) => {
        const sink = parts.get(seat.index);
        if (sink === undefined) return undefined;
        const known = recorders.get(seat.index);
        if (known !== undefined) return known;
        const setting = {
          name: `seat ${seat.index}`,
          genesis: made.paramsBytes,
          nodes: [],
          publicKey: seat.key.publicKey,
          entry: seat.operator && { operator: seat.operator.publicKey, from: 0 },
          timers: 'ordinary' as const,
          adoption: 'bundles' as const,
          stem: false,
          fastSync: true,
          checkpoint: undefined,
          suite: 'cheap',
          secret: new Uint8Array(0),
        };
        const recorder = new HostRecorder(setting, (bytes) => sink.push(bytes));
        recorders.set(seat.index, recorder);
        return recorder;
      },
    });
    net.until(() => said(net, FIRST, 'registration').length > 0, 1_200);
    net.until(() => false, 1);
    net.crash(FIRST);
    const taken = windowWhen(net, () => isWaiting(net, FIRST), 12) as number;
    net.restart(FIRST);
    const admitted = windowWhen(net, () => isNode(net, FIRST), taken + 20);
    expect(admitted).toBeDefined();
    for (const [index, sink] of parts) {
      recorders.get(index)?.end();
      const reader = new JournalReader();
      const replay = new HostReplay({ verifier: (suite) => (suite === 'cheap' ? cheapVerify : undefined) });
      for (const block of reader.push(concat(...sink))) {
        const trouble = replay.take(block);
        expect(trouble === undefined ? '' : troubleInWords(trouble)).toBe('');
      }
      expect(reader.finish().type).toBe('whole');
      expect(replay.windows).toBe(at(net, index).finals.length);
    }
  });
});
