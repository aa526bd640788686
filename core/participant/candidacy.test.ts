import { beforeEach, describe, expect, test } from 'vitest';
import type { Id } from '../bytes/bytes.ts';
import type { Openings, Registration } from '../consensus/objects.ts';
import { nodeId } from '../crypto/ids.ts';
import { candidateChainAt, type History } from '../entry/candidate-chain.ts';
import { slowChain } from '../entry/chains.suite.ts';
import { checkpointTree } from '../entry/checkpoint-tree.ts';
import { fullProofHolds } from '../entry/entry-proof.ts';
import { validateRegistration } from '../entry/registration-rules.ts';
import { sampledProofFault } from '../entry/sampled-proof.ts';
import { MemoryTables } from '../entry/tables.suite.ts';
import { unprovenCandidate } from '../entry/waiting.ts';
import { simulation } from '../genesis/profiles.ts';
import { MONTANA } from '../genesis/rules.ts';
import { cheapKey, cheapVerify, idOf, ownId } from '../operations/accounts.suite.ts';
import type { CandidateRecord } from '../state/records.ts';
import type { OpenWindow } from '../transition/open-window.ts';
import { Candidacy, type CandidacyStep } from './candidacy.ts';
import type { CandidateChain, ChainJob } from './types.ts';

const TAU2 = 8;
const params = { ...simulation({ founders: 1, tau2Windows: TAU2 }), reserved: 0n };
const node = cheapKey(1);
const operator = cheapKey(2);
const own = nodeId(node.publicKey);

const history: History = (window) =>
  window < 0 ? undefined : { timechainValue: idOf(window), aggregate: idOf(1_000 + window), d: 2 + (window % 3) };

interface Setting {
  /** Candidates in the pool, and active nodes: by default nobody waits. */
  readonly pool?: number;
  readonly active?: number;
  readonly isNode?: boolean;
  readonly isPooled?: boolean;
}

/** The open window, as far as a candidate looks at it. The last 4τ₂ windows are remembered. */
const open = (
  window: number,
  { pool = 0, active = 200, isNode = false, isPooled = false }: Setting = {},
): OpenWindow => {
  const from = Math.max(0, window - 4 * TAU2);
  const past = Array.from({ length: window - from }, (_, i) => ({ window: from + i, ...history(from + i) }));
  const state = {
    node: () => (isNode ? {} : undefined),
    candidate: () => (isPooled ? {} : undefined),
    candidates: () => Array.from({ length: pool }, (_, i) => ({ nodeId: idOf(i) })),
  };
  const network = { params, rules: MONTANA };
  return {
    window,
    settled: { window: window - 1, network, state, side: { past } },
    roster: { members: { length: active } },
  } as unknown as OpenWindow;
};

const meter = { verifications: 0, signatures: 0, hashes: 0, records: 0 };

/** A candidate whose hasher is done with a segment as soon as it has one. */
class Bench {
  readonly candidacy: Candidacy;
  job: ChainJob | undefined;
  readonly published: Registration[] = [];

  constructor(from = 0, chain?: CandidateChain) {
    this.candidacy = new Candidacy({ nodeId: own, node, operator, from, meter }, chain);
  }

  get length(): number {
    return (this.candidacy.chain?.checkpoints.length ?? 0) - 1;
  }

  /** Enters the window. What it publishes: the length claimed. */
  enter(window: number, setting?: Setting): number | undefined {
    return this.#take(this.candidacy.next(open(window, setting)));
  }

  /** The running segment is hashed. */
  hash(window: number, setting?: Setting): number | undefined {
    const job = this.job as ChainJob;
    this.job = undefined;
    const { from, iterations } = job;
    this.candidacy.done({ type: 'candidate', window: job.window, from, value: slowChain(from, iterations) });
    return this.#take(this.candidacy.next(open(window, setting)));
  }

  /** Enters windows up to this one, and hashes all that they allow. The lengths claimed, by window. */
  through(first: number, last: number, setting?: Setting): readonly (readonly [window: number, length: number])[] {
    const claims: (readonly [number, number])[] = [];
    for (let window = first; window <= last; window++) {
      const claimed = [this.enter(window, setting)];
      while (this.job !== undefined) claimed.push(this.hash(window, setting));
      for (const length of claimed) if (length !== undefined) claims.push([window, length]);
    }
    return claims;
  }

  /** A window is final whose control set holds what was published last. */
  refuse(): void {
    this.candidacy.closed(this.published.slice(-1));
  }

  #take({ cancel, begin, publish }: CandidacyStep): number | undefined {
    if (cancel !== undefined) expect(cancel).toBe(this.job);
    if (cancel !== undefined) this.job = undefined;
    if (begin !== undefined) this.job = begin;
    if (publish?.kind !== 'registration') return undefined;
    this.published.push(publish);
    return Number(publish.vdfChainLength);
  }
}

const lastOf = ({ published }: Bench): Registration => published.at(-1) as Registration;

describe('a candidate chain (05 §2, §8)', () => {
  test('begins in the last settled window, and gets a segment for each that is settled', () => {
    const bench = new Bench();
    bench.enter(0);
    expect(bench.candidacy.chain).toBeUndefined();
    bench.enter(1);
    const { wStart, checkpoints } = bench.candidacy.chain as CandidateChain;
    expect({ wStart, checkpoints }).toEqual({
      wStart: 0,
      checkpoints: candidateChainAt(history, 0, own, 0, slowChain),
    });
    expect(bench.job).toEqual({ type: 'candidate', window: 0, from: checkpoints[0], iterations: 2 });
    const { job } = bench;
    bench.enter(1);
    expect(bench.job).toBe(job);
    bench.hash(1);
    expect(bench.job).toBeUndefined();
    bench.enter(2);
    expect(bench.job).toMatchObject({ window: 1, iterations: 3 });
    // A slow one has more to do after this one.
    bench.enter(3);
    bench.hash(3);
    expect(bench.job).toMatchObject({ window: 2 });
    bench.hash(3);
    expect(bench.candidacy.chain?.checkpoints).toEqual(candidateChainAt(history, 0, own, 3, slowChain));
  });

  test('does not begin before its time', () => {
    const bench = new Bench(5);
    bench.through(0, 5);
    expect(bench.candidacy.chain).toBeUndefined();
    bench.enter(6);
    expect(bench.candidacy.chain?.wStart).toBe(5);
  });

  test('goes on after a restart from what was durable', () => {
    const bench = new Bench();
    bench.through(0, 5);
    const again = new Bench(0, bench.candidacy.chain);
    again.enter(6);
    expect(again.candidacy.chain).toEqual(bench.candidacy.chain);
    expect(again.job).toMatchObject({ window: 5, from: bench.candidacy.chain?.checkpoints.at(-1) });
  });

  test('takes no result that is not of the running segment', () => {
    const bench = new Bench();
    bench.enter(1);
    const chain = bench.candidacy.chain;
    bench.candidacy.done({ type: 'candidate', window: 0, from: idOf(9), value: idOf(10) });
    expect(bench.candidacy.chain).toBe(chain);
  });
});

describe('a registration (05 §3, §4, §8)', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  test('is published once the chain is long enough and τ₂ windows old, and is sound', () => {
    const before = meter.signatures;
    expect(bench.through(0, TAU2 - 1)).toEqual([]);
    expect(bench.length).toBe(TAU2 - 1);
    expect(bench.enter(TAU2)).toBeUndefined();
    expect(meter.signatures).toBe(before);
    expect(bench.hash(TAU2)).toBe(TAU2);
    expect(meter.signatures).toBe(before + 2);
    const registration = lastOf(bench);
    expect(registration).toMatchObject({ nodeId: own, operatorAccountId: ownId(operator), wStart: 0n });
    const proves = (): boolean => fullProofHolds(registration, TAU2, history, slowChain);
    const basis = { window: TAU2, activeNodes: 200, params };
    expect(validateRegistration(registration, new MemoryTables(), basis, cheapVerify, proves).fault).toBeUndefined();
    expect(fullProofHolds(registration, TAU2 - 2, history, slowChain)).toBe(false);
  });

  test('is as long as the pool asks for: exactly 1 % waiting is not more', () => {
    expect(bench.through(0, 20, { pool: 2 })).toEqual([[TAU2, TAU2]]);
    // 3 of 200: ⌊8 · 3 · 100 / 200⌋ = 12.
    expect(new Bench().through(0, 20, { pool: 3 })).toEqual([[12, 12]]);
  });

  test('that waits is not published again, until the pool asks for more', () => {
    expect(bench.through(0, 10)).toEqual([[TAU2, TAU2]]);
    expect(bench.through(11, 11, { pool: 3 })).toEqual([]);
    expect(bench.through(12, 13, { pool: 3 })).toEqual([[12, 12]]);
    expect(bench.through(14, 14)).toEqual([]);
  });

  test('that was refused is followed by a longer one', () => {
    bench.through(0, TAU2);
    bench.refuse();
    expect(bench.enter(TAU2)).toBeUndefined();
    expect(bench.enter(TAU2 + 1)).toBeUndefined();
    expect(bench.hash(TAU2 + 1)).toBe(TAU2 + 1);
    expect(lastOf(bench).id).not.toBe(bench.published[0]?.id);
    const proves = fullProofHolds(lastOf(bench), TAU2 + 1, history, slowChain);
    expect(proves).toBe(true);
  });

  test('of another node says nothing about this one', () => {
    bench.through(0, TAU2);
    bench.candidacy.closed([{ id: idOf(3) } as unknown as Registration]);
    expect(bench.through(TAU2 + 1, TAU2 + 2)).toEqual([]);
  });

  test('is of a chain at most 2τ₂ windows old: then a new one begins', () => {
    bench.through(0, 2 * TAU2);
    expect(bench.candidacy.chain?.wStart).toBe(0);
    bench.refuse();
    bench.enter(2 * TAU2 + 1);
    expect(bench.candidacy.chain?.wStart).toBe(2 * TAU2);
    expect(bench.through(2 * TAU2 + 1, 3 * TAU2)).toEqual([[3 * TAU2, TAU2]]);
  });

  test('may be of an older one while the pool asks for more', () => {
    // Required 3τ₂ = 24 windows, horizon 4τ₂ = 32: T and D are remembered that long, too.
    expect(bench.through(0, 32, { pool: 6 })).toEqual([[24, 24]]);
    expect(bench.candidacy.chain?.wStart).toBe(0);
    bench.enter(33, { pool: 6 });
    expect(bench.candidacy.chain?.wStart).toBe(32);
  });
});

describe('a node that is', () => {
  test('in the pool hashes no more, and begins again when its time is over', () => {
    const bench = new Bench();
    bench.through(0, TAU2);
    bench.enter(TAU2 + 1);
    expect(bench.job).toBeDefined();
    bench.enter(TAU2 + 1, { isPooled: true });
    expect([bench.job, bench.candidacy.chain]).toEqual([undefined, undefined]);
    expect(bench.through(TAU2 + 2, 40, { isPooled: true })).toEqual([]);
    bench.enter(41);
    expect(bench.candidacy.chain?.wStart).toBe(40);
    expect(bench.through(41, 60)).toEqual([[40 + TAU2, TAU2]]);
  });

  test('in the table seeks nothing, and begins again when it was pruned', () => {
    const bench = new Bench();
    expect(bench.through(0, 30, { isNode: true })).toEqual([]);
    expect(bench.candidacy.chain).toBeUndefined();
    bench.enter(31);
    expect(bench.candidacy.chain?.wStart).toBe(30);
  });
});

test('a chain that another history began is not gone on with', () => {
  const chain = { wStart: 3, checkpoints: [idOf(77)] as readonly Id[] };
  const bench = new Bench(0, chain);
  bench.enter(6);
  expect(bench.candidacy.chain?.wStart).toBe(5);
});

describe('under `sampled` (05 D-E5)', () => {
  /** The same network, its entry chains too long to be hashed again. */
  const long = (window: number, candidate?: CandidateRecord): OpenWindow => {
    const made = open(window);
    const { settled } = made;
    const network = { ...settled.network, params: { ...params, d0: 1n << 26n } };
    const state = { ...settled.state, node: () => undefined, candidate: () => candidate };
    return { ...made, settled: { ...settled, network, state } } as unknown as OpenWindow;
  };

  /** Up to the window, with every segment hashed; what was said, by window. */
  const run = (candidacy: Candidacy, first: number, last: number, candidate?: CandidateRecord) => {
    const said: [number, Registration | Openings][] = [];
    const running: ChainJob[] = [];
    for (let window = first; window <= last; window++) {
      for (let step = candidacy.next(long(window, candidate)); ; step = candidacy.next(long(window, candidate))) {
        if (step.publish !== undefined) said.push([window, step.publish]);
        if (step.begin !== undefined) running.push(step.begin);
        const job = running.shift();
        if (job === undefined) break;
        candidacy.done({ ...job, value: slowChain(job.from, job.iterations) });
      }
    }
    return said;
  };

  const seeker = { nodeId: own, node, operator, from: 0, meter };
  const begun = (): { readonly candidacy: Candidacy; readonly registration: Registration } => {
    const candidacy = new Candidacy(seeker, undefined);
    const said = run(candidacy, 0, TAU2);
    expect(said.map(([window, { kind }]) => [window, kind])).toEqual([[TAU2, 'registration']]);
    return { candidacy, registration: said[0]?.[1] as Registration };
  };

  test('a registration claims the root over all checkpoints', () => {
    const { candidacy, registration } = begun();
    expect(registration.proofEndpoint).toBe(checkpointTree(candidacy.chain?.checkpoints ?? []).root);
  });

  test('once taken it is opened for the window that took it, and again after eight windows', () => {
    const { candidacy, registration } = begun();
    candidacy.closed([registration]);
    const said = run(candidacy, 10, 20, unprovenCandidate(registration, 9));
    expect(said.map(([window, { kind }]) => [window, kind])).toEqual([
      [10, 'openings'],
      [18, 'openings'],
    ]);
    const opened = said[0]?.[1] as Openings;
    expect(opened).toMatchObject({ window: 9, registration: { id: registration.id } });
    expect(sampledProofFault(registration, 9, history, opened.proof, slowChain)).toBeUndefined();
  });

  test('that ran out of time unproven claims the longer chain it has by then', () => {
    const { candidacy, registration } = begun();
    candidacy.closed([registration]);
    run(candidacy, 10, 14, unprovenCandidate(registration, 9));
    const [[window, again] = []] = run(candidacy, 15, 15);
    expect(window).toBe(15);
    expect(again).toMatchObject({ kind: 'registration', wStart: 0n, vdfChainLength: 14n });
  });

  test('after a restart it opens the same from what was durable', () => {
    const { candidacy, registration } = begun();
    const again = new Candidacy(seeker, candidacy.chain);
    const candidate = unprovenCandidate(registration, 9);
    const [first] = run(candidacy, 10, 10, candidate);
    expect(run(again, 10, 10, candidate)[0]?.[1]).toEqual(first?.[1]);
  });

  test('without the chain of that registration there is nothing to open', () => {
    const { candidacy, registration } = begun();
    const candidate = unprovenCandidate(registration, 9);
    expect(run(candidacy, 10, 10, { ...candidate, proofEndpoint: idOf(1) })).toEqual([]);
    expect(run(new Candidacy(seeker, undefined), 10, 12, candidate)).toEqual([]);
    const { wStart = 0, checkpoints = [] } = candidacy.chain ?? {};
    expect(run(new Candidacy(seeker, { wStart: wStart + 1, checkpoints }), 10, 10, candidate)).toEqual([]);
    // What a crash cost is hashed again first.
    const late = new Candidacy(seeker, { wStart, checkpoints: checkpoints.slice(0, 4) });
    expect(late.next(long(10, candidate)).publish).toBeUndefined();
    expect(run(new Candidacy(seeker, late.chain), 10, 10, candidate).map(([, { kind }]) => kind)).toEqual(['openings']);
  });

  test('once proven the chain is done with', () => {
    const { candidacy, registration } = begun();
    const candidate = { ...unprovenCandidate(registration, 9), registrationWindow: 15n };
    expect(run(candidacy, 16, 16, candidate)).toEqual([]);
    expect(candidacy.chain).toBeUndefined();
  });
});
