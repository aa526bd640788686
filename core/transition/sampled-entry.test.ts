import { describe, expect, it } from 'vitest';
import type { Registration } from '../consensus/objects.ts';
import { controlRoot } from '../consensus/set-roots.ts';
import { unprovenCandidate } from '../entry/waiting.ts';
import { decodeCandidateRecord, encodeCandidateRecord } from '../state/records.ts';
import { testSettled } from './network.suite.ts';
import { grown, LONG_CHAINS, registrationOf, windowed } from './sampled.suite.ts';
import { selfCheck } from './self-check.ts';

const faults = ({ outcome }: ReturnType<typeof windowed>) => outcome.registrations.map(({ fault }) => fault);

describe('a window under `sampled` (05 D-E5)', () => {
  const before = grown(testSettled(LONG_CHAINS), 8);
  const registration = registrationOf(1, 4n);
  const taken = windowed(before, [registration]);
  const { nodeId } = registration;

  it('takes a registration unproven, without having seen any proof', () => {
    expect(faults(taken)).toEqual([undefined]);
    const record = taken.settled.state.candidate(nodeId);
    expect(record).toEqual(unprovenCandidate(registration, 9));
    const decoded = decodeCandidateRecord(encodeCandidateRecord(unprovenCandidate(registration, 9)));
    expect(decoded.ok && decoded.value).toEqual(record);
    expect(taken.outcome.admitted).toEqual([]);
    expect(selfCheck(taken.settled)).toBeUndefined();
    // The state root says that it waits: a joiner learns it with the table.
    expect(taken.outcome.candidateRoot).not.toBe(windowed(before).outcome.candidateRoot);
  });

  it('proves and admits it with the window that lists it again, whose emission it receives', () => {
    const waited = grown(taken.settled, 12);
    expect(waited.state.candidate(nodeId)).toEqual(unprovenCandidate(registration, 9));
    const proven = windowed(waited, [registration]);
    expect(faults(proven)).toEqual([undefined]);
    expect(proven.outcome.controlRoot).toBe(controlRoot([registration], 'whole'));
    expect(proven.outcome.admitted).toEqual([nodeId]);
    expect(proven.outcome.payee).toBe(registration.operatorAccountId);
    expect(proven.settled.state.candidate(nodeId)).toBeUndefined();
    expect(selfCheck(proven.settled)).toBeUndefined();
  });

  it('lets it be proven until its time is over, which is four windows a segment', () => {
    const last = grown(taken.settled, 23);
    expect(windowed(last, [registration]).outcome.admitted).toEqual([nodeId]);
    expect(windowed(last).outcome.expired).toEqual([]);
    const over = grown(taken.settled, 24);
    expect(windowed(over).outcome).toMatchObject({ expired: [nodeId], admitted: [] });
    // Listed in that very window it is proven before it could expire: expiry is step 3a.
    expect(windowed(over, [registration]).outcome).toMatchObject({ expired: [], admitted: [nodeId] });
  });

  it('admits an honest one beside any number that never open anything', () => {
    const others = [2, 3, 4, 5, 6, 7, 8, 9].map((n) => registrationOf(n, 4n));
    const flooded = windowed(before, [registration, ...others]);
    expect(faults(flooded).every((fault) => fault === undefined)).toBe(true);
    const proven = windowed(flooded.settled, [registration]);
    expect(proven.outcome).toMatchObject({ admitted: [nodeId] });
    expect(proven.outcome.registrations[0]).toMatchObject({ required: 4n, fault: undefined });
    const over = grown(proven.settled, 25);
    expect([...over.state.candidates()]).toEqual([]);
  });

  it('takes two proven ones one after the other', () => {
    const second = registrationOf(2, 4n);
    const both = windowed(before, [registration, second]).settled;
    const first = windowed(both, [registration, second]);
    // Four active: one that waits asks for 25 times the length of all after it, until it is admitted.
    expect(first.outcome.registrations.map(({ required, fault }) => [required, fault])).toEqual([
      [4n, undefined],
      [100n, 'InsufficientVdf'],
    ]);
    const [, refused] = first.outcome.registrations.map((receipt) => receipt.registration);
    expect(windowed(first.settled, [refused as Registration]).outcome.admitted).toEqual([refused?.nodeId]);
  });

  it('refuses chains it could draw no challenge for', () => {
    expect(faults(windowed(before, [registrationOf(1, 4n, 6n)]))).toEqual([undefined]);
    expect(faults(windowed(before, [registrationOf(1, 4n, 7n)]))).toEqual(['BadVdfProof']);
  });
});
