import { describe, expect, test } from 'vitest';
import type { Registration } from '../consensus/objects.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { cheapKey, cheapVerify, idOf, ownId } from '../operations/accounts.suite.ts';
import { applyRegistrations, type BatchBasis, registrationOrder } from './batch.ts';
import { makeRegistration } from './registration.ts';
import { expireCandidates } from './selection.ts';
import { registrationSortKey } from './sort-keys.ts';
import { MemoryTables } from './tables.suite.ts';
import { unprovenCandidate } from './waiting.ts';

const basis: BatchBasis = {
  window: 1_000,
  timechainValue: idOf(1),
  aggregate: idOf(2),
  activeNodes: 100,
  entryProof: 'full',
  params: {
    tau2Windows: 60n,
    vdfEntryWindows: 12n,
    adaptiveVdfThreshold: 1,
    adaptiveVdfMultiplier: 100,
    candidateExpiryWindows: 180n,
  },
};

const register = (
  node: SigningKey,
  operator: SigningKey,
  vdfChainLength = 12n,
  proofEndpoint = idOf(9),
): Registration =>
  makeRegistration(
    { suiteId: 1, operatorAccountId: ownId(operator), proofEndpoint, wStart: 900n, vdfChainLength },
    node,
    operator,
  );

const batch = (tables: MemoryTables, registrations: readonly Registration[], proves = (): boolean => true) =>
  applyRegistrations(registrations, tables, basis, cheapVerify, proves).map(({ registration, required, fault }) => ({
    id: registration.id,
    required,
    fault,
  }));

const keyOf = ({ nodePubkey }: Registration): string => registrationSortKey(idOf(1), idOf(2), nodePubkey);

test('order: nr_sort_key, then nodereg_hash', () => {
  const registrations = [10, 11, 12, 13].map((n) => register(cheapKey(n), cheapKey(n + 100)));
  const order = registrationOrder(registrations, idOf(1), idOf(2));
  expect(order.map(keyOf)).toEqual(registrations.map(keyOf).sort());
  const twins = [register(cheapKey(5), cheapKey(6), 12n), register(cheapKey(5), cheapKey(6), 13n)];
  const ids = registrationOrder(twins, idOf(1), idOf(2)).map(({ id }) => id);
  expect(ids).toEqual(twins.map(({ id }) => id).sort());
  expect(registrationOrder(twins.toReversed(), idOf(1), idOf(2)).map(({ id }) => id)).toEqual(ids);
});

test('the sort key changes with T and aggregate', () => {
  const { nodePubkey } = register(cheapKey(5), cheapKey(6));
  const keys = [
    registrationSortKey(idOf(1), idOf(2), nodePubkey),
    registrationSortKey(idOf(3), idOf(2), nodePubkey),
    registrationSortKey(idOf(1), idOf(3), nodePubkey),
  ];
  expect(new Set(keys).size).toBe(3);
});

describe('each is judged against the pool that those before it left (05 §4)', () => {
  test('100 active, pool empty, three of base length: the third finds 2 % waiting', () => {
    const registrations = [1, 2, 3].map((n) => register(cheapKey(n), cheapKey(n + 100)));
    const tables = new MemoryTables();
    const receipts = batch(tables, registrations);
    expect(receipts.map(({ required, fault }) => [required, fault])).toEqual([
      [12n, undefined],
      [12n, undefined],
      [24n, 'InsufficientVdf'],
    ]);
    expect(receipts.map(({ id }) => id)).toEqual(
      registrationOrder(registrations, idOf(1), idOf(2)).map(({ id }) => id),
    );
    expect(tables.pool.size).toBe(2);
  });

  test('one node twice, one operator twice', () => {
    const nodes = batch(new MemoryTables(), [register(cheapKey(1), cheapKey(2)), register(cheapKey(1), cheapKey(3))]);
    expect(nodes.map(({ fault }) => fault)).toEqual([undefined, 'NodeIdInCandidatePool']);
    const operators = batch(new MemoryTables(), [
      register(cheapKey(1), cheapKey(3)),
      register(cheapKey(2), cheapKey(3)),
    ]);
    expect(operators.map(({ fault }) => fault)).toEqual([undefined, 'OperatorInCandidatePool']);
  });
});

test('an accepted one becomes a candidate that expires, a refused one leaves no trace', () => {
  const tables = new MemoryTables();
  const registration = register(cheapKey(1), cheapKey(2));
  batch(tables, [registration], () => false);
  expect(tables.pool.size).toBe(0);
  batch(tables, [registration]);
  expect([...tables.candidates()]).toEqual([
    {
      nodeId: registration.nodeId,
      nodePubkey: cheapKey(1).publicKey,
      suiteId: 1,
      operatorPubkey: cheapKey(2).publicKey,
      operatorAccountId: ownId(cheapKey(2)),
      proofEndpoint: idOf(9),
      wStart: 900n,
      vdfChainLength: 12n,
      registrationWindow: 1_000n,
      expires: 1_180n,
    },
  ]);
  expect(tables.records.size).toBe(0);
});

describe('under `sampled` (05 D-E5)', () => {
  const sampled = (tables: MemoryTables, registrations: readonly Registration[], window = 1_000) =>
    applyRegistrations(registrations, tables, { ...basis, window, entryProof: 'sampled' }, cheapVerify, () => true);
  const faults = (...args: Parameters<typeof sampled>) => sampled(...args).map(({ fault }) => fault);
  const candidateOf = (tables: MemoryTables, { nodeId }: Registration) => tables.candidate(nodeId);

  const one = register(cheapKey(1), cheapKey(101));
  const two = register(cheapKey(2), cheapKey(102));
  const three = register(cheapKey(3), cheapKey(103));

  test('a registration is taken unproven, and proven by the window that lists it again', () => {
    const tables = new MemoryTables();
    expect(faults(tables, [one])).toEqual([undefined]);
    expect(candidateOf(tables, one)).toEqual(unprovenCandidate(one, 1_000));
    expect(faults(tables, [one], 1_007)).toEqual([undefined]);
    expect(candidateOf(tables, one)).toMatchObject({
      proofEndpoint: one.proofEndpoint,
      registrationWindow: 1_007n,
      expires: 1_187n,
    });
    // A third time it is what any registration of a candidate is.
    expect(faults(tables, [one], 1_008)).toEqual(['NodeIdInCandidatePool']);
  });

  test('one that no window can draw a challenge for leaves no trace', () => {
    const tables = new MemoryTables();
    const basisOf = { ...basis, entryProof: 'sampled' as const };
    const [receipt] = applyRegistrations([one], tables, basisOf, cheapVerify, () => false);
    expect(receipt?.fault).toBe('BadVdfProof');
    expect(tables.pool.size).toBe(0);
  });

  test('the unproven are not pending, however many; the proven are, each for those after it', () => {
    const tables = new MemoryTables();
    const all = [one, two, three];
    expect(faults(tables, all)).toEqual([undefined, undefined, undefined]);
    expect(tables.poolSize).toBe(0);
    // 100 active: the third finds 2 % waiting, and goes on waiting itself.
    expect(faults(tables, all, 1_001)).toEqual([undefined, undefined, 'InsufficientVdf']);
    const last = registrationOrder(all, idOf(1), idOf(2))[2] as Registration;
    expect(candidateOf(tables, last)).toEqual(unprovenCandidate(last, 1_000));
    const [proven] = [...tables.candidates()].filter(({ registrationWindow }) => registrationWindow > 0n);
    tables.removeCandidate(proven?.nodeId ?? '');
    expect(faults(tables, [last], 1_002)).toEqual([undefined]);
  });

  test('an unproven one keeps its node and its operator to itself', () => {
    const tables = new MemoryTables();
    sampled(tables, [one]);
    expect(faults(tables, [register(cheapKey(1), cheapKey(102))])).toEqual(['NodeIdInCandidatePool']);
    expect(faults(tables, [register(cheapKey(2), cheapKey(101))])).toEqual(['OperatorInCandidatePool']);
  });

  test('only the bytes that were taken prove it: the same claim signed otherwise draws another challenge', () => {
    const tables = new MemoryTables();
    sampled(tables, [one]);
    const again = { ...cheapKey(101), sign: cheapKey(9).sign };
    const other = makeRegistration(one, cheapKey(1), again);
    expect(other).toMatchObject({ proofEndpoint: one.proofEndpoint, vdfChainLength: one.vdfChainLength });
    expect(other.id).not.toBe(one.id);
    expect(faults(tables, [other], 1_001)).toEqual(['NodeIdInCandidatePool']);
    expect(candidateOf(tables, one)).toEqual(unprovenCandidate(one, 1_000));
  });

  test('its time ends with the window it expires in: it can be proven in the one before', () => {
    const tables = new MemoryTables();
    sampled(tables, [one]);
    const expires = Number(unprovenCandidate(one, 1_000).expires);
    expect(expireCandidates(tables, expires - 1)).toEqual([]);
    expect(expireCandidates(tables, expires)).toEqual([one.nodeId]);
  });
});
