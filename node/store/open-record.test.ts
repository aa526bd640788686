import { expect, it } from 'vitest';
import type { ProtocolObject } from '#core/consensus/objects.ts';
import { voteOf } from '#core/consensus/vote.ts';
import { SIGNATURE_SIZE } from '#core/crypto/suite.ts';
import type { HeldProposal, OpenRecord } from '#core/participant/types.ts';
import { anId, anyObjects } from '#core/wire/fuzz.suite.ts';
import { decodeOpen, encodeOpen, STORED_OPEN } from './open-record.ts';
import { StoreError } from './store-error.ts';

const of = <const K extends ProtocolObject['kind']>(kind: K): readonly Extract<ProtocolObject, { kind: K }>[] =>
  anyObjects().filter((object): object is Extract<ProtocolObject, { kind: K }> => object.kind === kind);

const votes = (phase: 1 | 2, count: number) =>
  Array.from({ length: count }, (_, i) =>
    voteOf({
      phase,
      round: 3,
      window: 5,
      proposalHash: anId(1),
      nodeId: anId(i),
      signature: new Uint8Array(SIGNATURE_SIZE).fill(i),
    }),
  );

const held: HeldProposal = {
  proposal: of('proposal')[0] as HeldProposal['proposal'],
  bundles: of('bundle'),
  reveals: of('reveal'),
  operations: of('operation'),
  registrations: of('registration'),
  round: 3,
  prevotes: votes(1, 5),
};

const empty: OpenRecord = {
  window: 0,
  round: 0,
  signed: [],
  listed: [],
  locked: undefined,
  valid: undefined,
  certificate: [],
  chain: undefined,
  sticky: [],
  rejected: [],
};

const full: OpenRecord = {
  window: 7_000_000_000,
  round: 65_535,
  signed: [...of('bundle'), ...of('reveal'), ...of('proposal'), ...votes(1, 1), ...votes(2, 1)],
  listed: [...of('reveal'), ...of('operation'), ...of('registration')],
  locked: held,
  valid: { ...held, round: 4, prevotes: votes(1, 7) },
  certificate: votes(2, 4),
  chain: { wStart: 12, checkpoints: Array.from({ length: 3_000 }, (_, i) => anId(i)) },
  sticky: [{ sender: anId(1), prevHash: anId(2), operation: anId(3), window: 9 }],
  rejected: [{ sender: anId(1), prevHash: anId(2), operations: [anId(3), anId(4)] }],
};

it.each([
  ['with nothing in it', empty],
  ['with everything in it', full],
  ['with a chain of one checkpoint', { ...empty, chain: { wStart: 0, checkpoints: [anId(1)] } }],
])('a record %s comes back, objects byte for byte', (_, record) => {
  expect(of('proposal').some(({ reproposal }) => reproposal !== undefined)).toBe(true);
  expect(decodeOpen(encodeOpen(record))).toEqual(record);
});

it('stores an object once, however often the record names it', () => {
  const stored = STORED_OPEN.decode(encodeOpen({ ...full, locked: full.valid }));
  const objects = stored.ok ? stored.value.objects.length : 0;
  // No record names evidence or openings. Precommits of the certificate and prevotes of the lock hold those that were signed here.
  const named = anyObjects().filter(({ kind }) => !['vote', 'evidence', 'openings'].includes(kind));
  expect(objects).toBe(named.length + 4 + 7);
});

it('refuses a record that names an object that is missing, or of another kind', () => {
  const stored = STORED_OPEN.decode(encodeOpen(full));
  if (!stored.ok) throw new Error(stored.error);
  const { objects, record, checkpoints } = stored.value;
  const without = (record: typeof stored.value.record, count = objects.length) =>
    STORED_OPEN.encode({ objects: objects.slice(0, count), record, checkpoints });
  const [first] = record.signed as readonly [number];
  for (const bytes of [
    without(record, objects.length - 1),
    without({ ...record, certificate: [first] }),
    without({ ...record, listed: [first] }),
    without({ ...record, valid: record.valid && { ...record.valid, proposal: first } }),
    without({ ...record, locked: record.locked && { ...record.locked, prevotes: [first] } }),
  ]) {
    expect(() => decodeOpen(bytes)).toThrow(StoreError);
  }
  expect(() => decodeOpen(without(record).subarray(1))).toThrow('the store is damaged');
});
