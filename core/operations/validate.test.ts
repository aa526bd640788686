import { describe, expect, test } from 'vitest';
import type { Operation } from '../consensus/objects.ts';
import { accountId } from '../crypto/ids.ts';
import type { SigningKey } from '../crypto/suite.ts';
import { MONTANA, PUBLISHED, type Rules } from '../genesis/rules.ts';
import type { AccountRecord } from '../state/records.ts';
import { accountOf, cheapKey, cheapVerify, idOf, MemoryAccounts, ownId } from './accounts.suite.ts';
import { decodeOperation, makeOperation, type OperationFields } from './codec.ts';
import { type RejectReason, validateOperation, validateOperationUnsigned } from './validate.ts';

const TAU2 = 60n;
const WINDOW = 1_000;
const alice = cheapKey(1);
const bob = cheapKey(2);
const carol = cheapKey(3);
const aliceId = ownId(alice);
const bobId = ownId(bob);
const carolId = ownId(carol);
const prevHash = idOf(0);

type Fields<T> = Extract<OperationFields, { type: T }>;

const transfer = (change: Partial<Fields<'Transfer'>> = {}): OperationFields => ({
  type: 'Transfer',
  prevHash,
  sender: aliceId,
  link: bobId,
  amount: 10n,
  ...change,
});

const modeB = (change: Partial<Fields<'TransferModeB'>> = {}): OperationFields => ({
  type: 'TransferModeB',
  prevHash,
  sender: aliceId,
  link: carolId,
  suiteId: 1,
  receiverPubkey: carol.publicKey,
  amount: 10n,
  ...change,
});

const changeKey = (change: Partial<Fields<'ChangeKey'>> = {}): OperationFields => ({
  type: 'ChangeKey',
  prevHash,
  sender: aliceId,
  newSuiteId: 1,
  newPubkey: carol.publicKey,
  ...change,
});

const anchor = (change: Partial<Fields<'Anchor'>> = {}): OperationFields => ({
  type: 'Anchor',
  prevHash,
  sender: aliceId,
  appId: idOf(8),
  dataHash: idOf(9),
  ...change,
});

interface Setting {
  readonly sender?: Partial<AccountRecord>;
  readonly others?: readonly AccountRecord[];
  readonly window?: number;
  readonly rules?: Rules;
  readonly signer?: SigningKey;
}

const viewOf = ({ sender = {}, others = [] }: Setting): MemoryAccounts =>
  new MemoryAccounts([{ ...accountOf(alice), ...sender }, accountOf(bob), ...others]);

const judge = (fields: OperationFields, setting: Setting = {}): RejectReason | undefined => {
  const { window = WINDOW, rules = MONTANA, signer = alice } = setting;
  const operation = makeOperation(fields, signer);
  return validateOperation(operation, viewOf(setting), window, rules, TAU2, cheapVerify);
};

test('each type is valid as it stands', () => {
  for (const fields of [transfer(), modeB(), changeKey(), anchor()]) expect(judge(fields)).toBeUndefined();
});

const each = [transfer, modeB, changeKey, anchor];

describe('one fault', () => {
  test('1 AccountNotFound', () => {
    for (const make of each) expect(judge(make({ sender: carolId }))).toBe('AccountNotFound');
  });

  test('2 InvalidPrevHash', () => {
    for (const make of each) expect(judge(make({ prevHash: idOf(1) }))).toBe('InvalidPrevHash');
    for (const make of each)
      expect(judge(make({ prevHash: idOf(1) }), { sender: { frontierHash: idOf(1) } })).toBe(undefined);
  });

  test('3 ReceiverAlreadyExists', () => {
    expect(judge(modeB(), { others: [accountOf(carol)] })).toBe('ReceiverAlreadyExists');
  });

  test('4 UnsupportedSuite: 0 and 2, and the largest', () => {
    for (const suiteId of [0, 2, 0xffff]) {
      expect(judge(modeB({ suiteId }))).toBe('UnsupportedSuite');
      expect(judge(changeKey({ newSuiteId: suiteId }))).toBe('UnsupportedSuite');
    }
  });

  test('5 InvalidBinding: key of another, or a suite that is not the one of the id', () => {
    expect(judge(modeB({ receiverPubkey: cheapKey(4).publicKey }))).toBe('InvalidBinding');
    expect(judge(modeB({ link: accountId(2, carol.publicKey) }))).toBe('InvalidBinding');
  });

  test('6 SelfTransfer', () => {
    expect(judge(transfer({ link: aliceId }))).toBe('SelfTransfer');
  });

  test('7 ZeroAmount', () => {
    expect(judge(transfer({ amount: 0n }))).toBe('ZeroAmount');
    expect(judge(modeB({ amount: 0n }))).toBe('ZeroAmount');
    expect(judge(transfer({ amount: 1n }))).toBeUndefined();
  });

  test('8 InsufficientBalance: the whole balance may go, not one moneta more', () => {
    for (const make of [transfer, modeB]) {
      expect(judge(make({ amount: 1_000n }))).toBeUndefined();
      expect(judge(make({ amount: 1_001n }))).toBe('InsufficientBalance');
      expect(judge(make({ amount: 2n ** 128n - 1n }))).toBe('InsufficientBalance');
    }
  });

  test('9 AccountCreationCooldownNotElapsed, counted from the last creation', () => {
    const since = (last: number, creation: number, rules: Rules): RejectReason | undefined =>
      judge(modeB(), { rules, sender: { lastAccountCreationWindow: last, creationWindow: creation } });
    for (const rules of [PUBLISHED, MONTANA]) {
      expect(since(WINDOW - 60, 0, rules)).toBeUndefined();
      expect(since(WINDOW - 59, 0, rules)).toBe('AccountCreationCooldownNotElapsed');
      expect(since(0, 0, rules)).toBeUndefined();
    }
  });

  test('9 counted from birth where the rules say so, but not for founders', () => {
    const born = (creation: number, rules: Rules, window = WINDOW): RejectReason | undefined =>
      judge(modeB(), { rules, window, sender: { creationWindow: creation } });
    expect(born(WINDOW - 59, PUBLISHED)).toBeUndefined();
    expect(born(WINDOW - 59, MONTANA)).toBe('AccountCreationCooldownNotElapsed');
    expect(born(WINDOW - 60, MONTANA)).toBeUndefined();
    expect(born(0, MONTANA, 1)).toBeUndefined();
    expect(born(1, MONTANA, 60)).toBe('AccountCreationCooldownNotElapsed');
    expect(born(1, MONTANA, 61)).toBeUndefined();
  });

  test('9 counted from the later of both', () => {
    const sender = { creationWindow: WINDOW - 200, lastAccountCreationWindow: WINDOW - 59 };
    expect(judge(modeB(), { sender })).toBe('AccountCreationCooldownNotElapsed');
  });

  test('10 ReceiverNotActive', () => {
    expect(judge(transfer({ link: carolId }))).toBe('ReceiverNotActive');
    expect(judge(transfer({ link: carolId }), { others: [accountOf(carol)] })).toBeUndefined();
  });

  test('11 InvalidSignature: another key, or a flipped bit', () => {
    for (const make of each) {
      expect(judge(make(), { signer: bob })).toBe('InvalidSignature');
      const { bytes, scope } = makeOperation(make(), alice);
      const spoilt = bytes.slice();
      spoilt[scope.length] = (spoilt[scope.length] as number) ^ 1;
      const decoded = decodeOperation(spoilt);
      if (!decoded.ok) throw new Error(decoded.error);
      expect(validateOperation(decoded.value, viewOf({}), WINDOW, MONTANA, TAU2, cheapVerify)).toBe('InvalidSignature');
      expect(validateOperationUnsigned(decoded.value, viewOf({}), WINDOW, MONTANA, TAU2)).toBeUndefined();
    }
  });

  test('11 the current key signs, not the first one, and a key change is signed by the old one', () => {
    const sender = { currentPubkey: carol.publicKey };
    expect(judge(transfer(), { sender })).toBe('InvalidSignature');
    expect(judge(transfer(), { sender, signer: carol })).toBeUndefined();
    expect(judge(changeKey(), { signer: carol })).toBe('InvalidSignature');
  });
});

describe('of two faults the earlier check gives the reason', () => {
  /** Faults of a mode in the order of the checks; each changes fields or setting without hiding another. */
  interface Fault {
    readonly reason: RejectReason;
    readonly fields?: object;
    readonly setting?: Setting;
  }
  const common: readonly Fault[] = [{ reason: 'InvalidPrevHash', fields: { prevHash: idOf(1) } }];
  const last: Fault = { reason: 'InvalidSignature', setting: { signer: bob } };
  const cases: readonly (readonly [string, (change: object) => OperationFields, readonly Fault[]])[] = [
    [
      'Transfer',
      transfer,
      [
        ...common,
        { reason: 'ZeroAmount', fields: { amount: 0n } },
        { reason: 'ReceiverNotActive', fields: { link: carolId } },
        last,
      ],
    ],
    [
      'Transfer beyond the balance',
      transfer,
      [
        ...common,
        { reason: 'SelfTransfer', fields: { link: aliceId } },
        { reason: 'InsufficientBalance', fields: { amount: 1_001n } },
        last,
      ],
    ],
    [
      'TransferModeB',
      modeB,
      [
        ...common,
        { reason: 'ReceiverAlreadyExists', setting: { others: [accountOf(carol)] } },
        { reason: 'UnsupportedSuite', fields: { suiteId: 2 } },
        { reason: 'InvalidBinding', fields: { receiverPubkey: cheapKey(4).publicKey } },
        { reason: 'InsufficientBalance', fields: { amount: 1_001n } },
        {
          reason: 'AccountCreationCooldownNotElapsed',
          setting: { sender: { lastAccountCreationWindow: WINDOW - 1 } },
        },
        last,
      ],
    ],
    ['ChangeKey', changeKey, [...common, { reason: 'UnsupportedSuite', fields: { newSuiteId: 2 } }, last]],
    ['Anchor', anchor, [...common, last]],
  ];

  test.each(cases)('%s', (_, make, faults) => {
    for (let i = 0; i < faults.length; i++) {
      for (let j = i; j < faults.length; j++) {
        const pair = [faults[i], faults[j]] as readonly Fault[];
        const fields = make(Object.assign({}, ...pair.map((fault) => fault.fields)));
        expect(judge(fields, Object.assign({}, ...pair.map((fault) => fault.setting)))).toBe(pair[0]?.reason);
      }
    }
  });
});

test('no signature is verified for an operation that fails before', () => {
  const refuse = (): boolean => {
    throw new Error('asked');
  };
  const operation: Operation = makeOperation(transfer({ amount: 0n }), alice);
  expect(validateOperation(operation, viewOf({}), WINDOW, MONTANA, TAU2, refuse)).toBe('ZeroAmount');
});
