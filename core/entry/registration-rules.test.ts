import { describe, expect, test } from 'vitest';
import { accountId, nodeId } from '../crypto/ids.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { newNode } from '../genesis/births.ts';
import { accountOf, cheapKey, cheapVerify, idOf, ownId } from '../operations/accounts.suite.ts';
import type { CandidateRecord } from '../state/records.ts';
import { makeRegistration, type RegistrationFields } from './registration.ts';
import { type RegistrationBasis, type RegistrationFault, validateRegistration } from './registration-rules.ts';
import { MemoryTables } from './tables.suite.ts';

const node = cheapKey(1);
const operator = cheapKey(2);
const stranger = cheapKey(3);
const operatorId = ownId(operator);
const TAU2 = 60n;
const basis: RegistrationBasis = {
  window: 1_000,
  activeNodes: 100,
  params: { tau2Windows: TAU2, vdfEntryWindows: 12n, adaptiveVdfThreshold: 1, adaptiveVdfMultiplier: 100 },
};

const candidate = (node: SigningKey, operator: SigningKey): CandidateRecord => ({
  nodeId: nodeId(node.publicKey),
  nodePubkey: node.publicKey,
  suiteId: 1,
  operatorPubkey: operator.publicKey,
  operatorAccountId: ownId(operator),
  proofEndpoint: idOf(0),
  wStart: 0n,
  vdfChainLength: 12n,
  registrationWindow: 60n,
  expires: 10_000n,
});

interface Setting {
  readonly fields?: Partial<RegistrationFields>;
  /** Fills the tables. */
  readonly tables?: (tables: MemoryTables) => void;
  readonly signer?: SigningKey;
  readonly popSigner?: SigningKey;
  readonly basis?: Partial<RegistrationBasis>;
  readonly proves?: boolean;
}

const verdict = (...settings: readonly Setting[]) => {
  const setting: Setting = Object.assign({}, ...settings);
  const fields: RegistrationFields = {
    suiteId: 1,
    operatorAccountId: operatorId,
    proofEndpoint: idOf(9),
    wStart: 900n,
    vdfChainLength: 12n,
    ...Object.assign({}, ...settings.map((each) => each.fields)),
  };
  const registration = makeRegistration(
    fields,
    { publicKey: node.publicKey, sign: (setting.signer ?? node).sign },
    { publicKey: operator.publicKey, sign: (setting.popSigner ?? operator).sign },
  );
  const tables = new MemoryTables();
  for (const each of settings) each.tables?.(tables);
  const proves = (): boolean => setting.proves ?? true;
  return validateRegistration(registration, tables, { ...basis, ...setting.basis }, cheapVerify, proves);
};

const fault = (...settings: readonly Setting[]): RegistrationFault | undefined => verdict(...settings).fault;

/** One setting for every fault, in the order of the checks (05 §3). */
const FAULTS: readonly (readonly [RegistrationFault, Setting])[] = [
  ['UnsupportedSuite', { fields: { suiteId: 2 } }],
  ['BadOperatorBinding', { fields: { operatorAccountId: accountId(2, operator.publicKey) } }],
  [
    'NodeIdInNodeTable',
    {
      tables: (tables) =>
        tables.putNode(
          newNode(
            { nodeId: nodeId(node.publicKey), nodePubkey: node.publicKey, suiteId: 1, operatorAccountId: idOf(1) },
            5,
          ),
        ),
    },
  ],
  ['NodeIdInCandidatePool', { tables: (tables) => tables.putCandidate(candidate(node, stranger)) }],
  ['OperatorInCandidatePool', { tables: (tables) => tables.putCandidate(candidate(cheapKey(4), operator)) }],
  ['OperatorAlreadyNode', { tables: (tables) => tables.putAccount(accountOf(operator, { isNodeOperator: true })) }],
  [
    'OperatorKeyMismatch',
    {
      tables: (tables) => {
        const isNodeOperator = tables.account(operatorId)?.isNodeOperator ?? false;
        tables.putAccount(accountOf(operator, { isNodeOperator, currentPubkey: stranger.publicKey }));
      },
    },
  ],
  ['WStartTooLate', { fields: { wStart: 941n } }],
  ['InvalidOperatorPoP', { popSigner: stranger }],
  ['InvalidSignature', { signer: stranger }],
  ['InsufficientVdf', { fields: { vdfChainLength: 11n } }],
  ['BadVdfProof', { proves: false }],
];

test('a registration is valid as it stands, with the length required at the moment', () => {
  expect(verdict({})).toEqual({ required: 12n, fault: undefined });
});

test.each(FAULTS)('%s alone', (reason, setting) => {
  expect(fault(setting)).toBe(reason);
});

test('of two faults the earlier check gives the reason', () => {
  for (const [i, [reason, setting]] of FAULTS.entries()) {
    for (const [later, other] of FAULTS.slice(i + 1)) expect([later, fault(setting, other)]).toEqual([later, reason]);
    if (i < 8) expect(fault(setting, { fields: { wStart: 0n } })).toBe(i < 7 ? reason : 'WStartTooOld');
    else expect(fault({ fields: { wStart: 0n } }, setting)).toBe('WStartTooOld');
  }
});

describe('boundaries', () => {
  test('an existing operator account with its own key, not yet an operator, is welcome', () => {
    expect(fault({ tables: (tables) => tables.putAccount(accountOf(operator)) })).toBeUndefined();
  });

  test('the chain began τ₂ windows ago at the latest', () => {
    expect(fault({ fields: { wStart: 940n } })).toBeUndefined();
    expect(fault({ fields: { wStart: 941n } })).toBe('WStartTooLate');
    expect(fault({ fields: { wStart: 2n ** 64n - 1n } })).toBe('WStartTooLate');
    expect(fault({ fields: { wStart: 0n }, basis: { window: 59 } })).toBe('WStartTooLate');
    expect(fault({ fields: { wStart: 0n }, basis: { window: 60 } })).toBeUndefined();
  });

  test('and 2τ₂ windows ago at the earliest', () => {
    expect(fault({ fields: { wStart: 880n } })).toBeUndefined();
    expect(fault({ fields: { wStart: 879n } })).toBe('WStartTooOld');
  });

  const crowd = (size: number): Setting => ({
    tables: (tables) => {
      for (let n = 0; n < size; n++) tables.putCandidate(candidate(cheapKey(1_000 + n), cheapKey(2_000 + n)));
    },
  });

  test('a crowded pool makes chains longer, and lets them begin earlier', () => {
    // 10 of 100: required 12 · 10 · 100 / 100 = 120, horizon 180.
    const long = { vdfChainLength: 120n };
    expect(verdict(crowd(1)).required).toBe(12n);
    expect(verdict(crowd(2)).required).toBe(24n);
    expect(fault(crowd(10))).toBe('InsufficientVdf');
    expect(fault(crowd(10), { fields: { vdfChainLength: 119n } })).toBe('InsufficientVdf');
    expect(verdict(crowd(10), { fields: long })).toEqual({ required: 120n, fault: undefined });
    expect(fault(crowd(10), { fields: { ...long, wStart: 820n } })).toBeUndefined();
    expect(fault(crowd(10), { fields: { ...long, wStart: 819n } })).toBe('WStartTooOld');
  });
});

test('what costs most is asked last: no signature after a cheap fault, no proof after a false signature', () => {
  const registration = makeRegistration(
    { suiteId: 1, operatorAccountId: operatorId, proofEndpoint: idOf(9), wStart: 941n, vdfChainLength: 12n },
    node,
    operator,
  );
  const refuse = (): boolean => {
    throw new Error('asked');
  };
  const tables = new MemoryTables();
  expect(validateRegistration(registration, tables, basis, refuse, refuse).fault).toBe('WStartTooLate');
  const later = { ...basis, window: 1_001 };
  expect(validateRegistration(registration, tables, later, () => false, refuse).fault).toBe('InvalidOperatorPoP');
});
