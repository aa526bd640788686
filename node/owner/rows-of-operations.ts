import type { Id } from '#core/bytes/bytes.ts';
import { encodeAddress } from '#core/crypto/ids.ts';
import { amountText } from './amount.ts';
import type { HistoryOperation } from './chain.ts';

/** Moneta that an operation brought an account; below zero: that left it. */
export const change = (operation: HistoryOperation, account: Id): bigint => {
  if (operation.type !== 'Transfer' && operation.type !== 'TransferModeB') return 0n;
  return operation.sender === account ? -BigInt(operation.amount) : BigInt(operation.amount);
};

/** An operation in the eyes of an account: one row. */
export const operationRow = (operation: HistoryOperation, account: Id): string =>
  `${String(operation.window).padStart(8)}  ${what(operation, account)}  ${operation.id}`;

const what = (operation: HistoryOperation, account: Id): string => {
  switch (operation.type) {
    case 'Transfer':
    case 'TransferModeB': {
      const amount = amountText(BigInt(operation.amount));
      const created = operation.type === 'TransferModeB' ? ', the first payment to it' : '';
      return operation.sender === account
        ? `sent      ${amount} to ${encodeAddress(operation.link)}${created}`
        : `received  ${amount} from ${encodeAddress(operation.sender)}`;
    }
    case 'ChangeKey':
      return 'changed   its key';
    case 'Anchor':
      return `anchored  ${operation.dataHash}`;
  }
};
