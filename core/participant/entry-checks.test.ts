import { beforeEach, describe, expect, test } from 'vitest';
import { equalBytes } from '../bytes/bytes.ts';
import type { Openings, Registration } from '../consensus/objects.ts';
import type { Verify } from '../crypto/suite.ts';
import { checkpointsOf, dOf, past, START, sampledRegistration, slowChain } from '../entry/chains.suite.ts';
import { challengeOf } from '../entry/challenge.ts';
import { checkpointTree } from '../entry/checkpoint-tree.ts';
import { decodeOpenings, makeOpenings } from '../entry/openings.ts';
import { REGISTRATION_SIZE } from '../entry/registration.ts';
import { openingHashes, openSegments } from '../entry/sampled-proof.ts';
import { unprovenCandidate } from '../entry/waiting.ts';
import { cheapVerify, idOf } from '../operations/accounts.suite.ts';
import type { CandidateRecord } from '../state/records.ts';
import type { Settled } from '../transition/settled.ts';
import type { ParticipantConfig } from './context.ts';
import { EntryChecks, judgeOpenings } from './entry-checks.ts';
import { RegistrationPool } from './registrations.ts';
import type { Session } from './session.ts';
import type { ChainJob } from './types.ts';

/** Window that took the registration, and the open one. */
const TAKEN = 40;
const OPEN = 42;

const checkpoints = checkpointsOf(12);
const registration = sampledRegistration(checkpoints);

/** What is opened of these checkpoints, for a challenge drawn in `window`. */
const openingsOf = (made: Registration, of = checkpoints, window = TAKEN): Openings => {
  const challenge = challengeOf(made, window, past);
  if (!challenge.ok) throw new Error(challenge.error);
  return makeOpenings(made, challenge.value, checkpointTree(of)) as Openings;
};
const openings = openingsOf(registration);

/** The same with some bytes changed. */
const altered = (change: (bytes: Uint8Array) => void): Openings => {
  const bytes = openings.bytes.slice();
  change(bytes);
  const decoded = decodeOpenings(bytes);
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.value;
};
const signedOtherwise = altered((bytes) => {
  bytes[REGISTRATION_SIZE - 1] = 1;
});

const settled = (...candidates: readonly CandidateRecord[]): Settled =>
  ({
    window: OPEN - 1,
    state: { candidate: (id: string) => candidates.find(({ nodeId }) => nodeId === id) },
    side: { past: Array.from({ length: OPEN }, (_, window) => ({ window, ...past(window) })) },
  }) as unknown as Settled;

const taken = settled(unprovenCandidate(registration, TAKEN));

let pool: RegistrationPool;
let checks: EntryChecks;
const meter = { verifications: 0, signatures: 0, hashes: 0, records: 0 };

beforeEach(() => {
  pool = new RegistrationPool();
  checks = new EntryChecks();
});

let verified = 0;
const verify: Verify = (...what) => {
  verified++;
  return cheapVerify(...what);
};

const judge = (offered: Openings, basis = taken) => {
  const session = { open: { window: OPEN, settled: basis } } as unknown as Session;
  return judgeOpenings(offered, session, pool, checks, { verify, meter } as unknown as ParticipantConfig);
};
const accept = { type: 'accept' };
const stale = { type: 'stale' };

/** Hashes all there is to hash; the segments in the order they were asked for. */
const hashAll = (value = (job: ChainJob) => slowChain(job.from, job.iterations)): readonly number[] => {
  const windows: number[] = [];
  for (let { begin } = checks.next(true); begin !== undefined; begin = checks.next(true).begin) {
    const { type, window, from } = begin;
    windows.push(window);
    checks.done({ type, window, from, value: value(begin) });
  }
  return windows;
};

const segmentsOf = (made: Openings) => {
  const challenge = challengeOf(made.registration, made.window, past);
  const opened = challenge.ok ? openSegments(challenge.value, made.proof) : challenge;
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
};

describe('openings heard', () => {
  test('are accepted where they answer what was drawn; the registration comes with them', () => {
    meter.hashes = 0;
    expect(judge(openings)).toEqual(accept);
    expect(pool.get(registration.id)?.bytes).toEqual(registration.bytes);
    const challenge = challengeOf(registration, TAKEN, past);
    expect(meter.hashes).toBe(challenge.ok ? openingHashes(challenge.value) : 0);
    expect(judge(openings)).toEqual(accept);
    expect(meter.hashes).toBe(challenge.ok ? openingHashes(challenge.value) : 0);
  });

  test('of a registration that is held and the open window may take wait, and of none that waits are stale', () => {
    const early = openingsOf(registration, checkpoints, OPEN);
    expect(judge(early, settled())).toEqual(stale);
    pool.add(registration);
    expect(judge(early, settled())).toEqual({ type: 'hold', until: { until: 'final', window: OPEN } });
    expect(judge(openings, settled())).toEqual(stale);
    expect(judge(openingsOf(registration, checkpoints, OPEN + 1), settled())).toEqual(stale);
    const proven = { ...unprovenCandidate(registration, TAKEN), registrationWindow: 41n };
    expect(judge(openings, settled(proven))).toEqual(stale);
    expect(judge(openings, settled(unprovenCandidate({ ...registration, id: idOf(5) }, TAKEN)))).toEqual(stale);
  });

  test('for another window than the one that took it are stale', () => {
    for (const window of [TAKEN - 1, TAKEN + 1, OPEN]) {
      expect(judge(openingsOf(registration, checkpoints, window))).toEqual(stale);
    }
  });

  test('of a false signature, or not under the root, are refused', () => {
    const reject = (reason: string) => ({ type: 'reject', reason });
    expect(judge(signedOtherwise)).toEqual(reject('InvalidSignature'));
    const moved = altered((bytes) => {
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    });
    expect(judge(moved)).toEqual(reject('NotUnderRoot'));
    expect(pool.size).toBe(0);
    expect(checks.next(true).begin).toBeUndefined();
  });

  test('of a chain that does not begin where it must are refused', () => {
    // One segment: whatever is drawn, e_0 is opened.
    const short = sampledRegistration([idOf(1), slowChain(idOf(1), dOf(START))]);
    const wrong = openingsOf(short, [idOf(1), slowChain(idOf(1), dOf(START))]);
    expect(judge(wrong, settled(unprovenCandidate(short, TAKEN)))).toEqual({ type: 'reject', reason: 'WrongInit' });
  });

  test('in a second copy are of no use', () => {
    judge(openings);
    expect(judge(signedOtherwise)).toEqual(stale);
  });

  test('need no signature checked of the very copy that is held', () => {
    pool.add(registration);
    verified = 0;
    expect(judge(openings)).toEqual(accept);
    expect(verified).toBe(0);
  });

  test('of a false signature are refused also where a true copy is held: others would blame who hands them on', () => {
    pool.add(registration);
    expect(judge(signedOtherwise)).toEqual({ type: 'reject', reason: 'InvalidSignature' });
    expect(judge(openings)).toEqual(accept);
    expect(equalBytes(pool.get(registration.id)?.bytes ?? new Uint8Array(), registration.bytes)).toBe(true);
  });

  test('are stale where the start of the chain is no longer remembered', () => {
    const { side, ...rest } = taken;
    const forgotten = { ...rest, side: { ...side, past: side.past.slice(START + 1) } };
    expect(judge(openings, forgotten)).toEqual(stale);
  });
});

describe('a check', () => {
  test('hashes each drawn segment, one after another, and then knows', () => {
    judge(openings);
    expect(checks.isProven(registration.id)).toBe(false);
    expect(hashAll()).toEqual(segmentsOf(openings).map(({ index }) => START + index));
    expect(checks.isProven(registration.id)).toBe(true);
    expect(judge(openings)).toEqual(accept);
  });

  test('says a job once, and takes no other result', () => {
    judge(openings);
    const { begin } = checks.next(true);
    expect(begin?.type).toBe('check');
    expect(checks.next(true)).toEqual({ cancel: undefined, begin: undefined });
    checks.done({ type: 'check', window: 3, from: idOf(4), value: idOf(5) });
    expect(checks.next(true)).toEqual({ cancel: undefined, begin: undefined });
  });

  test('ends with the first segment that does not hold: the openings are then of no use', () => {
    judge(openings);
    expect(hashAll(() => idOf(9))).toHaveLength(1);
    expect(checks.isProven(registration.id)).toBe(false);
    expect(judge(openings)).toEqual(stale);
  });

  test('of one skipped segment fails exactly where it was drawn', () => {
    for (let skipped = 0; skipped < 12; skipped++) {
      const broken = checkpoints.map((checkpoint, i) => (i > skipped ? idOf(i) : checkpoint));
      const rest = broken.slice(0, skipped + 2);
      while (rest.length <= 12) rest.push(slowChain(rest.at(-1) as string, dOf(START + rest.length - 1)));
      const made = sampledRegistration(rest);
      checks = new EntryChecks();
      judge(openingsOf(made, rest), settled(unprovenCandidate(made, TAKEN)));
      const isDrawn = segmentsOf(openingsOf(made, rest)).some(({ index }) => index === skipped);
      hashAll();
      expect(checks.isProven(made.id)).toBe(!isDrawn);
    }
  });

  test('waits while this node is not active, and is left when it no longer is', () => {
    judge(openings);
    expect(checks.next(false)).toEqual({ cancel: undefined, begin: undefined });
    const { begin } = checks.next(true);
    expect(checks.next(false)).toEqual({ cancel: begin, begin: undefined });
  });

  test('is left when its registration waits no longer', () => {
    judge(openings);
    const { begin } = checks.next(true);
    checks.settled(taken);
    expect(checks.next(true)).toEqual({ cancel: undefined, begin: undefined });
    checks.settled(settled());
    expect(checks.next(true)).toEqual({ cancel: begin, begin: undefined });
  });

  test('of a registration before the others comes first, segment by segment; nothing that was hashed is lost', () => {
    const segment = (n: number) => ({ index: 0, iterations: 5, from: idOf(n), to: idOf(n + 1) });
    const waiting = (n: number) => ({ ...openings, registration: { ...registration, id: idOf(n) } });
    checks.add({ ...waiting(1), window: 41 }, idOf(0), idOf(0), [segment(10), segment(20)]);
    const { begin } = checks.next(true);
    expect(begin).toMatchObject({ from: idOf(10) });
    const [early, late] = [idOf(5), idOf(6)].sort() as [string, string];
    checks.add({ ...waiting(2), window: 39 }, late, idOf(0), [segment(30)]);
    checks.add({ ...waiting(3), window: 39 }, early, idOf(0), [segment(40)]);
    expect(checks.next(true)).toEqual({ cancel: undefined, begin: undefined });
    const order = [10, 40, 30, 20];
    for (const [i, n] of order.entries()) {
      checks.done({ type: 'check', window: START, from: idOf(n), value: idOf(n + 1) });
      const next = order[i + 1];
      expect(checks.next(true).begin?.from).toBe(next === undefined ? undefined : idOf(next));
    }
    expect([1, 2, 3].map((n) => checks.isProven(idOf(n)))).toEqual([true, true, true]);
  });
});
