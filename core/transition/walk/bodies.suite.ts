import { type Id, littleEndian, toHex } from '../../bytes/bytes.ts';
import type { Operation, Registration } from '../../consensus/objects.ts';
import { hashId } from '../../crypto/hash.ts';
import { accountId, nodeId } from '../../crypto/ids.ts';
import type { SigningKey } from '../../crypto/suite.ts';
import { candidateChainAt, type History } from '../../entry/candidate-chain.ts';
import { makeRegistration } from '../../entry/registration.ts';
import { entryHorizon, requiredLength } from '../../entry/required-length.ts';
import { makeOperation, type OperationFields } from '../../operations/codec.ts';
import type { AccountRecord } from '../../state/records.ts';
import type { State } from '../../state/view.ts';
import { timechainStep } from '../../timechain/chain.ts';
import { openWindow } from '../open-window.ts';
import type { PastWindow, Settled } from '../settled.ts';
import type { Amount, ChainAge, ChainLength, OperationCommand, RegisterCommand } from './commands.suite.ts';
import { ACCOUNTS, accountKey, keyBehind, laterKey, nodeKey } from './settings.suite.ts';

const NOBODY: Id = 'ee'.repeat(32);

/** Chains longer than so many hashes are not hashed; the registration is short then. */
const MOST_HASHES = 60_000;

const suiteOf = (isWrong: boolean): number => (isWrong ? 2 : 1);

/** Signs, and spoils it on demand. */
const signing = (key: SigningKey, isWrong: boolean): SigningKey => ({
  publicKey: key.publicKey,
  sign: (message) => {
    const signature = key.sign(message).slice();
    if (isWrong) signature[7] = (signature[7] as number) ^ 1;
    return signature;
  },
});

/** The first number from `k` on that will do; `k` itself if none does. */
const firstFrom = (k: number, does: (k: number) => boolean): number =>
  ACCOUNTS.map((i) => i + k).find((i) => does(i)) ?? k;

const accountOf = (state: State, k: number): AccountRecord | undefined =>
  state.account(accountId(1, accountKey(k).publicKey));

/** The operation that a command makes of a settled state. */
export const operationOf = (state: State, command: OperationCommand): Operation => {
  const accounts = [...state.accounts()];
  const sender = accounts[senderOf(state, accounts, command) % accounts.length] as AccountRecord;
  const { flaw } = command;
  const fields = {
    ...fieldsOf(state, accounts, sender, command),
    sender: flaw === 'sender' ? NOBODY : sender.accountId,
    prevHash: flaw === 'prevHash' ? NOBODY : sender.frontierHash,
  };
  const isToItself = flaw === 'self' && 'link' in fields;
  const key = signing(keyBehind(sender.currentPubkey), flaw === 'signature');
  return makeOperation(isToItself ? { ...fields, link: fields.sender } : fields, key);
};

const senderOf = (state: State, accounts: readonly AccountRecord[], command: OperationCommand): number => {
  if (command.do !== 'rekey' || !command.waits) return command.from;
  const operators = Array.from(state.candidates(), ({ operatorAccountId }) => operatorAccountId);
  const waiting = accounts.findIndex(({ accountId: id }) => operators.includes(id));
  return waiting >= 0 ? waiting : command.from;
};

type Choice<T> = T extends unknown ? Omit<T, 'sender' | 'prevHash'> : never;

const fieldsOf = (
  state: State,
  accounts: readonly AccountRecord[],
  sender: AccountRecord,
  command: OperationCommand,
): Choice<OperationFields> => {
  const { flaw } = command;
  switch (command.do) {
    case 'send': {
      const receiver = accounts[command.to % accounts.length] as AccountRecord;
      const link = flaw === 'receiver' ? NOBODY : receiver.accountId;
      return { type: 'Transfer', link, amount: moneta(sender, command.amount) };
    }
    case 'create': {
      const isFitting = (k: number): boolean => (accountOf(state, k) !== undefined) === (flaw === 'receiver');
      const receiverPubkey = accountKey(firstFrom(command.key, isFitting)).publicKey;
      const suiteId = suiteOf(flaw === 'suite');
      const link = flaw === 'binding' ? NOBODY : accountId(suiteId, receiverPubkey);
      return { type: 'TransferModeB', link, suiteId, receiverPubkey, amount: moneta(sender, command.amount) };
    }
    case 'rekey': {
      const isOwn = (k: number): boolean => accountOf(state, k)?.accountId === sender.accountId;
      const key = command.key === 0 ? accountKey(firstFrom(0, isOwn)) : laterKey(command.key);
      return { type: 'ChangeKey', newSuiteId: suiteOf(flaw === 'suite'), newPubkey: key.publicKey };
    }
    case 'anchor':
      return { type: 'Anchor', appId: NOBODY, dataHash: hashId('mt-app', littleEndian(command.data, 4)) };
  }
};

const moneta = ({ balance }: AccountRecord, amount: Amount): bigint =>
  ({ some: balance / 3n + 1n, all: balance, one: 1n, more: balance + 1n, zero: 0n })[amount];

/**
 * The registration that a command makes while the window after `settled` is open. `past` has every window so far: all that the
 * candidate's chain takes from the network, however old it is. undefined where that is not enough.
 */
export const registrationOf = (
  settled: Settled,
  past: readonly PastWindow[],
  command: RegisterCommand,
): Registration | undefined => {
  const { window, d } = openWindow(settled);
  const { flaw } = command;
  const { start, length } = chainOf(settled, command.age, command.length);
  const [node, operator] = keysOf(settled.state, command);
  const history: History = (w) => (w === window ? { timechainValue: NOBODY, aggregate: NOBODY, d } : past[w]);
  const hashed = Math.min(length, window - start + 1);
  const chain = candidateChainAt(history, start, nodeId(node.publicKey), hashed, timechainStep);
  if (chain === undefined) return undefined;
  const suiteId = suiteOf(flaw === 'suite');
  const fields = {
    suiteId,
    operatorAccountId: flaw === 'binding' ? NOBODY : accountId(suiteId, operator.publicKey),
    proofEndpoint: flaw === 'proof' ? NOBODY : (chain.at(-1) as Id),
    wStart: BigInt(start),
    vdfChainLength: BigInt(length),
  };
  return makeRegistration(fields, signing(node, flaw === 'signature'), signing(operator, flaw === 'possession'));
};

/** First window and length of a chain, as a command describes them. */
const chainOf = (settled: Settled, age: ChainAge, length: ChainLength) => {
  const { params } = settled.network;
  const { window, roster, d } = openWindow(settled);
  const tau2 = Number(params.tau2Windows);
  const pending = [...settled.state.candidates()].length;
  const required = Number(requiredLength(pending, roster.members.length, params));
  const horizon = Number(entryHorizon(BigInt(required), params.tau2Windows));
  const base = Number(params.vdfEntryWindows);
  const wanted = { required, short: Math.max(1, required - 1), base, over: required }[length];
  const ages = {
    fitting: Math.max(tau2, wanted - 1),
    late: tau2 - 1,
    latest: tau2,
    horizon,
    old: horizon + 1,
    remembered: 4 * tau2 - 2,
    forgotten: 4 * tau2 - 1,
  };
  const start = Math.max(0, window - ages[age]);
  const windows = length === 'over' ? window - start + 2 : wanted;
  return { start, length: windows * d > MOST_HASHES ? 1 : windows };
};

/** Keys of node and operator: free ones, or those a flaw asks for. */
const keysOf = (state: State, { node, operator, flaw }: RegisterCommand): readonly [SigningKey, SigningKey] => {
  const hasOtherKey = (k: number): boolean => {
    const account = accountOf(state, k);
    return account !== undefined && toHex(account.currentPubkey) !== toHex(accountKey(k).publicKey);
  };
  const isFree = (k: number): boolean => flaw === 'node' || state.node(nodeId(nodeKey(k).publicKey)) === undefined;
  const mayOperate = (k: number): boolean =>
    flaw === 'operator' || (accountOf(state, k)?.isNodeOperator !== true && hasOtherKey(k) === (flaw === 'key'));
  return [nodeKey(firstFrom(node, isFree)), accountKey(firstFrom(operator, mayOperate))];
};
